import OrderedJSON
import SigV4

/// Credentials in the documents in which services and programs give them.
enum CredentialsDocument {
    /// The JSON of instance and container endpoints, and of `credential_process`: `AccessKeyId`,
    /// `SecretAccessKey`, `Token` or `SessionToken`, `Expiration`.
    static func json(_ bytes: [UInt8], from source: String) throws(CredentialsProblem) -> Credentials {
        guard let root = try? JSONDocument(parsing: bytes).root else {
            throw CredentialsProblem("\(source) gave what is no JSON")
        }
        if let code = root["Code"]?.string, code != "Success" {
            throw CredentialsProblem(
                "\(source) gave no credentials: \(code.prefix(64)) \((root["Message"]?.string ?? "").prefix(200))"
            )
        }
        return try credentials(source) { name in
            root[name]?.string ?? (name == "SessionToken" ? root["Token"]?.string : nil)
        }
    }

    /// The answer of STS, XML or JSON. Its names are looked for, not its structure: every answer has one
    /// `Credentials` element.
    static func sts(_ bytes: [UInt8], status: Int, from source: String) throws(CredentialsProblem) -> Credentials {
        let text = String(decoding: bytes, as: UTF8.self)
        func member(_ name: String) -> String? {
            element(name, of: text) ?? jsonMember(name, of: bytes)
        }
        guard status == 200 else {
            let code = member("Code")
            let message = (member("Message") ?? member("message") ?? "").prefix(300)
            throw CredentialsProblem(
                "\(source): \(code?.prefix(64) ?? "status \(status)")\(message.isEmpty ? "" : ": " + message)",
                code: code,
            )
        }
        let credentials = try credentials(source, member)
        guard credentials.sessionToken != nil, credentials.expiration != nil else {
            throw CredentialsProblem("\(source) gave an answer that is cut off: SessionToken or Expiration is missing")
        }
        return credentials
    }

    private static func credentials(
        _ source: String,
        _ member: (String) -> String?,
    ) throws(CredentialsProblem) -> Credentials {
        guard let id = member("AccessKeyId"), let secret = member("SecretAccessKey"), !id.isEmpty, !secret.isEmpty
        else {
            throw CredentialsProblem("\(source) gave an answer without AccessKeyId and SecretAccessKey")
        }
        var expiration: Int64?
        if let text = member("Expiration") {
            guard let time = time(text) else {
                throw CredentialsProblem("\(source) gave an expiration that is no time: \(text.prefix(40))")
            }
            expiration = time
        }
        return Credentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: member("SessionToken"),
            expiration: expiration,
            accountID: member("AccountId"),
        )
    }

    /// `2025-04-09T13:34:56Z`, also with a fraction, `+00:00` or without separators, in milliseconds since 1970.
    static func time(_ text: String) -> Int64? {
        if let time = SigningTime(text) { return time.epochSeconds * 1000 }
        guard text.utf8.count >= 20, ["Z", "+00:00"].contains(where: text.hasSuffix) else { return nil }
        let digits = text.prefix(19).filter { $0 != "-" && $0 != ":" }
        return SigningTime(digits + "Z").map { $0.epochSeconds * 1000 }
    }

    /// The text of the first element of that name.
    private static func element(_ name: String, of text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        let content = String(text[start.upperBound..<end.lowerBound])
        return content.replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }

    private static func jsonMember(_ name: String, of bytes: [UInt8]) -> String? {
        guard let root = try? JSONDocument(parsing: bytes).root else { return nil }
        let paths = [
            ["AssumeRoleResponse", "AssumeRoleResult", "Credentials"],
            ["AssumeRoleWithWebIdentityResponse", "AssumeRoleWithWebIdentityResult", "Credentials"], ["Error"], [],
        ]
        for path in paths {
            var node: JSONNode? = root
            for key in path { node = node?[key] }
            guard let value = node?[name] else { continue }
            if let text = value.string { return text }
            // A JSON answer of STS gives its times as seconds.
            if name == "Expiration", let seconds = value.number?.double, seconds.isFinite, abs(seconds) < 1e12 {
                return SigningTime(epochSeconds: Int64(seconds)).text
            }
        }
        return nil
    }
}
