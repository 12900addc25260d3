import Headgate
import NIOCore
import NIOSSL

/// TLS towards backends: verified unless an integration says otherwise, TLS 1.2 at least, HTTP/1.1 only.
struct BackendTLS: Sendable {
    private let verifying: NIOSSLContext
    private let trusting: NIOSSLContext

    /// - Parameter certificateAuthorities: a PEM file of authorities that are trusted beside the system's.
    /// - Throws: when the file cannot be read.
    init(certificateAuthorities: String?) throws {
        var configuration = Self.configuration
        if let certificateAuthorities {
            configuration.additionalTrustRoots = [.file(certificateAuthorities)]
        }
        try self.init(configuration)
    }

    /// Of a link.
    /// - Throws: when one of its files cannot be used.
    init(_ settings: LinkTLSSettings) throws {
        var configuration = Self.configuration
        if let authorities = settings.authorities { configuration.trustRoots = .file(authorities) }
        if let certificate = settings.certificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            let key = try NIOSSLPrivateKey(file: settings.key ?? certificate, format: .pem)
            configuration.privateKey = .privateKey(key)
        }
        try self.init(configuration)
    }

    private init(_ base: TLSConfiguration) throws {
        var configuration = base
        verifying = try NIOSSLContext(configuration: configuration)
        configuration.certificateVerification = .none
        trusting = try NIOSSLContext(configuration: configuration)
    }

    private static var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    /// - Parameters:
    ///   - host: whom the certificate must name, and who is asked for.
    ///   - verifies: false for `insecureSkipVerification`: anybody on the way can then answer.
    func makeHandler(host: String, verifies: Bool) throws -> NIOSSLClientHandler {
        do {
            return try handler(serverHostname: host, verifies)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // An address is no server name; its certificate is checked against the address itself.
            return try handler(serverHostname: nil, verifies)
        }
    }

    private func handler(serverHostname: String?, _ verifies: Bool) throws -> NIOSSLClientHandler {
        guard verifies else { return try NIOSSLClientHandler(context: trusting, serverHostname: serverHostname) }
        return try NIOSSLClientHandler._makeSSLClientHandler(context: verifying, serverHostname: serverHostname) {
            certificate,
            channel in
            // A name in the subject alone is no name (RFC 9525 section 6.3), though the library takes it.
            guard certificate._subjectAlternativeNames().isEmpty else {
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            return channel.eventLoop.makeFailedFuture(NamelessCertificate())
        }
    }
}

/// A certificate without a subject alternative name.
struct NamelessCertificate: Error, CustomStringConvertible {
    var description: String { "the certificate has no subject alternative name" }
}
