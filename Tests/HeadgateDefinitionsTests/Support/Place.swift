import Headgate

/// Swift Testing has a `SourceLocation` of its own.
typealias Place = Headgate.SourceLocation
