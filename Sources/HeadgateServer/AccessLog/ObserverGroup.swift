/// Gives every record to several observers, in order.
public struct ObserverGroup: AccessObserver {
    private let observers: [any AccessObserver]

    /// Observers that are called one after the other, for each batch.
    public init(_ observers: [any AccessObserver]) {
        self.observers = observers
    }

    /// Hands the batch to each observer.
    public func observe(_ records: [AccessRecord]) {
        for observer in observers { observer.observe(records) }
    }
}
