import HeadgateGateway

/// Hides what files took from the environment and should not be seen, in what commands print: the value of a variable
/// whose name says that it is a secret stands there as `${NAME}`, as in the file.
struct SecretMask {
    private static let words = [
        "SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "PRIVATE", "API_KEY", "APIKEY",
        "ACCESS_KEY",
    ]
    /// Shorter values stand in texts by chance.
    private static let shortest = 8

    private let secrets: [(name: String, value: String)]

    init(_ environment: [String: String] = Environment.current) {
        secrets = environment.filter { name, value in
            let name = name.uppercased()
            return value.utf8.count >= Self.shortest && Self.words.contains { name.contains($0) }
        }
        // One value may be a part of another.
        .sorted { ($0.value.utf8.count, $0.key) > ($1.value.utf8.count, $1.key) }
        .map { ($0.key, $0.value) }
    }

    func masked(_ text: String) -> String {
        secrets.reduce(text) { text, secret in text.replacing(secret.value, with: "${\(secret.name)}") }
    }
}
