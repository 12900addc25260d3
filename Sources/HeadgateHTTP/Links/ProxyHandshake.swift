import Headgate
import HeadgateStages
import NIOCore

/// What a proxy is asked to connect to. Names are the proxy's to resolve: they are known where it is.
struct ProxyDestination: Sendable {
    let host: String
    let port: Int

    var authority: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Asks a proxy for a connection to a target; takes itself out of the way once it is there.
protocol ProxyHandshake: ChannelHandler, RemovableChannelHandler {
    var opened: EventLoopPromise<Void> { get }
}

/// Why there is no way through a proxy.
struct ProxyFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    init(connecting error: any Error, _ proxy: LinkRoute.ProxyAddress) {
        description = "the proxy \(proxy.host):\(proxy.port): \(DispatchFault.connecting(error).shortReason)"
    }
}

/// CONNECT (RFC 9110 section 9.3.6), with Basic credentials where the proxy wants some.
final class ConnectHandshake: ChannelInboundHandler, ProxyHandshake, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let opened: EventLoopPromise<Void>
    private let destination: ProxyDestination
    private let proxy: LinkRoute.ProxyAddress
    private var parser = ResponseParser(limits: .response)
    private var received = ByteBuffer()

    init(to destination: ProxyDestination, through proxy: LinkRoute.ProxyAddress, _ opened: EventLoopPromise<Void>) {
        self.destination = destination
        self.proxy = proxy
        self.opened = opened
        parser.expectResponse(to: "CONNECT")
    }

    func channelActive(context: ChannelHandlerContext) {
        var text = "CONNECT \(destination.authority) HTTP/1.1\r\nHost: \(destination.authority)\r\n"
        if let user = proxy.user {
            let credentials = String(
                decoding: Base64.encode(Array("\(user):\(proxy.password ?? "")".utf8)),
                as: UTF8.self,
            )
            text += "Proxy-Authorization: Basic \(credentials)\r\n"
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        do throws(MessageError) {
            guard case .head(let head) = try parser.next(&received) else { return }
            if !(200..<300).contains(head.status) {
                opened.fail(ProxyFault("the proxy \(proxy.host):\(proxy.port) answers \(head.status) to CONNECT"))
            } else if received.readableBytes > 0 {
                opened.fail(ProxyFault("the target behind the proxy spoke first"))
            } else {
                opened.succeed()
            }
        } catch {
            opened.fail(ProxyFault("the proxy's answer to CONNECT is no HTTP/1.1"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        opened.fail(ProxyFault("the proxy \(proxy.host):\(proxy.port) closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(error)
        context.close(promise: nil)
    }
}

/// SOCKS 5 (RFC 1928), with name and password (RFC 1929) where there are some.
final class SOCKSHandshake: ChannelInboundHandler, ProxyHandshake, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State { case method, authentication, reply, done }

    let opened: EventLoopPromise<Void>
    private let destination: ProxyDestination
    private let proxy: LinkRoute.ProxyAddress
    private var state = State.method
    private var received = ByteBuffer()

    init(to destination: ProxyDestination, through proxy: LinkRoute.ProxyAddress, _ opened: EventLoopPromise<Void>) {
        self.destination = destination
        self.proxy = proxy
        self.opened = opened
    }

    func channelActive(context: ChannelHandlerContext) {
        send(proxy.user == nil ? [5, 1, 0] : [5, 2, 0, 2], context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        while step(context) {}
    }

    /// Whether there is more to do with what has come.
    private func step(_ context: ChannelHandlerContext) -> Bool {
        switch state {
        case .method:
            guard let answer = received.readBytes(length: 2) else { return false }
            guard answer[0] == 5 else { return fail("is no SOCKS 5 proxy") }
            switch answer[1] {
            case 0: sendRequest(context)
            case 2 where proxy.user != nil: sendCredentials(context)
            default: return fail("wants another way to authenticate")
            }
            return true
        case .authentication:
            guard let answer = received.readBytes(length: 2) else { return false }
            guard answer[1] == 0 else { return fail("does not take the name and password") }
            sendRequest(context)
            return true
        case .reply:
            return readReply()
        case .done:
            return false
        }
    }

    private func sendCredentials(_ context: ChannelHandlerContext) {
        let user = Array((proxy.user ?? "").utf8.prefix(255))
        let password = Array((proxy.password ?? "").utf8.prefix(255))
        send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password, context)
        state = .authentication
    }

    private func sendRequest(_ context: ChannelHandlerContext) {
        var request: [UInt8] = [5, 1, 0]
        if let address = InternetAddress(destination.host) {
            // IPv4 addresses are kept in their mapped form.
            let isFour = !destination.host.utf8.contains(UInt8(ascii: ":"))
            request += isFour ? [1] + address.bytes.suffix(4) : [4] + address.bytes
        } else {
            let name = Array(destination.host.utf8.prefix(255))
            request += [3, UInt8(name.count)] + name
        }
        request += [UInt8(destination.port >> 8 & 0xFF), UInt8(destination.port & 0xFF)]
        send(request, context)
        state = .reply
    }

    private func readReply() -> Bool {
        guard let head = received.getBytes(at: received.readerIndex, length: 5) else { return false }
        guard head[0] == 5 else { return fail("is no SOCKS 5 proxy") }
        guard head[1] == 0 else { return fail(Self.reason(head[1])) }
        let addressLength: Int
        switch head[3] {
        case 1: addressLength = 4
        case 3: addressLength = Int(head[4]) + 1
        case 4: addressLength = 16
        default: return fail("answers with an address of an unknown kind")
        }
        guard received.readBytes(length: 4 + addressLength + 2) != nil else { return false }
        guard received.readableBytes == 0 else { return fail("let the target speak first") }
        state = .done
        opened.succeed()
        return false
    }

    private static func reason(_ code: UInt8) -> String {
        switch code {
        case 2: "does not allow this target"
        case 3: "finds the target's network unreachable"
        case 4: "finds the target unreachable"
        case 5: "is refused by the target"
        case 6: "got no answer from the target in time"
        default: "cannot connect (code \(code))"
        }
    }

    private func fail(_ what: String) -> Bool {
        state = .done
        opened.fail(ProxyFault("the proxy \(proxy.host):\(proxy.port) \(what)"))
        return false
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        opened.fail(ProxyFault("the proxy \(proxy.host):\(proxy.port) closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(error)
        context.close(promise: nil)
    }
}
