import HeadgateHTTP

/// A client's connection, whatever it speaks: counted, watched by the sweep, ended with the server.
protocol ClientConnection: Expirable {
    /// No new requests; what runs is answered.
    func drain()
    /// Ends the connection without regard for what is under way.
    func abort()
}
