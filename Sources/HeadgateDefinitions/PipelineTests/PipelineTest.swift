import Headgate
import OrderedJSON

/// One of a pipeline file's own `tests:`: a request, what the backend must have received, what it
/// answers, and what the client must get. `headgate test` runs it; nothing here does.
public struct PipelineTest: Sendable {
    public var name: String
    /// Of the test in its file.
    public var location: SourceLocation
    /// The pipeline's name.
    public var pipeline: String
    public var request: Request
    public var backend: Backend
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
        public var headers: [Header]
        public var body: Payload?
    }

    /// The backend, as the test plays it.
    public struct Backend: Sendable {
        /// False when the request must not get as far as a backend call.
        public var isCalled: Bool
        /// What it must have received; nil when the test does not say.
        public var receives: Received?
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
        public var answer: Answer
        /// How often it must be called; nil when the test does not say.
        public var calls: Int?
        public var location: SourceLocation
    }

    /// What must have arrived at the backend. Members that are nil or empty are not looked at.
    public struct Received: Sendable {
        public var method: String?
        /// Path and query, as they go over the wire.
        public var target: String?
        /// Each must be there with this value, in any place; one without value must not be there.
        public var headers: [ExpectedHeader]
        public var body: ExpectedBody?
        public var location: SourceLocation
    }

    /// What the backend does.
    public enum Answer: Sendable {
        case response(status: Int, headers: [Header], body: Payload?)
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
        public var status: Int?
        public var headers: [ExpectedHeader]
        public var body: ExpectedBody?
        public var location: SourceLocation
    }

    public struct Header: Sendable {
        public var name: String
        public var value: String
    }

    public struct ExpectedHeader: Sendable {
        public var name: String
        /// nil: the header must not be there.
        public var value: String?
        public var location: SourceLocation
    }

    /// A body to send. JSON goes out compact, in the order of the file, with
    /// `Content-Type: application/json` unless the headers say otherwise.
    public enum Payload: Sendable {
        case text(String)
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
