/// Gives every record to several observers, in order.
public struct ObserverGroup: AccessObserver {
    private let observers: [any AccessObserver]

    public init(_ observers: [any AccessObserver]) {
        self.observers = observers
    }

    public func observe(_ records: [AccessRecord]) {
        for observer in observers { observer.observe(records) }
    }
}
