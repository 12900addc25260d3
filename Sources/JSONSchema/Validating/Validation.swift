import OrderedJSON

/// One instance on its way through a compiled schema.
///
/// Verdict and errors come from the same walk. When only the verdict matters it stops at the first failure; when
/// errors are collected, members are visited in the order of their names.
final class Validation {
    private(set) var errors: [ValidationError] = []
    private(set) var failed = false

    let schemas: [CompiledSchema]
    let document: JSONDocument
    let tape: JSONTape
    /// Whether messages are wanted, or only a verdict.
    private(set) var collects: Bool
    private var stepsLeft: Int
    private var depthLeft: Int
    private let mostErrors: Int
    /// The JSON Pointer of the value at hand, while errors are collected.
    private var pointer = ""

    init(
        _ schemas: [CompiledSchema],
        _ document: JSONDocument,
        _ tape: JSONTape,
        _ limits: ValidationLimits,
        collects: Bool,
    ) {
        self.schemas = schemas
        self.document = document
        self.tape = tape
        self.collects = collects
        stepsLeft = limits.steps
        depthLeft = limits.depth
        mostErrors = limits.errors
    }

    private static let tooMuch = "validation needs more work than one value may cause"

    /// Nothing more needs to be looked at.
    private var isDone: Bool { stepsLeft <= 0 || (failed && !collects) || errors.count >= mostErrors }

    func fail(_ keyword: String, _ message: @autoclosure () -> String) {
        failed = true
        if collects { errors.append(ValidationError(keyword: keyword, message: message(), instance: pointer)) }
    }

    /// Counts work; false when there was too much.
    func spend(_ steps: Int) -> Bool {
        guard stepsLeft > 0 else { return false }
        stepsLeft -= steps
        if stepsLeft <= 0 { giveUp() }
        return stepsLeft > 0
    }

    /// Ends the validation, with the verdict that the value does not fit: also where a `not` would turn it around.
    private func giveUp() {
        stepsLeft = 0
        fail("$ref", Self.tooMuch)
    }

    func apply(_ number: Int, to value: Int) {
        guard !isDone, spend(1) else { return }
        guard depthLeft > 0 else { return giveUp() }
        depthLeft -= 1
        defer { depthLeft += 1 }
        for assertion in schemas[number].assertions {
            check(assertion, value)
            if isDone { return }
        }
        // Nobody looks into what is wrong already, nor into anything after that.
        if failed { return }
        switch tape.kind(value) {
        case .array: applyToElements(schemas[number].elements, value)
        case .object: applyToMembers(schemas[number].members, value)
        default: break
        }
    }

    /// Whether a value fits a schema, without errors of its own.
    func accepts(_ number: Int, _ value: Int) -> Bool {
        guard stepsLeft > 0 else { return false }
        let (outerFailed, outerCollects) = (failed, collects)
        (failed, collects) = (false, false)
        apply(number, to: value)
        let fits = !failed
        (failed, collects) = (outerFailed, outerCollects)
        // What was given up within is given up as a whole.
        if stepsLeft <= 0 { fail("$ref", Self.tooMuch) }
        return fits
    }

    // MARK: Children

    private func applyToElements(_ rule: ElementSchemas, _ array: Int) {
        switch rule {
        case .none: return
        case .all(let schema):
            for (index, element) in tape.elements(array).enumerated() {
                if isDone { return }
                applyBelow(schema, String(index), element)
            }
        case .positional(let schemas, let additional):
            for (index, element) in tape.elements(array).enumerated() {
                guard let schema = index < schemas.count ? schemas[index] : additional, !isDone else { return }
                applyBelow(schema, String(index), element)
            }
        }
    }

    private func applyToMembers(_ rule: MemberSchemas, _ object: Int) {
        if rule.isEmpty { return }
        if collects {
            let members = tape.members(object).map { (name: tape.string($0.key), value: $0.value) }
            for member in members.sorted(by: { javaOrder($0.name, $1.name) }) {
                if isDone { return }
                apply(rule, toMember: member.name, member.value)
            }
        } else {
            for member in tape.members(object) {
                if isDone { return }
                apply(rule, toMember: tape.string(member.key), member.value)
            }
        }
    }

    private func apply(_ rule: MemberSchemas, toMember name: String, _ value: Int) {
        var isKnown = false
        if let schema = rule.named[name] {
            isKnown = true
            applyBelow(schema, name, value)
        }
        for (pattern, schema) in rule.patterns where matches(pattern, name) {
            isKnown = true
            applyBelow(schema, name, value)
        }
        if !isKnown, let schema = rule.additional { applyBelow(schema, name, value) }
    }

    private func applyBelow(_ schema: Int, _ token: @autoclosure () -> String, _ value: Int) {
        guard collects else { return apply(schema, to: value) }
        let outer = pointer
        pointer = JSONPointer.appending(token(), to: pointer)
        apply(schema, to: value)
        pointer = outer
    }
}
