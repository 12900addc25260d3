import HeadgateHTTP
import NIOCore
import NIOSSL
import Synchronization

/// TLS towards clients: TLS 1.2 at least, HTTP/2 or HTTP/1.1 by ALPN, a certificate for each server name, and
/// clients' certificates where they are asked for.
///
/// ```swift
/// let tls = try ServerTLS(TLSFiles(certificates: [.init(certificate: "site.pem", key: "site.key")]))
/// var configuration = ServerConfiguration(port: 8443)
/// configuration.tls = tls
/// ```
public final class ServerTLS: Sendable {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>

    /// HTTP/2's name in ALPN (RFC 9113 section 3.2).
    static let http2 = "h2"

    /// - Throws: ``TLSFileError``, which names the file and what is wrong with it.
    public init(_ files: TLSFiles) throws(TLSFileError) {
        self.files = files
        context = Mutex(try files.load())
    }

    /// Every file that a certificate, a key or an authority is read from.
    public var paths: [String] { files.paths }

    /// Reads the files anew. Connections that are made from now on use what they hold; those that are
    /// open keep what they have.
    /// - Throws: ``TLSFileError``; what served before goes on serving then.
    public func reload() throws(TLSFileError) {
        let fresh = try files.load()
        context.withLock { $0 = fresh }
    }

    /// Puts TLS in front of `connection`.
    /// - Parameter deadline: the time for the handshake; a client that takes longer is cut off.
    func addHandlers(
        to pipeline: ChannelPipeline.SynchronousOperations,
        for connection: ServerConnection,
        deadline: TimeAmount,
    ) throws {
        let handler = NIOSSLServerHandler(context: context.withLock { $0 })
        try pipeline.addHandler(handler)
        try pipeline.addHandler(TLSHandshake(handler, connection, deadline: deadline))
    }
}
