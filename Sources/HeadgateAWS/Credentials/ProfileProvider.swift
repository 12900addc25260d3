import Headgate
import SigV4

/// A profile of the shared configuration, with the profiles that it leans on.
struct ProfileProvider: CredentialsProvider {
    let profileName: String
    /// Whether somebody has asked for this profile by name; then it must be there.
    let isExplicit: Bool
    let configuration: SharedConfiguration
    let environment: [String: String]
    let client: AWSClient
    let sts: SecurityTokenService

    var name: String { "the profile \(profileName)" }

    /// A chain of source profiles is not longer, unless it goes round in a circle.
    private static let longestChain = 8

    func credentials() async throws(CredentialsProblem) -> Credentials? {
        guard configuration.profiles[profileName] != nil else {
            guard isExplicit else { return nil }
            throw CredentialsProblem("there is no profile \(profileName.quotedForMessage) in the shared configuration")
        }
        return try await resolve(profileName, seen: [])
    }

    private func resolve(_ name: String, seen: [String]) async throws(CredentialsProblem) -> Credentials? {
        guard let profile = configuration.profiles[name] else {
            throw CredentialsProblem(
                "the profile \(seen.last ?? name) leans on \(name.quotedForMessage), which does not exist"
            )
        }
        let isRound = seen.contains(name) && !(seen.last == name && profile["aws_access_key_id"] != nil)
        guard !isRound, seen.count < Self.longestChain else {
            throw CredentialsProblem(
                "the profiles lean on each other in a circle: \((seen + [name]).joined(separator: " → "))"
            )
        }
        // A profile whose source is itself gives its own keys to assume its role.
        if let role = profile["role_arn"], seen.last != name {
            return try await assume(role, profile, name, seen: seen + [name])
        }
        if let id = profile["aws_access_key_id"], !id.isEmpty {
            guard let secret = profile["aws_secret_access_key"], !secret.isEmpty else {
                throw CredentialsProblem("the profile \(name) has aws_access_key_id and no aws_secret_access_key")
            }
            return Credentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: profile["aws_session_token"],
                accountID: profile["aws_account_id"],
            )
        }
        if let command = profile["credential_process"], !command.isEmpty {
            let source = "credential_process of the profile \(name)"
            let output = try await CredentialProcess.run(command, environment: environment, source: source)
            return try CredentialsDocument.json(output, from: source)
        }
        if profile["sso_start_url"] != nil || profile["sso_session"] != nil {
            throw CredentialsProblem(
                "the profile \(name) signs in by SSO, which needs a browser: write credential_process = aws configure "
                    + "export-credentials --profile \(name) in another profile and use that one"
            )
        }
        guard seen.isEmpty else { throw CredentialsProblem("the profile \(name) holds no credentials") }
        return nil
    }

    private func assume(
        _ role: String,
        _ profile: SharedConfiguration.Profile,
        _ name: String,
        seen: [String],
    ) async throws(CredentialsProblem) -> Credentials? {
        let sessionName =
            profile["role_session_name"] ?? environment["AWS_ROLE_SESSION_NAME"] ?? SecurityTokenService.Session().name
        if let file = profile["web_identity_token_file"] {
            return try await WebIdentityProvider(tokenFile: file, role: role, sessionName: sessionName, sts: sts)
                .credentials()
        }
        let source: Credentials?
        if let other = profile["source_profile"] {
            source = try await resolve(other, seen: seen)
        } else if let place = profile["credential_source"] {
            switch place.lowercased() {
            case "environment": source = try await EnvironmentProvider(environment: environment).credentials()
            case "ecscontainer":
                source = try await ContainerProvider(environment: environment, client: client).credentials()
            case "ec2instancemetadata":
                source = try await InstanceProvider(environment: environment, client: client).credentials()
            default:
                throw CredentialsProblem(
                    "credential_source of the profile \(name) is \(place.quotedForMessage), not Environment, EcsContainer or "
                        + "Ec2InstanceMetadata"
                )
            }
        } else {
            throw CredentialsProblem(
                "the profile \(name) has role_arn, and neither source_profile nor credential_source"
            )
        }
        guard let source else {
            throw CredentialsProblem("the profile \(name) finds no credentials to assume \(role) with")
        }
        var session = SecurityTokenService.Session(name: sessionName, externalID: profile["external_id"])
        session.durationSeconds = profile["duration_seconds"].flatMap { Int($0) }
        return try await sts.assumeRole(role, session, by: source)
    }
}
