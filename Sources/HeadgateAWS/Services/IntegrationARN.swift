import Headgate

/// The URI of an AWS integration: `arn:aws:apigateway:REGION:[SUBDOMAIN.]SERVICE:path|action/…`.
struct IntegrationARN: Sendable, Equatable {
    enum Style: Sendable, Equatable {
        /// Path and query as they go over the wire, with `{name}` and `${stageVariables.name}`. Starts with `/`.
        case path(String)
        /// The action's name, in which `{name}` and `${stageVariables.name}` may stand, and the parameters behind it as a
        /// query.
        case action(String, parameters: String)
    }

    let text: String
    let partition: AWSPartition
    /// Of the service that is called; or `${stageVariables.NAME}`.
    let region: String
    /// The stage variable that stands for the region.
    let regionVariable: String?
    let service: AWSService
    let subdomain: String?
    let style: Style

    init(parsing text: String) throws(InvalidValue) {
        // A stage variable may stand in the last part, and its name holds no colon.
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "apigateway" else {
            throw InvalidValue(
                "Invalid ARN specified in the request",
                expected: "expected arn:aws:apigateway:REGION:SERVICE:path/… or …:action/…",
            )
        }
        guard let partition = AWSPartition.named(parts[1]) else {
            throw InvalidValue(
                "\(String(parts[1]).quotedForMessage) is no partition of AWS",
                expected: "expected one of: " + AWSPartition.all.map(\.name).joined(separator: ", "),
            )
        }
        let variable = Self.variable(parts[3])
        guard variable != nil || Self.isRegion(parts[3]) else {
            throw InvalidValue(
                "\(String(parts[3]).quotedForMessage) is no region",
                expected: "expected the region of the service, such as eu-central-1",
            )
        }
        guard Self.variable(parts[4]) == nil else {
            throw InvalidValue(
                "the service is a stage variable, and the protocol of a call follows from the service",
                expected:
                    "expected the service's name; the region, a subdomain, the path or the action may be variables",
            )
        }
        guard let (service, subdomain) = AWSService.named(String(parts[4])) else {
            throw InvalidValue(
                "unknown service \(String(parts[4]).quotedForMessage)",
                expected: "expected the service's name in its host, such as sqs, dynamodb or states",
                suggestion: Self.suggestion(String(parts[4])),
            )
        }
        let rest = parts[5]
        if rest.hasPrefix("path/") {
            var path = rest.dropFirst(4)
            if path.hasPrefix("//") { path = path.dropFirst() }
            style = .path(String(path))
        } else if rest.hasPrefix("action/") {
            let action = rest.dropFirst(7)
            let end = action.firstIndex { $0 == "&" || $0 == "?" } ?? action.endIndex
            let name = action[..<end]
            guard Self.isAction(name) else {
                throw InvalidValue(
                    "\(String(name).quotedForMessage) is no action",
                    expected: "expected action/ and a name, such as action/PutItem",
                )
            }
            style = .action(String(name), parameters: String(action[end...].dropFirst()))
        } else {
            throw InvalidValue(
                "AWS ARN for integration must contain path or action",
                expected: "expected path/ or action/ behind the service",
            )
        }
        self.text = text
        self.partition = partition
        region = String(parts[3])
        regionVariable = variable
        self.service = service
        self.subdomain = subdomain
    }

    /// Names that people try first.
    private static func suggestion(_ name: String) -> String? {
        let known = [
            "stepfunctions": "states", "sfn": "states", "cloudwatch": "monitoring", "eventbridge": "events",
            "ses": "email",
            "cognito": "cognito-idp", "iot": "iotdata", "sagemaker-runtime": "runtime.sagemaker",
            "ssm-parameter": "ssm",
            "opensearch": "es", "location": "geo", "stepfunction": "states", "parameterstore": "ssm",
        ]
        if let right = known[name.lowercased()] { return "write \(right)" }
        return Suggestion.didYouMean(name, among: AWSService.names.sorted())
    }

    /// Unreserved characters (RFC 3986), `{name}` and `${stageVariables.name}`.
    private static func isAction(_ name: Substring) -> Bool {
        var rest = name.utf8
        while let byte = rest.first {
            if PercentCoding.isUnreserved(byte) {
                rest = rest.dropFirst()
                continue
            }
            if byte == UInt8(ascii: "$") { rest = rest.dropFirst() }
            guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                return false
            }
            rest = rest[rest.index(after: end)...]
        }
        return !name.isEmpty
    }

    /// Small letters, digits and `-`.
    static func isRegion(_ text: some StringProtocol) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "-")
            }
    }

    /// The name in a text that is one `${stageVariables.NAME}`.
    private static func variable(_ text: Substring) -> String? {
        let start = "${stageVariables."
        guard text.hasPrefix(start), text.last == "}", !text.dropFirst(start.count).dropLast().contains("}") else {
            return nil
        }
        return String(text.dropFirst(start.count).dropLast())
    }

    /// The URL that is called, as a template for the values that are filled in.
    func url(base: String) -> String {
        switch style {
        case .path(let path):
            return base + path
        case .action(let name, let parameters):
            return base + "/?Action=" + name + (parameters.isEmpty ? "" : "&" + parameters)
        }
    }

    /// The function's ARN or name in a URI that invokes a function, and whether its response is streamed.
    var lambda: (function: String, streams: Bool)? {
        guard service.name == "lambda", case .path(let path) = style else { return nil }
        for (prefix, suffix, streams) in [
            ("/2015-03-31/functions/", "/invocations", false),
            ("/2021-11-15/functions/", "/response-streaming-invocations", true),
        ]
        where path.hasPrefix(prefix) && path.hasSuffix(suffix)
            && path.utf8.count > prefix.utf8.count + suffix.utf8.count
        {
            return (String(path.dropFirst(prefix.count).dropLast(suffix.count)), streams)
        }
        return nil
    }
}
