import Headgate
import HeadgateStages

/// `gatewayResponses:` of an API: API Gateway's GatewayResponse resource, by type.
enum GatewayResponseBlock {
    private struct Draft: Sendable {
        var status: Int?
        var headers: [(name: String, source: ParameterSource)]
        var templates: [(type: String, template: GatewayResponseTemplate)]
    }

    private static let headerPrefix = "gatewayresponse.header."

    private static let statusCode = Field(
        optional: "statusCode",
        FieldType<Int>.status,
        "The status; the default is the failure's own.",
    )
    private static let parameters = Field(
        "responseParameters",
        FieldType<[MapEntry<ParameterSource>]>.map(
            keys: "gatewayresponse.header.NAME",
            of: .mappingExpression(.request),
            checkKey: { key in
                let name = key.hasPrefix(headerPrefix) ? String(key.dropFirst(headerPrefix.count)) : ""
                if HeaderSyntax.isToken(name) { return nil }
                return InvalidValue(
                    "Invalid mapping expression parameter specified: \(key)",
                    expected: "expected gatewayresponse.header.NAME",
                )
            },
        ),
        default: [],
        "Header fields: `gatewayresponse.header.NAME` from `method.request.{header,querystring,path}.NAME`, `context.…`, "
            + "`stageVariables.…` or a text in single quotes.",
    )
    private static let templates = Field(
        "responseTemplates",
        FieldType<[MapEntry<String>]>.map(
            keys: "media type",
            of: .text(format: "template", expectation: "a text"),
        ),
        default: [],
        "Bodies by media type. `$context.…`, `$stageVariables.…` and `$method.request.…` are replaced; it is no Velocity.",
    )
    private static let record = Record<Draft>(
        "gatewayResponses",
        "A failure's answer.",
        fields: [statusCode, parameters, templates],
    ) { settings in
        Draft(
            status: try settings[statusCode],
            headers: try settings[parameters].map { (String($0.key.dropFirst(headerPrefix.count)), $0.value) },
            templates: try settings[templates].map { ($0.key, GatewayResponseTemplate($0.value)) },
        )
    }

    private static let names = GatewayResponseType.all.map(\.name)

    static let mapType = FieldType<[MapEntry<Draft>]>.map(
        keys: "type",
        of: .record(record),
        checkKey: { key in
            if names.contains(key) { return nil }
            return InvalidValue(
                "\(key.quotedForMessage) is no type of gateway response",
                expected: "expected one of: " + names.joined(separator: ", "),
                suggestion: Suggestion.didYouMean(key, among: names),
            )
        },
    ).map { entries in
        entries.compactMap { entry in
            GatewayResponseType.all.first { $0.name == entry.key }.map { type in
                GatewayResponses.Entry(
                    type: type,
                    status: entry.value.status,
                    headers: entry.value.headers,
                    templates: entry.value.templates,
                )
            }
        }
    }
}
