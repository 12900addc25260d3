import OrderedJSON

/// What a template may be and do. A template or payload that wants more gets an error.
public struct TemplateLimits: Sendable, Hashable {
    /// Size of a template, in bytes. Default 300 KiB, as the service.
    public var sourceBytes: Int

    /// Levels of blocks, parentheses and strings inside each other. Default 100.
    public var nesting: Int

    /// Blocks under way at once: nesting, `#define` blocks and macros together. Default 200.
    public var recursion: Int

    /// Work of one rendering. One unit is a step of the template or 64 bytes copied. The default of 400,000 is
    /// below 50 ms.
    public var work: Int

    /// Size of the output and of every string, in bytes. Default 10 MiB, the service's limit of a payload.
    public var outputBytes: Int

    /// Elements of a list or a map. Default 1,000,000.
    public var listElements: Int

    /// Rounds of a `#foreach` with the profile `aws`; the rest is skipped. Default 1,000, as the service.
    public var loopRounds: Int

    /// What is accepted as a payload. Its depth is also what values may nest.
    public var json: JSONLimits

    /// Values inside each other: deeper ones cannot come from a payload.
    var valueDepth: Int { json.depth + recursion + 100 }

    /// Digits of an integer in a template.
    let numberDigits = 1_000

    /// Limits with the given values, each moved to the nearest that can be kept: `nesting` into 1…200, `recursion` into
    /// 1…500.
    public init(
        sourceBytes: Int = 300 << 10,
        nesting: Int = 100,
        recursion: Int = 200,
        work: Int = 400_000,
        outputBytes: Int = 10 << 20,
        listElements: Int = 1_000_000,
        loopRounds: Int = 1_000,
        json: JSONLimits = .default,
    ) {
        self.sourceBytes = min(max(sourceBytes, 0), Int(Int32.max) / 8)
        self.nesting = min(max(nesting, 1), 200)
        self.recursion = min(max(recursion, 1), 500)
        self.work = max(work, 0)
        self.outputBytes = max(outputBytes, 0)
        self.listElements = max(listElements, 1)
        self.loopRounds = max(loopRounds, 0)
        self.json = json
    }

    /// The defaults, which take what the service takes.
    public static let `default` = TemplateLimits()
}
