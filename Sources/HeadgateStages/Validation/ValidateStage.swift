import Headgate
import OrderedJSON

/// Refuses requests without required parameters, or with a body that does not fit its model: API Gateway's request
/// validator.
public struct ValidateStage: SynchronousStage {
    private static let requestParameters = Field(
        "requestParameters",
        FieldType<RequiredParameters>.requiredParameters,
        default: .none,
        "The parameters of the method, `method.request.header.NAME`, `method.request.path.NAME` or "
            + "`method.request.querystring.NAME`; those that are `true` must be there and not blank. A list names required ones.",
    )
    private static let requestModels = Field(
        "requestModels",
        FieldType<[MapEntry<RequestModel>]>.map(
            keys: "media type or $default",
            of: RequestModel.fieldType,
            checkKey: { key in
                if key == TemplateTable.defaultKey || MediaType.isMediaType(MediaType.first(of: key)) { return nil }
                return InvalidValue(
                    "Invalid content type specified: \(key)",
                    expected: "expected a media type such as application/json, or $default",
                    suggestion: Suggestion.didYouMean(key, among: [MediaType.json, TemplateTable.defaultKey]),
                )
            },
        ),
        default: [],
        "JSON Schemas (draft 4) for the body, by the client's `Content-Type`: the name of a model, the path of a JSON "
            + "file below the pipeline's folder (`pet.schema.json`), or the schema itself. A type without a model is not checked.",
    )

    /// `validate`: required parameters and models, in a pipeline file.
    public static let declaration = StageDeclaration(
        kind: "validate",
        phase: .validate,
        summary: "Refuses requests without required parameters, or with a body that does not fit its model.",
        documentation: """
            Parameters come first: where some are missing or blank, the client gets a 400 with \
            `Missing required request parameters: [names]` (BAD_REQUEST_PARAMETERS).

            Then the body, by the model for its `Content-Type` (`application/json` where there is none, `$default` for \
            types without a model of their own). An empty body counts as `{}`. What is no JSON or does not fit gets a 400 with \
            `Invalid request body` (BAD_REQUEST_BODY); why, only gateway responses and the trace say: \
            `$context.error.validationErrorString`, e.g. `[object has missing required properties (["name"])]`.

            Models may refer to each other: by `$ref: https://apigateway.amazonaws.com/restapis/API/models/NAME`, by \
            `#/definitions/NAME`, `#/components/schemas/NAME`, by the name alone, or by the path of a file. `Empty` and \
            `Error` are always there. The formats `date-time`, `email`, `hostname`, `ipv4`, `ipv6`, `uri` and `regex` are \
            checked, others are not.
            """,
        example: """
            validate:
              requestParameters:
                method.request.querystring.page: true
              requestModels:
                application/json:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string, minLength: 1}
            """,
        fields: [requestParameters, requestModels],
    ) { settings, _ in
        let models = try settings[requestModels].map { ($0.key, $0.value) }
        let stage = ValidateStage(parameters: try settings[requestParameters], models: models)
        return BuiltStage(stage, explanation: stage.explanation, details: stage.details)
    }

    private let parameters: RequiredParameters
    private let models: [(type: String, model: RequestModel)]

    /// - Parameter models: media type, or `$default`, to model.
    public init(parameters: RequiredParameters, models: [(type: String, model: RequestModel)]) {
        self.parameters = parameters
        self.models = models.map { (MediaType.first(of: $0.type).lowercased(), $0.model) }
    }

    /// Whether there is a model; parameters alone need no payload.
    public var readsPayload: Bool { !models.isEmpty }

    /// Checks parameters, then the body against the model of its media type.
    /// - Throws: ``GatewayResponseType/badRequestParameters`` or ``GatewayResponseType/badRequestBody``, both 400.
    public func run(_ exchange: Exchange) throws -> StageOutcome {
        let missing = parameters.missing(in: exchange)
        guard missing.isEmpty else {
            let message = "Missing required request parameters: [\(missing.joined(separator: ", "))]"
            throw GatewayFailure(.badRequestParameters, message: message, cause: message, reason: "request-parameters")
        }
        if !models.isEmpty { try checkBody(exchange) }
        return .proceed
    }

    private func checkBody(_ exchange: Exchange) throws {
        let contentType = exchange.request.headers.first("Content-Type").map(MediaType.first) ?? ""
        let type = contentType.isEmpty ? MediaType.json[...] : contentType
        guard let model = model(for: type) else {
            exchange.trace?.note("model", "none for \(type): the body is not checked")
            return
        }
        exchange.trace?.note("model", model.name)
        let bytes = exchange.request.body.bytes ?? []
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes.isEmpty ? Array("{}".utf8) : bytes)
        } catch {
            throw Self.failure("[Unknown error parsing request body]", type, "it is no JSON: \(error)")
        }
        if model.schema.accepts(document.root) { return }
        let errors = model.schema.errors(in: document.root)
        let detail = "[" + errors.map(\.message).joined(separator: ", ") + "]"
        throw Self.failure(detail, type, errors.map(\.description).joined(separator: "; "))
    }

    private func model(for type: Substring) -> RequestModel? {
        for entry in models where type.equalsIgnoringASCIICase(entry.type) { return entry.model }
        for entry in models where entry.type == TemplateTable.defaultKey { return entry.model }
        return nil
    }

    private static func failure(_ detail: String, _ type: Substring, _ why: String) -> GatewayFailure {
        GatewayFailure(
            .badRequestBody,
            message: "Invalid request body",
            cause: "Request body does not match model schema for content type \(type): \(why)",
            reason: "request-body",
            validationDetail: detail,
        )
    }

    private var explanation: String {
        let names = parameters.parameters.map(\.name)
        let required = names.isEmpty ? [] : ["requires " + names.joined(separator: ", ")]
        let bodies = models.isEmpty ? [] : ["the body must fit its model"]
        return (required + bodies).isEmpty ? "checks nothing" : (required + bodies).joined(separator: "; ")
    }

    private var details: [(name: String, text: String)] {
        parameters.parameters.map { ("required", "method.request.\($0.kind.rawValue).\($0.name)") }
            + models.map { ("model for " + $0.type, $0.model.name) }
    }
}
