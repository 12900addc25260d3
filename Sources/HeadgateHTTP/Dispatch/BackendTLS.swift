import Headgate
import NIOCore
import NIOSSL

/// TLS towards backends: verified unless an integration says otherwise, TLS 1.2 at least, HTTP/1.1 only.
struct BackendTLS: Sendable {
    private let verifying: NIOSSLContext
    private let trusting: NIOSSLContext

    /// - Throws: when the file of certificate authorities cannot be read.
    init(certificateAuthorities: String?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let certificateAuthorities {
            configuration.additionalTrustRoots = [.file(certificateAuthorities)]
        }
        verifying = try NIOSSLContext(configuration: configuration)
        configuration.certificateVerification = .none
        trusting = try NIOSSLContext(configuration: configuration)
    }

    /// - Parameter verifies: false for `insecureSkipVerification`: anybody on the way can then answer.
    func makeHandler(host: String, verifies: Bool) throws -> NIOSSLClientHandler {
        let context = verifies ? verifying : trusting
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: host)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // An address is no server name; its certificate is checked against the address itself.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }
}
