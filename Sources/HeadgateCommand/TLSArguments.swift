import ArgumentParser
import HeadgateServer

/// Certificates of the server, and of its clients.
struct TLSArguments: ParsableArguments {
    @Option(
        name: .customLong("tls-cert"),
        help: """
            A PEM file with a certificate and those that lead to its authority; serves HTTPS. Repeatable: each client \
            gets the one for the server that it names, or else the first.
            """,
    )
    var certificates: [String] = []

    @Option(name: .customLong("tls-key"), help: "The PEM file with the key of the certificate in the same place.")
    var keys: [String] = []

    @Option(
        name: .customLong("tls-client-ca"),
        help: "A PEM file of authorities: clients must show a certificate of one of them.",
    )
    var clientAuthorities: String?

    @Flag(name: .customLong("tls-client-optional"), help: "Also serve clients that show no certificate.")
    var isClientOptional = false

    @Flag(name: .customLong("http2"), inversion: .prefixedNo, help: "Offer HTTP/2 where TLS is served.")
    var offersHTTP2 = true

    func validate() throws {
        guard certificates.count == keys.count else {
            throw ValidationError(
                "there are \(certificates.count) --tls-cert and \(keys.count) --tls-key: each certificate needs its key"
            )
        }
        if certificates.isEmpty, clientAuthorities != nil {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key")
        }
        if clientAuthorities == nil, isClientOptional {
            throw ValidationError("--tls-client-optional needs --tls-client-ca")
        }
    }

    /// nil where plain HTTP is served.
    func load() throws(TLSFileError) -> ServerTLS? {
        guard !certificates.isEmpty else { return nil }
        return try ServerTLS(
            TLSFiles(
                certificates: zip(certificates, keys).map { TLSFiles.Pair(certificate: $0, key: $1) },
                clientAuthorities: clientAuthorities,
                requiresClientCertificate: !isClientOptional,
                offersHTTP2: offersHTTP2,
            )
        )
    }
}
