import Headgate

/// `limits:` of a stage.
enum LuaLimitsRecord {
    private static let cpu = Field<Int>(
        "cpu",
        .duration(1_000...10_000_000),
        default: 50_000,
        shown: "50ms",
        "CPU time, waits left out, from 1ms to 10s.",
    )
    private static let memory = Field<Int>(
        "memory",
        .byteCount,
        default: 64 << 20,
        shown: "64MiB",
        "Bytes that the script may allocate from start to end, whether they are freed again or not.",
    )
    private static let instructions = Field<Int>(
        "instructions",
        .integer(1_000...10_000_000_000),
        default: 100_000_000,
        shown: "100000000",
        "Instructions of Lua's virtual machine; library functions count by their work.",
    )
    private static let time = Field<Int>(
        "time",
        .duration(1_000...900_000_000),
        default: 29_000_000,
        shown: "29s",
        "Time from start to end, waits included.",
    )

    static let record = Record<LuaLimits>(
        "limits",
        "What one run of a script may use.",
        fields: [cpu, memory, instructions, time],
    ) { settings in
        let memory = try settings[memory]
        guard (64 << 10...LuaVM.memoryCap).contains(memory) else {
            throw InvalidValue("memory must be from 64KiB to 128MiB", at: settings.location(of: Self.memory))
        }
        return LuaLimits(
            cpuMicroseconds: try settings[cpu],
            memory: memory,
            instructions: try settings[instructions],
            milliseconds: try settings[time] / 1000,
        )
    }
}

extension FieldType where Value == Int {
    /// A time such as `50ms` or `2s`, in microseconds.
    static func duration(_ range: ClosedRange<Int>) -> FieldType<Int> {
        .scalar(.text(format: "duration"), expectation: "a time such as 500us, 50ms or 2s") {
            scalar,
            _ throws(InvalidValue) in
            for (suffix, factor) in [("us", 1), ("ms", 1_000), ("s", 1_000_000)] where scalar.text.hasSuffix(suffix) {
                guard let number = Int(scalar.text.dropLast(suffix.count)), number >= 0 else { continue }
                let (time, overflow) = number.multipliedReportingOverflow(by: factor)
                guard !overflow, range.contains(time) else {
                    throw InvalidValue(
                        "\(scalar.text) is out of range",
                        expected: "expected \(text(range.lowerBound)) to \(text(range.upperBound))",
                    )
                }
                return time
            }
            throw InvalidValue()
        }
    }

    private static func text(_ microseconds: Int) -> String {
        if microseconds % 1_000_000 == 0 { return "\(microseconds / 1_000_000)s" }
        return microseconds % 1000 == 0 ? "\(microseconds / 1000)ms" : "\(microseconds)us"
    }
}
