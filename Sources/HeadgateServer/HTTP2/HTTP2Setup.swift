import HeadgateHTTP
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Puts HTTP/2 on a connection whose TLS handshake has chosen it.
enum HTTP2Setup {
    /// Requests of one connection that are worked on at the same time (SETTINGS_MAX_CONCURRENT_STREAMS).
    static let concurrentStreams = 100
    /// Most of a request's payload that a client may send before it is read (SETTINGS_INITIAL_WINDOW_SIZE).
    static let streamWindow = 65_535
    /// What is written to a stream and has not gone out: from the first number of bytes on its source waits, until the
    /// second is reached.
    static let unsent = (high: 32_768, low: 16_384)

    static func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations, for connection: HTTP2Connection) throws
    {
        let handler = NIOHTTP2Handler(
            mode: .server,
            eventLoop: connection.home.eventLoop,
            connectionConfiguration: connectionConfiguration(connection.home.configuration.limits),
            streamConfiguration: streamConfiguration,
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(HTTP2Stream(connection))
            }
        }
        try pipeline.addHandler(FlushGate(connection.home))
        try pipeline.addHandler(handler)
        try pipeline.addHandler(connection)
    }

    private static func connectionConfiguration(_ limits: MessageLimits) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerList(limits)),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        // ``RequestHead`` checks fields and lengths by stricter rules, and answers with a 400 rather than a reset.
        configuration.headerBlockValidation = .disabled
        configuration.contentLengthValidation = .disabled
        configuration.maximumSequentialEmptyDataFrames = 16
        configuration.maximumBufferedControlFrames = 1000
        // As many answers may be given before their requests have ended, and what still comes of these is passed over.
        configuration.maximumRecentlyResetStreams = 2 * concurrentStreams
        configuration.targetWindowSize = 1 << 20
        // Pings, settings and priorities: a client that measures its round trips sends some a second.
        configuration.controlFrameRateLimit.maximumCount = 1000
        configuration.controlFrameRateLimit.windowLength = .seconds(10)
        return configuration
    }

    private static var streamConfiguration: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = streamWindow
        configuration.outboundBufferSizeHighWatermark = unsent.high
        configuration.outboundBufferSizeLowWatermark = unsent.low
        configuration.streamResetFrameRateLimit.maximumCount = 200
        configuration.streamResetFrameRateLimit.windowLength = .seconds(30)
        return configuration
    }

    /// What the protocol's handler lets through: more than the limits, so that what breaks them is answered, and so
    /// little more that decoding it costs nothing (RFC 9113 section 6.5.2 counts 32 bytes for each field).
    private static func headerList(_ limits: MessageLimits) -> Int {
        2 * limits.fieldBlock + limits.target + 32 * (limits.fieldCount + 16)
    }
}
