import Headgate

/// `onError:` of a stage: `fail`, `skip`, or `respond:` with a response.
enum LuaErrorPolicyType {
    private static let status = Field<Int>(
        "status",
        .status,
        default: 500,
        shown: "500",
        "The status of the response.",
    )
    private static let headers = Field<[MapEntry<String>]>(
        "headers",
        .map(keys: "header names", of: .string),
        default: [],
        "Its headers.",
    )
    private static let body = Field<String>("body", .string, default: "", "Its body.")

    private static let response = Record<LuaErrorPolicy>(
        "respond",
        "The response to give when the script fails.",
        fields: [status, headers, body],
    ) { settings in
        var response = MethodResponse(status: try settings[status], body: Body(try settings[body]))
        for header in try settings[headers] {
            do throws(InvalidHeader) {
                try response.headers.add(header.key, header.value)
            } catch {
                throw InvalidValue(error.description, at: header.location)
            }
        }
        return .respond(response)
    }

    private static let respond = Field<LuaErrorPolicy>(required: "respond", .record(response), "The response to give.")
    private static let mapping = Record<LuaErrorPolicy>(
        "onError",
        "What becomes of the request when the script fails.",
        fields: [respond],
    ) { try $0[respond] }

    static let type: FieldType<LuaErrorPolicy> = {
        let expectation = "fail, skip, or respond: with status, headers and body"
        let shape = ConfigurationShape.either([
            .oneOf(["fail", "skip"], ignoringCase: false), .record(mapping.shape),
        ])
        return FieldType(shape, expectation: expectation) { node, context in
            switch node.value {
            case .scalar(let scalar) where scalar.text == "fail": return .fail
            case .scalar(let scalar) where scalar.text == "skip": return .skip
            case .mapping: return mapping.decode(node, context)
            default:
                context.mismatch(node, expected: expectation)
                return nil
            }
        }
    }()
}
