/// What the host offers to stages while they are built: HTTP client, Lua runtime, clock, whatever an
/// embedder adds. Found by type.
public struct StageServices: Sendable {
    private var byType: [ObjectIdentifier: any Sendable] = [:]

    /// No services.
    public init() {}

    /// The service of this type, e.g. `services[(any Dispatcher).self]`; nil if the host offers none.
    public subscript<Service: Sendable>(_ type: Service.Type) -> Service? {
        get { byType[ObjectIdentifier(type)] as? Service }
        set { byType[ObjectIdentifier(type)] = newValue }
    }
}
