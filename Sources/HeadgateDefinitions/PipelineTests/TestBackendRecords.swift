import Headgate
import HeadgateStages
import JavaRegex
import OrderedJSON

/// The records inside of a test that speak of the backend and of the client's answer.
enum TestBackendRecords {
    /// What a backend answers when the test does not say.
    static let emptyAnswer = PipelineTest.Answer.response(status: 200, headers: [], body: nil)

    // MARK: backend

    private static let called = Field(
        "called",
        FieldType<Bool>.boolean,
        default: true,
        shown: "true",
        "Whether the request must get as far as the backend.",
    )
    private static let receives = Field(
        optional: "receives",
        FieldType.record(received),
        "What must have arrived; keys that are left out are not looked at.",
    )
    private static let answers = Field(optional: "answers", FieldType.record(answer), "What the backend answers.")
    private static let fails = Field(
        optional: "fails",
        FieldType<String>.oneOf(PipelineTest.Failure.allCases.map(\.rawValue)),
        "How the backend fails, in place of an answer: `timeout` never answers, `refused` does not listen.",
    )

    static let backend = Record<PipelineTest.Backend>(
        "backend",
        "The backend, as the test plays it. Without `answers` and `fails` it answers 200 and no body.",
        fields: [called, receives, answers, fails],
    ) { settings in
        let fails = try settings[fails].flatMap(PipelineTest.Failure.init(rawValue:))
        let answers = try settings[answers]
        if fails != nil, answers != nil {
            throw InvalidValue(
                "the backend both answers and fails",
                expected: "expected \"answers\" or \"fails\"",
                at: settings.location(of: Self.fails),
            )
        }
        let isCalled = try settings[called]
        if !isCalled, let place = settings.location(of: receives) ?? settings.location(of: Self.answers) {
            throw InvalidValue("a backend that is not called neither receives nor answers", at: place)
        }
        return PipelineTest.Backend(
            isCalled: isCalled,
            receives: try settings[receives],
            answer: fails.map(PipelineTest.Answer.failure) ?? answers ?? emptyAnswer,
        )
    }

    // MARK: mocks

    private static let url = Field(
        required: "url",
        FieldType<String>.text(format: "URL", expectation: "an absolute URL"),
        "The URL that is called, without its query.",
    )
    private static let mockMethod = Field(
        optional: "method",
        FieldType<String>.method,
        "The method; any if it is left out.",
    )
    private static let calls = Field(
        optional: "calls",
        FieldType<Int>.integer(0...1000),
        "How often it must be called; any number if it is left out.",
    )

    static let mock = Record<PipelineTest.Mock>(
        "mocks",
        "A service that scripts call. Without `answers` and `fails` it answers 200 and no body.",
        fields: [url, mockMethod, receives, answers, fails, calls],
    ) { settings in
        let fails = try settings[fails].flatMap(PipelineTest.Failure.init(rawValue:))
        let answers = try settings[answers]
        if fails != nil, answers != nil {
            throw InvalidValue("the service both answers and fails", at: settings.location(of: Self.fails))
        }
        return PipelineTest.Mock(
            url: try settings[url],
            method: try settings[mockMethod],
            receives: try settings[receives],
            answer: fails.map(PipelineTest.Answer.failure) ?? answers ?? emptyAnswer,
            calls: try settings[calls],
            location: settings.location,
        )
    }

    // MARK: receives

    private static let method = Field(optional: "method", FieldType<String>.method, "The request's method.")
    private static let path = Field(
        optional: "path",
        FieldType<String>.target,
        "Path and query, exactly as they go over the wire.",
    )
    private static let expectedHeaders = Field(
        "headers",
        FieldType<[PipelineTest.ExpectedHeader]>.expectedHeaders,
        default: [],
        "Headers that must be there with this value; `null` for one that must not be there. Others may be there too.",
    )
    private static let expectedJSON = Field(
        "json",
        FieldType<JSONValue>.json.map(Optional.some),
        default: nil,
        "The body must be JSON of this value; the order of members does not count.",
    )
    private static let expectedText = Field(
        optional: "body",
        FieldType<String>.string,
        "The body must be exactly this text.",
    )
    private static let expectedMatch = Field(
        optional: "bodyMatches",
        FieldType<Pattern>.selectionPattern.map(\.source),
        "The body must hold something that this Java regular expression finds.",
    )

    private static let received = Record<PipelineTest.Received>(
        "receives",
        "What must have arrived at the backend.",
        fields: [method, path, expectedHeaders, expectedJSON, expectedText, expectedMatch],
    ) { settings in
        PipelineTest.Received(
            method: try settings[method],
            target: try settings[path],
            headers: try settings[expectedHeaders],
            body: try expectedBody(settings),
            location: settings.location,
        )
    }

    // MARK: answers

    private static let answerStatus = Field(
        "status",
        FieldType<Int>.status,
        default: 200,
        shown: "200",
        "The status code.",
    )
    private static let headers = Field(
        "headers",
        FieldType<[PipelineTest.Header]>.headers,
        default: [],
        "Headers to answer with.",
    )
    private static let json = Field(
        "json",
        FieldType<JSONValue>.json.map(Optional.some),
        default: nil,
        "The body, as JSON.",
    )
    private static let text = Field(
        optional: "body",
        FieldType<String>.string,
        "The body, as text. Either this or `json`.",
    )

    private static let answer = Record<PipelineTest.Answer>(
        "answers",
        "What the backend answers.",
        fields: [answerStatus, headers, json, text],
    ) { settings in
        .response(
            status: try settings[answerStatus],
            headers: try settings[headers],
            body: try payload(settings, json: json, text: text),
        )
    }

    // MARK: response

    private static let status = Field(optional: "status", FieldType<Int>.status, "The status code.")

    static let response = Record<PipelineTest.Response>(
        "response",
        "What the client must get; keys that are left out are not looked at.",
        fields: [status, expectedHeaders, expectedJSON, expectedText, expectedMatch],
    ) { settings in
        PipelineTest.Response(
            status: try settings[status],
            headers: try settings[expectedHeaders],
            body: try expectedBody(settings),
            location: settings.location,
        )
    }

    // MARK: Bodies

    static func payload(
        _ settings: Settings,
        json: Field<JSONValue?>,
        text: Field<String?>,
    ) throws -> PipelineTest.Payload? {
        let value = try settings[json]
        guard let text = try settings[text] else { return value.map(PipelineTest.Payload.json) }
        guard value == nil else {
            throw InvalidValue(
                "\"json\" and \"body\" both say what the body is",
                expected: "expected one of them",
                at: settings.location(of: json),
            )
        }
        return .text(text)
    }

    private static func expectedBody(_ settings: Settings) throws -> PipelineTest.ExpectedBody? {
        var bodies: [PipelineTest.ExpectedBody] = []
        if let value = try settings[expectedJSON] {
            bodies.append(.json(value, settings.location(of: expectedJSON) ?? settings.location))
        }
        if let text = try settings[expectedText] {
            bodies.append(.text(text, settings.location(of: expectedText) ?? settings.location))
        }
        if let pattern = try settings[expectedMatch] {
            bodies.append(.matching(pattern, settings.location(of: expectedMatch) ?? settings.location))
        }
        guard bodies.count < 2 else {
            throw InvalidValue(
                "several keys say what the body is",
                expected: "expected one of: json, body, bodyMatches",
                at: settings.location,
            )
        }
        return bodies.first
    }
}
