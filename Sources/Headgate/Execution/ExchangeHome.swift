/// The place that does an exchange's input and output, in the server an event loop.
///
/// Exchanges go back and forth between their home and their lane in batches: one hop for everything
/// that a loop decoded in one tick, one hop for everything that the lane finished meanwhile.
public protocol ExchangeHome: AnyObject, Sendable {
    /// Takes exchanges that need the home: to dispatch, or because they are finished. Called on a lane,
    /// once a batch. The home must call ``Exchange/continueAtHome()`` for each, in order, on itself.
    func deliver(_ batch: [Exchange])

    /// Takes an exchange that needs its lane, to hand it over with the others of this tick by
    /// ``Lane/submit(_:)``. Called at home.
    func handOver(_ exchange: Exchange)
}
