/// A service of AWS as calls see it.
struct AWSService: Sendable, Equatable {
    /// How a service reads what it is asked to do.
    enum WireProtocol: Sendable, Equatable {
        /// The action in `X-Amz-Target`, its input a JSON object.
        case json(version: String, targetPrefix: String)
        /// Everything in a form, with `Action` and `Version`.
        case query(version: String)
        /// Method and path say what to do.
        case rest
    }

    /// In an integration's URI: `states`.
    let name: String
    /// In the names of settings: `SFN`, as in `AWS_ENDPOINT_URL_SFN`.
    let id: String
    let signingName: String
    /// The region of every signature, for services that have none of their own.
    let signingRegion: String?
    let wireProtocol: WireProtocol
    /// With `*` for the region; nil for the rule.
    let host: String?

    /// The service of a name, and what stands in front of it as a subdomain: `my-bucket.s3`.
    static func named(_ name: String) -> (service: AWSService, subdomain: String?)? {
        if let service = all[name] { return (service, nil) }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        // A subdomain may have dots of its own.
        var rest = name[name.index(after: dot)...]
        while true {
            if let service = all[String(rest)] {
                return (service, String(name[..<name.index(rest.startIndex, offsetBy: -1)]))
            }
            guard let next = rest.firstIndex(of: ".") else { return nil }
            rest = rest[rest.index(after: next)...]
        }
    }

    static var names: [String] { Array(all.keys) }

    private static let all: [String: AWSService] = {
        var all: [String: AWSService] = [:]
        for line in ServiceTable.text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 6 else { continue }
            let signing = fields[2].split(separator: "@")
            let detail = String(fields[4])
            let wire: WireProtocol =
                if fields[3].hasPrefix("json-") {
                    .json(version: String(fields[3].dropFirst(5)), targetPrefix: detail)
                } else if fields[3] == "rest" {
                    .rest
                } else {
                    .query(version: detail)
                }
            all[String(fields[0])] = AWSService(
                name: String(fields[0]),
                id: String(fields[1]),
                signingName: String(signing[0]),
                signingRegion: signing.count > 1 ? String(signing[1]) : nil,
                wireProtocol: wire,
                host: fields[5] == "-" ? nil : String(fields[5]),
            )
        }
        return all
    }()
}

/// A part of AWS with accounts and domains of its own.
struct AWSPartition: Sendable, Equatable {
    /// In ARNs: `aws`, `aws-cn`, `aws-us-gov`.
    let name: String
    let suffix: String
    let dualStackSuffix: String

    static let standard = AWSPartition(name: "aws", suffix: "amazonaws.com", dualStackSuffix: "api.aws")

    static let all = [
        standard,
        AWSPartition(name: "aws-cn", suffix: "amazonaws.com.cn", dualStackSuffix: "api.amazonwebservices.com.cn"),
        AWSPartition(name: "aws-us-gov", suffix: "amazonaws.com", dualStackSuffix: "api.aws"),
        AWSPartition(name: "aws-iso", suffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov"),
        AWSPartition(name: "aws-iso-b", suffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud"),
        AWSPartition(name: "aws-eusc", suffix: "amazonaws.eu", dualStackSuffix: "api.amazonwebservices.eu"),
    ]

    static func named(_ name: some StringProtocol) -> AWSPartition? { all.first { $0.name == name } }

    /// The partition that a region belongs to.
    static func of(region: String) -> AWSPartition {
        let prefixes = [
            ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"),
            ("eusc-", "aws-eusc"),
        ]
        return prefixes.first { region.hasPrefix($0.0) }.flatMap { named($0.1) } ?? standard
    }
}
