import Headgate
import OrderedJSON

/// One of a pipeline file's own `tests:`: a request, what the backend must have received, what it
/// answers, and what the client must get. `headgate test` runs it; nothing here does.
public struct PipelineTest: Sendable {
    /// What the test shows, for people; `headgate test --filter` looks for it.
    public var name: String
    /// Of the test in its file.
    public var location: SourceLocation
    /// The pipeline's name.
    public var pipeline: String
    /// What the client sends.
    public var request: Request
    /// What the backend gets and does.
    public var backend: Backend
    /// What the client must get.
    public var response: Response
    /// The other services that scripts call.
    public var mocks: [Mock] = []
    /// The values of secrets, by name.
    public var secrets: [Header] = []

    /// What the client sends.
    public struct Request: Sendable {
        /// In capitals. The default is the route's; GET where that is `ANY`.
        public var method: String
        /// As it goes over the wire: path, and maybe `?` and a query.
        public var target: String
        /// In the order of the file; `Host` is added where it is missing.
        public var headers: [Header]
        /// nil sends none.
        public var body: Payload?
    }

    /// The backend, as the test plays it.
    public struct Backend: Sendable {
        /// False when the request must not get as far as a backend call.
        public var isCalled: Bool
        /// What it must have received; nil when the test does not say.
        public var receives: Received?
        /// What the client's request is answered with, if it gets this far.
        public var answer: Answer
    }

    /// A service beside the backend, as the test plays it.
    public struct Mock: Sendable {
        /// The URL without its query.
        public var url: String
        /// nil: any.
        public var method: String?
        /// What each of its calls must have; nil when the test does not say.
        public var receives: Received?
        /// What every call is answered with.
        public var answer: Answer
        /// How often it must be called; nil when the test does not say.
        public var calls: Int?
        /// Of the mock in its file.
        public var location: SourceLocation
    }

    /// What must have arrived at the backend. Members that are nil or empty are not looked at.
    public struct Received: Sendable {
        /// In capitals.
        public var method: String?
        /// Path and query, as they go over the wire.
        public var target: String?
        /// Each must be there with this value, in any place; one without value must not be there.
        public var headers: [ExpectedHeader]
        /// What the payload must be.
        public var body: ExpectedBody?
        /// Of the expectation in its file.
        public var location: SourceLocation
    }

    /// What the backend does.
    public enum Answer: Sendable {
        /// It answers.
        case response(status: Int, headers: [Header], body: Payload?)
        /// It does not answer in the way that is said.
        case failure(Failure)
    }

    /// How a backend can fail.
    public enum Failure: String, Sendable, CaseIterable {
        /// It accepts the request and never answers.
        case timeout
        /// Nobody listens there.
        case refused
    }

    /// What the client must get. Members that are nil or empty are not looked at.
    public struct Response: Sendable {
        /// 100…599.
        public var status: Int?
        /// Each must be there with this value, in any place; one without value must not be there.
        public var headers: [ExpectedHeader]
        /// What the payload must be.
        public var body: ExpectedBody?
        /// Of the expectation in its file.
        public var location: SourceLocation
    }

    /// A header field to send, or a secret with its name.
    public struct Header: Sendable {
        /// The field's or the secret's name.
        public var name: String
        /// What is sent, or what scripts get.
        public var value: String
    }

    /// A header field to look for.
    public struct ExpectedHeader: Sendable {
        /// In any case.
        public var name: String
        /// nil: the header must not be there.
        public var value: String?
        /// Of the field in its file.
        public var location: SourceLocation
    }

    /// A body to send. JSON goes out compact, in the order of the file, with
    /// `Content-Type: application/json` unless the headers say otherwise.
    public enum Payload: Sendable {
        /// Exactly this text, in UTF-8.
        case text(String)
        /// A value, written as JSON.
        case json(JSONValue)
    }

    /// What a body must be.
    public enum ExpectedBody: Sendable {
        /// Exactly this text.
        case text(String, SourceLocation)
        /// JSON with this value; numbers compare by value, members in any order.
        case json(JSONValue, SourceLocation)
        /// Text in which this Java regular expression finds something.
        case matching(String, SourceLocation)
    }
}
