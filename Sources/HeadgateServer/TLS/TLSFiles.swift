import NIOSSL

/// Where the certificates of a server are, and whose clients' certificates it takes. All files are PEM.
public struct TLSFiles: Sendable {
    /// A certificate with those that lead to its authority behind it, and its key.
    public struct Pair: Sendable {
        /// The path of the PEM file with the certificate, those that lead to its authority behind it.
        public var certificate: String
        /// The path of the PEM file with its key, without a password.
        public var key: String

        /// Two files that belong together; that they do is found out when they are read.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The first is for clients that name no server, or one that no certificate is for; the names are
    /// those that the certificates hold.
    public var certificates: [Pair]
    /// Authorities of clients' certificates; nil asks no client for one.
    public var clientAuthorities: String?
    /// Whether a client without a certificate is turned away; one that is not valid always is.
    public var requiresClientCertificate: Bool
    /// Whether clients may choose HTTP/2; without it all of them get HTTP/1.1.
    public var offersHTTP2: Bool

    /// Files that nobody has read yet; with authorities, clients must have a certificate unless told otherwise.
    public init(
        certificates: [Pair],
        clientAuthorities: String? = nil,
        requiresClientCertificate: Bool = true,
        offersHTTP2: Bool = true,
    ) {
        self.certificates = certificates
        self.clientAuthorities = clientAuthorities
        self.requiresClientCertificate = requiresClientCertificate
        self.offersHTTP2 = offersHTTP2
    }

    var paths: [String] {
        certificates.flatMap { [$0.certificate, $0.key] } + (clientAuthorities.map { [$0] } ?? [])
    }

    func load() throws(TLSFileError) -> NIOSSLContext {
        var identities: [Identity] = []
        for pair in certificates { identities.append(try Identity(pair)) }
        guard let first = identities.first else {
            throw TLSFileError(path: "", what: "no certificate is given")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain,
            privateKey: .privateKey(first.key),
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = (offersHTTP2 ? [ServerTLS.http2] : []) + ["http/1.1"]
        if let clientAuthorities {
            configuration.trustRoots = .certificates(try Identity.certificates(clientAuthorities))
            // A client has no name that could be checked against its address.
            configuration.certificateVerification =
                requiresClientCertificate ? .noHostnameVerification : .optionalVerification
        }
        if identities.count > 1 { configuration.sslContextCallback = Self.choose(among: identities) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSFileError(path: certificates[0].key, what: "TLS cannot be set up with it: \(error)")
        }
    }

    /// Gives each client the certificate for the server that it names (RFC 6066 section 3).
    private static func choose(among identities: [Identity]) -> NIOSSLContextCallback {
        { values, promise in
            var chosen = NIOSSLContextConfigurationOverride.noChanges
            if let name = values.serverHostname?.lowercased(),
                let identity = identities.first(where: { $0.serves(name) })
            {
                chosen.certificateChain = identity.chain
                chosen.privateKey = .privateKey(identity.key)
            }
            promise.succeed(chosen)
        }
    }
}

/// A file that TLS cannot use.
public struct TLSFileError: Error, Sendable, CustomStringConvertible {
    /// The file; "" where the fault is in what was asked for.
    public let path: String
    /// What is wrong with it, in words that fit behind a colon.
    public let what: String

    /// `site.pem: …`, one line.
    public var description: String { path.isEmpty ? what : "\(path): \(what)" }
}

/// A certificate with its chain and key, and the names that it is for.
private struct Identity: Sendable {
    let chain: [NIOSSLCertificateSource]
    let key: NIOSSLPrivateKey
    /// In lower case; `*.example.com` stands for one label in front.
    let names: [String]

    init(_ pair: TLSFiles.Pair) throws(TLSFileError) {
        let certificates = try Self.certificates(pair.certificate)
        chain = certificates.map { .certificate($0) }
        do {
            key = try NIOSSLPrivateKey(file: pair.key, format: .pem)
        } catch {
            throw TLSFileError(path: pair.key, what: "it holds no private key in PEM that can be read")
        }
        // Checked here, so that the message names the pair; a server would find out with its first client.
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(key),
        )
        guard (try? NIOSSLContext(configuration: configuration)) != nil else {
            throw TLSFileError(path: pair.key, what: "it is not the key of the certificate in \(pair.certificate)")
        }
        names = certificates[0]._subjectAlternativeNames().compactMap { name in
            guard name.nameType == .dnsName else { return nil }
            return name.contents.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self).lowercased() }
        }
    }

    static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
        let found = try? NIOSSLCertificate.fromPEMFile(path)
        guard let found, !found.isEmpty else {
            throw TLSFileError(path: path, what: "it holds no certificate in PEM that can be read")
        }
        return found
    }

    func serves(_ name: String) -> Bool {
        names.contains { pattern in
            if pattern == name { return true }
            guard pattern.hasPrefix("*."), let dot = name.firstIndex(of: "."), dot != name.startIndex else {
                return false
            }
            return name[dot...] == pattern.dropFirst()
        }
    }
}
