import Headgate
import SigV4

/// One place where credentials may come from.
protocol CredentialsProvider: Sendable {
    /// For messages: `the environment`.
    var name: String { get }
    /// nil where nothing is set up here, so that the next place is asked.
    /// - Throws: where something is set up, and does not work.
    func credentials() async throws(CredentialsProblem) -> Credentials?
}

/// Asks one place after the other; the first in which something is set up decides.
struct ProviderChain: CredentialsProvider {
    let providers: [any CredentialsProvider]

    var name: String { providers.map(\.name).joined(separator: ", ") }

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        for provider in providers {
            if let credentials = try await provider.credentials() { return credentials }
        }
        throw CredentialsProblem("there are no AWS credentials; looked in: \(name)")
    }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentProvider: CredentialsProvider {
    let environment: [String: String]

    var name: String { "the environment" }

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        guard let id = environment["AWS_ACCESS_KEY_ID"], !id.isEmpty else { return nil }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty else {
            throw CredentialsProblem("AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        return Credentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: token,
            accountID: environment["AWS_ACCOUNT_ID"],
        )
    }
}

/// `AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`: a role of a workload's own identity, in Kubernetes for one.
struct WebIdentityProvider: CredentialsProvider {
    let tokenFile: String?
    let role: String?
    let sessionName: String
    let sts: SecurityTokenService

    var name: String { "web identity" }

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        guard let tokenFile, let role, !tokenFile.isEmpty else { return nil }
        guard let token = try FileReader.text(tokenFile) else {
            throw CredentialsProblem("the web identity's token file \(tokenFile) is missing")
        }
        let trimmed = String(token.split(whereSeparator: \.isWhitespace).first ?? "")
        guard !trimmed.isEmpty else { throw CredentialsProblem("the web identity's token file \(tokenFile) is empty") }
        return try await sts.assumeRole(role, sessionName: sessionName, webIdentity: Secret(trimmed))
    }
}

/// The endpoint that containers have: `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
struct ContainerProvider: CredentialsProvider {
    let environment: [String: String]
    let client: AWSClient

    var name: String { "the container's endpoint" }

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        let url: String
        if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !relative.isEmpty {
            url = "http://169.254.170.2" + (relative.hasPrefix("/") ? relative : "/" + relative)
        } else if let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty {
            url = full
        } else {
            return nil
        }
        var request = try AWSClient.request("GET", url, headers: ["Accept": "application/json"])
        if let endpoint = request.endpoint, endpoint.scheme == .http, !Self.isLocal(endpoint.host) {
            throw CredentialsProblem("the container's endpoint \(endpoint.origin) is neither https nor on this machine")
        }
        if let token = try token() {
            guard HeaderSyntax.isFieldValue(token) else {
                throw CredentialsProblem("the token for the container's endpoint holds a line break")
            }
            request.headers.setUnchecked("Authorization", token)
        }
        let response = try await client.perform(request, whatFor: name)
        guard response.status == 200 else {
            throw CredentialsProblem("\(name) answered with status \(response.status)")
        }
        return try CredentialsDocument.json(response.body.bytes ?? [], from: name)
    }

    private func token() throws(CredentialsProblem) -> String? {
        if let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !file.isEmpty {
            guard let text = try FileReader.text(file) else {
                throw CredentialsProblem("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names \(file), which is missing")
            }
            return text.split(whereSeparator: \.isNewline).first.map(String.init)
        }
        return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// This machine, and the addresses that container platforms use.
    private static func isLocal(_ host: String) -> Bool {
        isLoopback(host) || ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host.lowercased())
    }

    /// A name that only begins like an address is none.
    static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1"].contains(host.lowercased()) { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil && $0.utf8.count <= 3 }
    }
}

/// The instance metadata service, version 2: a token first, then the role's credentials.
struct InstanceProvider: CredentialsProvider {
    let environment: [String: String]
    let client: AWSClient

    var name: String { "the instance's metadata" }

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let isIPv6 = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        let base =
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 }
            ?? (isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
        let root = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/latest/"
        let ask = try AWSClient.request(
            "PUT",
            root + "api/token",
            headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"],
            timeoutMilliseconds: 1000,
        )
        // Most machines are no instances: nobody there is no error.
        guard let answer = try? await client.perform(ask, whatFor: name), answer.status == 200 else { return nil }
        let token = answer.body.text
        guard HeaderSyntax.isFieldValue(token), !token.isEmpty else {
            throw CredentialsProblem("\(name) gave no token")
        }
        let path = root + "meta-data/iam/security-credentials/"
        let roles = try await get(path, token)
        guard roles.status != 404 else { return nil }
        guard roles.status == 200, let role = roles.body.text.split(whereSeparator: \.isNewline).first else {
            throw CredentialsProblem("\(name) answered with status \(roles.status)")
        }
        let response = try await get(path + PercentCoding.encode(String(role)), token)
        guard response.status == 200 else {
            throw CredentialsProblem("\(name) answered with status \(response.status)")
        }
        return try CredentialsDocument.json(response.body.bytes ?? [], from: name)
    }

    private func get(_ url: String, _ token: String) async throws(CredentialsProblem) -> IntegrationResponse {
        let request = try AWSClient.request(
            "GET",
            url,
            headers: ["X-aws-ec2-metadata-token": token],
            timeoutMilliseconds: 2000,
        )
        return try await client.perform(request, whatFor: name)
    }
}
