/// Why a match, a replacement or a split was given up.
///
/// A pattern that does not match is no error. The description never holds text of the subject.
public struct MatchError: Error, Equatable, Sendable {
    /// The kind of trouble. New kinds may be added.
    public struct Code: Equatable, Sendable {
        private enum Name: Equatable { case steps, memory, subject, output, replacement }
        private let name: Name

        /// The match took more steps than ``MatchLimits`` allows.
        public static let tooManySteps = Code(name: .steps)
        /// The match remembered more places to return to than ``MatchLimits`` allows.
        public static let tooManyChoices = Code(name: .memory)
        /// The subject has 2³¹ bytes or more.
        public static let subjectTooLong = Code(name: .subject)
        /// A replacement's or a split's result grew beyond ``MatchLimits/outputBytes``.
        public static let outputTooLong = Code(name: .output)
        /// The replacement text is malformed, or names a group that the pattern does not have.
        public static let badReplacement = Code(name: .replacement)
    }

    /// The kind of trouble.
    public let code: Code
    /// One sentence without subject text.
    public let message: String

    static let tooManySteps = MatchError(
        code: .tooManySteps,
        message: "the match was given up: it took more steps than allowed",
    )
    static let tooManyChoices = MatchError(
        code: .tooManyChoices,
        message: "the match was given up: it needed more memory than allowed",
    )
    static let subjectTooLong = MatchError(
        code: .subjectTooLong,
        message: "the match was given up: the subject is 2 GiB or longer",
    )
    static let outputTooLong = MatchError(
        code: .outputTooLong,
        message: "the result was given up: it is longer than allowed",
    )
}

extension MatchError: CustomStringConvertible {
    /// The message.
    public var description: String { message }
}

/// How much work and memory one call may take.
public struct MatchLimits: Sendable {
    /// Steps that every call may take. A step is about one instruction, or eight bytes of a run such as `.*`.
    public var steps: Int
    /// Steps that a call may take beyond ``steps`` for every byte of the subject.
    public var stepsPerByte: Int
    /// Places to return to that may be remembered at once (16 bytes each).
    public var choices: Int
    /// Bytes that `replaceAll`, `replaceFirst` and `split` may produce.
    public var outputBytes: Int
    /// Told of the steps that each call took, whether it matched, failed or was given up. None by default.
    public var counter: StepCounter?
    /// Steps after which it pays to remember what was tried in vain. Tests lower it.
    var stepsBeforeMemo = 256

    /// The limits that hold unless told otherwise.
    public static let standard = MatchLimits()

    /// Creates limits.
    /// - Parameters:
    ///   - steps: steps every call may take.
    ///   - stepsPerByte: further steps for every byte of the subject.
    ///   - choices: places to return to that may be remembered at once.
    ///   - outputBytes: bytes that a replacement or a split may produce.
    ///   - counter: told of the steps that each call took.
    public init(
        steps: Int = 200_000,
        stepsPerByte: Int = 100,
        choices: Int = 1 << 19,
        outputBytes: Int = 64 << 20,
        counter: StepCounter? = nil,
    ) {
        self.steps = steps
        self.stepsPerByte = stepsPerByte
        self.choices = choices
        self.outputBytes = outputBytes
        self.counter = counter
    }

    /// The steps that a subject of `count` bytes may take.
    func budget(forBytes count: Int) -> Int {
        let (product, overflow) = max(stepsPerByte, 0).multipliedReportingOverflow(by: count)
        guard !overflow else { return Int.max }
        let (sum, tooMuch) = product.addingReportingOverflow(max(steps, 0))
        return tooMuch ? Int.max : sum
    }
}
