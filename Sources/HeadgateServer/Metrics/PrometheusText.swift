/// Prometheus's text format, version 0.0.4.
enum PrometheusText {
    /// A metric's or a label's name: letters, digits and `_`; other characters become `_`.
    static func name(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            let isLetter = scalar.isASCII && scalar.properties.isAlphabetic
            let isDigit = scalar.value >= 0x30 && scalar.value <= 0x39 && !out.isEmpty
            out.unicodeScalars.append(isLetter || isDigit || scalar == "_" ? scalar : "_")
        }
        return out.isEmpty ? "_" : out
    }

    /// `a="b",c="d"`, in the order of the names, so that equal sets are equal texts.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }.map { "\(name($0.0))=\"\(escaped($0.1))\"" }.joined(separator: ",")
    }

    static func sample(_ name: String, _ labels: String, _ value: String, into out: inout String) {
        out += name
        if !labels.isEmpty { out += "{" + labels + "}" }
        out += " " + value + "\n"
    }

    /// Without needless decimals: `1`, `0.25`, `+Inf`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }

    private static func escaped(_ value: String) -> String {
        var out = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
