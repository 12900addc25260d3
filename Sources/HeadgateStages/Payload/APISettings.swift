/// What an API sets for all its methods and mapping stages need to know.
public struct APISettings: Sendable, Equatable {
    /// `binaryMediaTypes`; none by default.
    public var binaryMediaTypes: BinaryMediaTypes

    /// Settings as a stage built in Swift needs them; from files they come as a service of the build.
    public init(binaryMediaTypes: BinaryMediaTypes = .none) {
        self.binaryMediaTypes = binaryMediaTypes
    }

    /// Nothing set.
    public static let none = APISettings()
}
