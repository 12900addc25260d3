import OrderedJSON

/// References that print straight from where their value is, without making it first.
extension Renderer {
    /// Prints the commonest kinds of reference; false if it must go the general way.
    @inline(__always)
    mutating func renderDirectly(_ reference: Reference) throws(Interruption) -> Bool {
        false
    }
}
