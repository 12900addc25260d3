import OrderedJSON

// For the square root alone, which unoptimized code calls in the C library.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The functions of Jayway's `PathFunctionFactory`.
extension Evaluation {
    /// The names of all functions.
    static let functionNames = [
        "append", "avg", "concat", "first", "index", "keys", "last", "length", "max", "min", "size", "stddev", "sum",
    ]

    func call(_ name: String, _ arguments: [Argument], on model: Model) throws(Interruption) -> Model {
        guard Self.functionNames.contains(name) else { throw .invalid }
        // Paths are evaluated first, whether the function uses them or not.
        var values: [Model?] = []
        for argument in arguments {
            switch argument {
            case .path(let path): values.append(try self.model(of: path, at: root))
            case .json(let document): values.append(document.map { .value(.node($0.root)) })
            }
        }
        switch name {
        case "length", "size": return try length(arguments, of: model)
        case "keys": return .value(kind(model) == .object ? .keys(keys(model)) : .null)
        case "append": return try append(values, to: model)
        case "concat": return .value(.string(try concatenation(values, of: model)))
        case "first": return try element(0, ofSequence: model)
        case "last": return try element(-1, ofSequence: model)
        case "index":
            guard kind(model) == .array else { throw .failure }
            guard let index = try numbers(values).first else { throw .outOfBounds }
            return try element(index.magnitude < 0x1p31 ? Int(index) : .max, ofSequence: model)
        default: return .value(.double(try aggregate(name, try numbers(values), model)))
        }
    }

    /// `length()` of a list or an object; nothing of a string. `length(path)` counts what stands directly in
    /// what the path finds; a path with one result counts its last child.
    private func length(_ arguments: [Argument], of model: Model) throws(Interruption) -> Model {
        if let argument = arguments.first {
            guard case .path(let path) = argument, kind(model) != .null else { throw .failure }
            var run = PathRun(self, path.counting ?? path)
            try run.start(model)
            if path.isDefinite {
                guard let last = run.results.last else { throw .notFound }
                if kind(last) == .array { return .value(.integer(count(last))) }
            } else {
                return .value(.integer(run.results.count))
            }
        }
        switch kind(model) {
        case .array, .object: return .value(.integer(count(model)))
        default: return .value(.null)
        }
    }

    private func append(_ values: [Model?], to model: Model) throws(Interruption) -> Model {
        guard kind(model) == .array, !values.isEmpty else { return model }
        var list = elements(model).map { value($0) }
        try spend(list.count)
        for value in values {
            guard let value else { throw .failure }
            list.append(self.value(value))
        }
        return .value(.list(JSONPathList(list)))
    }

    private func element(_ index: Int, ofSequence model: Model) throws(Interruption) -> Model {
        guard kind(model) == .array else { throw .failure }
        let count = count(model)
        if index >= 0 {
            guard let element = try element(index, of: model) else { throw .outOfBounds }
            return element
        }
        // Counted from the end, the first element is out of reach.
        guard index + count > 0, let element = try element(index, of: model) else { throw .failure }
        return element
    }

    // MARK: Numbers

    /// The numbers among the arguments and in the lists among them.
    private func numbers(_ values: [Model?]) throws(Interruption) -> [Double] {
        var numbers: [Double] = []
        for value in values {
            guard let value else { throw .failure }
            if kind(value) == .array {
                try spend(count(value))
                numbers += elements(value).compactMap { number($0)?.double }
            } else if let number = number(value)?.double {
                numbers.append(number)
            }
        }
        return numbers
    }

    private func aggregate(_ name: String, _ others: [Double], _ model: Model) throws(Interruption) -> Double {
        var numbers: [Double] = []
        if kind(model) == .array {
            try spend(count(model))
            numbers = elements(model).compactMap { number($0)?.double }
        }
        numbers += others
        guard !numbers.isEmpty else { throw .failure }
        let count = Double(numbers.count)
        let sum = numbers.reduce(0, +)
        switch name {
        case "sum": return sum
        case "avg": return sum / count
        case "min": return numbers.reduce(.greatestFiniteMagnitude) { $0 > $1 ? $1 : $0 }
        // Java's `Double.MIN_VALUE`, from which this starts, is the smallest positive number.
        case "max": return numbers.reduce(.leastNonzeroMagnitude) { $0 < $1 ? $1 : $0 }
        default:
            let squares = numbers.reduce(0) { $0 + $1 * $1 }
            return (squares / count - sum * sum / count / count).squareRoot()
        }
    }

    // MARK: Texts

    private func concatenation(_ values: [Model?], of model: Model) throws(Interruption) -> String {
        var text = ""
        if kind(model) == .array {
            for element in elements(model) {
                guard let part = string(element) else { continue }
                try spend(1 + part.utf8.count / 16)
                text += part
            }
        }
        for value in values {
            guard let value else { throw .failure }
            let parts = kind(value) == .array ? Array(elements(value)) : [value]
            for part in parts where kind(part) != .null {
                let part = javaText(part)
                try spend(1 + part.utf8.count / 16)
                text += part
            }
        }
        return text
    }

    /// What Java's `toString` gives: lists as JSON, maps as `{a=1}`.
    func javaText(_ model: Model) -> String {
        if let text = string(model) { return text }
        if let number = number(model) { return number.description }
        switch (kind(model), model) {
        case (.object, _):
            let parts = zip(keys(model), memberValues(model)).map { "\($0)=\(javaText($1))" }
            return "{" + parts.joined(separator: ", ") + "}"
        case (nil, .value(.keys(let keys))): return "[" + keys.joined(separator: ", ") + "]"
        default: return value(model).text(style: .javaList)
        }
    }
}
