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
        if let endpoint = choice.endpoint ?? configured(service) {
            let base = String(endpoint.reversed().drop { $0 == "/" }.reversed())
            return base
        }
        let prefix = subdomain.map { $0 + "." } ?? ""
        if let subdomain, service.name == "iotdata" || service.name == "data-ats.iot" {
            return "https://\(subdomain).iot.\(region).\(partition.suffix)"
        }
        if let subdomain, service.name == "es" { return "https://\(subdomain).\(region).es.\(partition.suffix)" }
        let fips = (choice.usesFIPS ?? flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")) ? "-fips" : ""
        let dualStack = choice.usesDualStack ?? flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        if let host = service.host, fips.isEmpty, !dualStack {
            var name = host.replacing("*", with: region)
            if partition != .standard, name.hasSuffix(".amazonaws.com") {
                name = String(name.dropLast("amazonaws.com".count)) + partition.suffix
            }
            return "https://" + prefix + name
        }
        if dualStack, service.name == "s3" {
            return "https://\(prefix)s3\(fips).dualstack.\(region).\(partition.suffix)"
        }
        return
            "https://\(prefix)\(service.name)\(fips).\(region).\(dualStack ? partition.dualStackSuffix : partition.suffix)"
    }

    /// What the environment says comes before the shared files, and what is said of one service before
    /// what is said of all.
    private func configured(_ service: AWSService) -> String? {
        guard environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "true" else { return nil }
        let candidates = [
            environment["AWS_ENDPOINT_URL_" + service.id],
            environment["AWS_ENDPOINT_URL"],
            services?[service.id.lowercased(), "endpoint_url"],
            profile?["endpoint_url"],
        ]
        return candidates.compactMap { $0 }.first { !$0.isEmpty }
    }

    private func flag(_ variable: String, _ key: String) -> Bool {
        (environment[variable] ?? profile?[key])?.lowercased() == "true"
    }
}
