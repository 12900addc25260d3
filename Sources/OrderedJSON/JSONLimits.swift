/// What a parser accepts before it gives up. Every limit counts something a sender controls.
public struct JSONLimits: Sendable, Hashable {
    /// Largest document, in bytes. Default 64 MiB; never more than ``largestBytes``.
    public var bytes: Int

    /// Deepest nesting of arrays and objects. `[[1]]` has depth 2. Default 512; never more than
    /// ``largestDepth``, so that a tree built from a document can be freed on a small stack.
    public var depth: Int

    /// Most values in a document; keys count as values. Default 8,000,000.
    public var values: Int

    /// Longest spelling of a number, in bytes. Default 1,000: arithmetic on digits is quadratic.
    public var numberBytes: Int

    /// Whether an escaped surrogate without its partner (`"\ud800"`) is refused, as it is by default.
    /// If it is accepted it reads as U+FFFD, since UTF-8 cannot carry it.
    public var refusesLoneSurrogates: Bool

    /// The size that the index of a document can address.
    public static let largestBytes = (1 << 28) - 1

    /// The depth that no setting exceeds.
    public static let largestDepth = 1_000

    /// Limits with the given values; what exceeds ``largestBytes`` or ``largestDepth``, or is negative, is moved to
    /// the nearest that is allowed.
    public init(
        bytes: Int = 64 << 20,
        depth: Int = 512,
        values: Int = 8_000_000,
        numberBytes: Int = 1_000,
        refusesLoneSurrogates: Bool = true,
    ) {
        self.bytes = min(max(bytes, 0), Self.largestBytes)
        self.depth = min(max(depth, 0), Self.largestDepth)
        self.values = max(values, 0)
        self.numberBytes = max(numberBytes, 1)
        self.refusesLoneSurrogates = refusesLoneSurrogates
    }

    /// The defaults, which suit a request or response body.
    public static let `default` = JSONLimits()
}
