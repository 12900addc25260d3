import Headgate

/// Where services are called: AWS's own endpoints, or those that settings name instead.
struct EndpointRules: Sendable {
    /// What one pipeline asks for; nil leaves it to the environment and the shared configuration.
    struct Choice: Sendable, Equatable {
        var endpoint: String?
        var usesFIPS: Bool?
        var usesDualStack: Bool?
    }

    let environment: [String: String]
    let profile: SharedConfiguration.Profile?
    /// The `services` section that the profile names.
    let services: SharedConfiguration.Profile?

    /// The base URL for a service, without a slash at its end.
    func base(_ service: AWSService, subdomain: String?, region: String, _ partition: AWSPartition, _ choice: Choice)
        -> String
    {
        if let endpoint = choice.endpoint ?? configured(service)?.url {
            return String(endpoint.reversed().drop { $0 == "/" }.reversed())
        }
        let prefix = subdomain.map { $0 + "." } ?? ""
        if let subdomain, service.name == "iotdata" || service.name == "data-ats.iot" {
            return "https://\(subdomain).iot.\(region).\(partition.suffix)"
        }
        if let subdomain, service.name == "es" { return "https://\(subdomain).\(region).es.\(partition.suffix)" }
        let fips = (choice.usesFIPS ?? flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")) ? "-fips" : ""
        let dualStack = choice.usesDualStack ?? flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        if !dualStack, let global = Self.global(service, partition) { return "https://" + prefix + global.host }
        if let host = service.host, !dualStack, fips.isEmpty || host.hasPrefix(service.name + ".") {
            var name = host.replacing("*", with: region)
            if partition != .standard, name.hasSuffix(".amazonaws.com") {
                name = String(name.dropLast("amazonaws.com".count)) + partition.suffix
            }
            if !fips.isEmpty { name = service.name + fips + name.dropFirst(service.name.count) }
            return "https://" + prefix + name
        }
        if dualStack, service.name == "s3" {
            return "https://\(prefix)s3\(fips).dualstack.\(region).\(partition.suffix)"
        }
        return
            "https://\(prefix)\(service.name)\(fips).\(region).\(dualStack ? partition.dualStackSuffix : partition.suffix)"
    }

    /// The region of signatures: the service's own where it has one for all.
    func signingRegion(_ service: AWSService, _ region: String, _ partition: AWSPartition) -> String {
        guard partition != .standard else { return service.signingRegion ?? region }
        return Self.global(service, partition)?.region ?? region
    }

    /// Services that are one for a whole partition other than the standard one, with the region that they sign for.
    private static func global(_ service: AWSService, _ partition: AWSPartition) -> (host: String, region: String)? {
        switch (partition.name, service.name) {
        case ("aws-cn", "iam"): ("iam.cn-north-1.amazonaws.com.cn", "cn-north-1")
        case ("aws-cn", "route53"): ("route53.amazonaws.com.cn", "cn-northwest-1")
        case ("aws-cn", "cloudfront"), ("aws-cn", "organizations"):
            (service.name + ".cn-northwest-1.amazonaws.com.cn", "cn-northwest-1")
        case ("aws-us-gov", "iam"), ("aws-us-gov", "route53"):
            (service.name + ".us-gov.amazonaws.com", "us-gov-west-1")
        case ("aws-us-gov", "organizations"): ("organizations.us-gov-west-1.amazonaws.com", "us-gov-west-1")
        default: nil
        }
    }

    /// Whether calls of a service go to an endpoint on this machine that is named for all services at once.
    func isEmulator(_ service: AWSService) -> Bool {
        guard let (url, isOwn) = configured(service), !isOwn, let endpoint = try? BackendURL(parsing: url).endpoint
        else { return false }
        return ContainerProvider.isLoopback(endpoint.host)
    }

    /// What the environment says comes before the shared files, and what is said of one service before
    /// what is said of all.
    private func configured(_ service: AWSService) -> (url: String, isOwn: Bool)? {
        guard !flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else { return nil }
        let candidates = [
            (environment["AWS_ENDPOINT_URL_" + service.id], true),
            (environment["AWS_ENDPOINT_URL"], false),
            (services?[service.id.lowercased(), "endpoint_url"], true),
            (profile?["endpoint_url"], false),
        ]
        for case (let url?, let isOwn) in candidates where !url.isEmpty { return (url, isOwn) }
        return nil
    }

    private func flag(_ variable: String, _ key: String) -> Bool {
        (environment[variable] ?? profile?[key])?.lowercased() == "true"
    }
}
