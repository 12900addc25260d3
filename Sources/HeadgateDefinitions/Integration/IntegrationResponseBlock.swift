import Headgate

/// One of `integrationResponses`: API Gateway's IntegrationResponse resource.
struct IntegrationResponseBlock: Sendable {
    var status: Int
    /// Of the status.
    var statusNode: ConfigurationNode
    /// nil for the default response; an empty pattern means the same.
    var pattern: String?
    var location: SourceLocation
    /// The whole block as it was written.
    var node: ConfigurationNode

    /// A block whose status may yet come from its key.
    private struct Draft: Sendable {
        var status: Int?
        var pattern: String?
        var node: ConfigurationNode
    }

    // MARK: Fields

    /// `[1-5]\d\d`, with the service's words for what is not.
    private static let statusType = FieldType<Int>.scalar(.integer(100...599), expectation: "a status from 100 to 599")
    {
        scalar,
        _ throws(InvalidValue) in
        guard scalar.text.utf8.count == 3, let status = Int(scalar.text), (100...599).contains(status) else {
            throw InvalidValue(
                "Value \(scalar.text.quotedForMessage) at 'statusCode' failed to satisfy constraint: "
                    + "Member must satisfy regular expression pattern: [1-5]\\d\\d"
            )
        }
        return status
    }

    private static let statusCode = Field(
        optional: "statusCode",
        statusType,
        "The status that the client gets. Required in a list; in a mapping the key says it.",
    )
    private static let selectionPattern = Field(
        optional: "selectionPattern",
        FieldType<String>.text(format: "regular expression", expectation: "a regular expression"),
        "A Java regular expression that the whole of the backend's status must match: `4\\d\\d`. "
            + "The one response without a pattern is for everything else.",
    )
    private static let responseParameters = Field(
        optional: "responseParameters",
        FieldType<ConfigurationNode>.asWritten(
            .map(keys: "method.response.header.NAME", values: .text(format: "mapping expression"))
        ),
        "The client's headers: `method.response.header.NAME` from `integration.response.header.NAME`, "
            + "`integration.response.body.JSONPATH`, `context.…`, `stageVariables.…` or a text in single quotes.",
    )
    private static let responseTemplates = Field(
        optional: "responseTemplates",
        FieldType<ConfigurationNode>.asWritten(.map(keys: "media type", values: .text(format: "mapping template"))),
        "Mapping templates for the response's body, by media type.",
    )
    private static let contentHandling = Field(
        optional: "contentHandling",
        FieldType<String>.oneOf(IntegrationFields.conversions),
        "Whether the response's body is converted: `CONVERT_TO_BINARY` from base64, `CONVERT_TO_TEXT` to base64.",
    )

    private static let record = Record<Draft>(
        "integrationResponses",
        "A response for the client, chosen by the backend's status.",
        fields: [statusCode, selectionPattern, responseParameters, responseTemplates, contentHandling],
    ) { settings in
        let pattern = try settings[selectionPattern]
        return Draft(
            status: try settings[statusCode],
            pattern: pattern?.isEmpty ?? true ? nil : pattern,
            node: settings.node,
        )
    }

    // MARK: The list

    /// A list of blocks, or a mapping of status to block. In the order of the file.
    static let listType = FieldType<[IntegrationResponseBlock]>(
        .either([.list(of: .record(record.shape)), .map(keys: "status", values: .record(record.shape))]),
        expectation: "a list of responses, or a mapping of status to response",
    ) { node, context in
        let blocks: [IntegrationResponseBlock?]
        switch node.value {
        case .sequence(let nodes):
            blocks = nodes.map { block($0, key: nil, context) }
        case .mapping(let entries):
            blocks = entries.map { block($0.value, key: $0, context) }
        case .null, .scalar:
            context.mismatch(node, expected: "a list of responses, or a mapping of status to response")
            return nil
        }
        let good = blocks.compactMap { $0 }
        return good.count == blocks.count && areDistinct(good, context.diagnostics) ? good : nil
    }

    private static func block(
        _ node: ConfigurationNode,
        key: ConfigurationNode.Entry?,
        _ context: DecodingContext,
    ) -> IntegrationResponseBlock? {
        guard let draft = record.decode(node, context) else { return nil }
        guard let key else {
            guard let status = draft.status, let statusNode = node["statusCode"] else {
                context.diagnostics.error(
                    at: node.location,
                    "the key \"statusCode\" is missing",
                    expected: "expected statusCode: a status from 100 to 599",
                )
                return nil
            }
            return IntegrationResponseBlock(
                status: status,
                statusNode: statusNode,
                pattern: draft.pattern,
                location: node.location,
                node: node,
            )
        }
        let scalar = ConfigurationNode.Scalar(text: key.key, isPlain: true, contentLocation: key.keyLocation)
        let keyNode = ConfigurationNode(.scalar(scalar), at: key.keyLocation)
        guard let status = statusType.decode(keyNode, context) else { return nil }
        if let said = draft.status, said != status {
            context.diagnostics.error(
                at: node["statusCode"]?.location ?? node.location,
                "the status \(said) stands below the key \(key.key.quotedForMessage)",
                expected: "expected statusCode: \(key.key), or none",
            )
            return nil
        }
        return IntegrationResponseBlock(
            status: status,
            statusNode: keyNode,
            pattern: draft.pattern,
            location: key.keyLocation,
            node: node,
        )
    }

    /// The status is the key of the service's own map, and one response is the default.
    private static func areDistinct(_ blocks: [IntegrationResponseBlock], _ diagnostics: Diagnostics) -> Bool {
        var isGood = true
        var statuses: [Int: SourceLocation] = [:]
        var fallback: SourceLocation?
        for block in blocks {
            if let first = statuses[block.status] {
                diagnostics.error(
                    at: block.statusNode.location,
                    "two responses have the status \(block.status)",
                    expected: "the first stands in line \(first.line)",
                    suggestion: "join their patterns with |, as in 400|404",
                )
                isGood = false
            } else {
                statuses[block.status] = block.statusNode.location
            }
            guard block.pattern == nil else { continue }
            if let first = fallback {
                diagnostics.error(
                    at: block.location,
                    "two responses have no selectionPattern",
                    expected: "expected one default response; the first stands in line \(first.line)",
                    suggestion: "write selectionPattern: \(block.status)",
                )
                isGood = false
            } else {
                fallback = block.location
            }
        }
        return isGood
    }
}
