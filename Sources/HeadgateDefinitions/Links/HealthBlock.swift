import Headgate

/// How a link finds out which of its targets are well.
enum HealthBlock {
    private static let path = Field(
        optional: "path",
        FieldType<String>.scalar(.text(format: "path"), expectation: "a path that starts with /") {
            scalar,
            _ throws(InvalidValue) in
            guard scalar.text.hasPrefix("/"), scalar.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw InvalidValue()
            }
            return scalar.text
        },
        "Is asked for with GET; 200 to 399 is a good answer. Without it a connection is.",
    )
    private static let host = Field(
        optional: "host",
        FieldType<String>.scalar(.text(format: "host"), expectation: "a host name") { scalar, _ throws(InvalidValue) in
            guard !scalar.text.isEmpty, scalar.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw InvalidValue()
            }
            return scalar.text
        },
        "`Host` of the question. The default is the target's own.",
    )
    private static let tls = Field(
        "tls",
        FieldType.boolean,
        default: false,
        shown: "false",
        "Asks over TLS, with the link's settings for it.",
    )
    private static let interval = Field(
        "interval",
        FieldType<Int>.duration(50...3_600_000),
        default: 5000,
        shown: "5s",
        "How often.",
    )
    private static let timeout = Field(
        "timeout",
        FieldType<Int>.duration(10...60_000),
        default: 1000,
        shown: "1s",
        "How long an answer may take.",
    )
    private static let healthyAfter = Field(
        "healthyAfter",
        FieldType<Int>.integer(1...100),
        default: 2,
        shown: "2",
        "Good answers in a row that bring a target back. The first answer of all counts alone.",
    )
    private static let unhealthyAfter = Field(
        "unhealthyAfter",
        FieldType<Int>.integer(1...100),
        default: 2,
        shown: "2",
        "Bad answers in a row that take a target out.",
    )

    static let check = Record<HealthCheckSettings>(
        "health",
        "Health checks.",
        fields: [path, host, tls, interval, timeout, healthyAfter, unhealthyAfter],
        shorthand: "path",
    ) { settings in
        HealthCheckSettings(
            path: try settings[path],
            host: try settings[host],
            usesTLS: try settings[tls],
            intervalMilliseconds: try settings[interval],
            timeoutMilliseconds: try settings[timeout],
            healthyAfter: try settings[healthyAfter],
            unhealthyAfter: try settings[unhealthyAfter],
        )
    }

    // MARK: Ejection

    private static let failures = Field(
        "failures",
        FieldType<Int>.integer(0...1000),
        default: 3,
        shown: "3",
        "Calls in a row that fail: no connection, no answer, or a status of `retries`. 0 never takes a target out.",
    )
    private static let duration = Field(
        "duration",
        FieldType<Int>.duration(100...3_600_000),
        default: 5000,
        shown: "5s",
        "How long a target is out the first time; each further time in a row twice as long. Then single calls try it.",
    )
    private static let maximum = Field(
        "maximum",
        FieldType<Int>.duration(100...86_400_000),
        default: 120_000,
        shown: "2m",
        "The longest of these times.",
    )
    private static let panicBelow = Field(
        "panicBelow",
        FieldType<Int>.integer(0...100, unit: "percent"),
        default: 25,
        shown: "25",
        "With a smaller part of the targets well, all get calls: when everything seems down, what is known of it is no help. "
            + "When none is well this is so in any case.",
    )

    static let ejection = Record<EjectionSettings>(
        "ejection",
        "Takes out targets whose calls fail in a row.",
        fields: [failures, duration, maximum, panicBelow],
        shorthand: "failures",
    ) { settings in
        let failures = try settings[failures]
        return EjectionSettings(
            failures: failures == 0 ? nil : failures,
            durationMilliseconds: try settings[duration],
            maximumMilliseconds: max(try settings[maximum], try settings[duration]),
            panicPercent: try settings[panicBelow],
        )
    }
}
