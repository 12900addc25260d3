import OrderedJSON
import Testing

@testable import HeadgateStages

struct PolicyTests {
    private static let arn = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets/7"

    private static func decide(
        _ statements: String,
        _ kind: AccessPolicy.Kind = .identity,
        principal: String? = nil,
        resource: String = arn,
        _ context: [String: [String]] = [:],
    ) throws -> AccessPolicy.Decision {
        let json = try JSONValue(parsing: #"{"Version": "2012-10-17", "Statement": \#(statements)}"#)
        let policy = try AccessPolicy(json, kind, arnPrefix: "arn:aws:execute-api:us-east-1:123456789012:abc")
        return policy.decision(on: PolicyRequest(resource: resource, principal: principal, context: context))
    }

    @Test(arguments: [
        ("execute-api:Invoke", arn, AccessPolicy.Decision.allow),
        ("EXECUTE-API:invoke", "*", .allow),
        ("execute-api:*", "arn:aws:execute-api:*:*:abc/prod/GET/*", .allow),
        ("*", "arn:aws:execute-api:us-east-1:123456789012:abc/*", .allow),
        ("execute-api:ManageConnections", "*", .implicitDeny),
        ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:123456789012:abc/prod/POST/*", .implicitDeny),
        ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets/?", .allow),
        ("execute-api:Invoke", "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/pets", .implicitDeny),
        ("execute-api:Invoke", "arn:aws:execute-api:*/GET/p*s/*7", .allow),
    ])
    func allow(_ action: String, _ resource: String, _ expected: AccessPolicy.Decision) throws {
        let statement = #"{"Effect": "Allow", "Action": "\#(action)", "Resource": "\#(resource)"}"#
        #expect(try Self.decide(statement) == expected)
        #expect(try Self.decide("[\(statement)]") == expected)
        let denied =
            #"[\#(statement), {"Effect": "Deny", "Action": ["\#(action)"], "Resource": ["x", "\#(resource)"]}]"#
        #expect(try Self.decide(denied) == (expected == .allow ? .explicitDeny : .implicitDeny))
    }

    @Test func negated() throws {
        #expect(try Self.decide(#"{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}"#) == .explicitDeny)
        #expect(try Self.decide(#"{"Effect": "Allow", "Action": "*", "NotResource": "*/GET/*"}"#) == .implicitDeny)
    }

    @Test("Resources in short form are the API's own; principals are AWS callers, an account stands for all in it")
    func resource() throws {
        func statement(_ principal: String) -> String {
            #"{"Effect": "Allow", "Principal": \#(principal), "Action": "execute-api:Invoke", "Resource": "execute-api:/prod/GET/*"}"#
        }
        let ana = "arn:aws:iam::123456789012:user/ana"
        #expect(try Self.decide(statement(#""*""#), .resource) == .allow)
        #expect(try Self.decide(statement(#"{"AWS": "*"}"#), .resource, principal: ana) == .allow)
        #expect(try Self.decide(statement(#"{"AWS": ["123456789012"]}"#), .resource, principal: ana) == .allow)
        #expect(try Self.decide(statement(#"{"AWS": "\#(ana)"}"#), .resource, principal: ana) == .allow)
        #expect(try Self.decide(statement(#"{"AWS": "\#(ana)"}"#), .resource) == .implicitDeny)
        #expect(try Self.decide(statement(#"{"AWS": "999999999999"}"#), .resource, principal: ana) == .implicitDeny)
    }

    @Test(arguments: [
        (#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}"#, true),
        (#"{"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.7"]}}"#, true),
        (#"{"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/29"]}}"#, false),
        (#"{"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/30", "2001:db8::/32"]}}"#, true),
        (#"{"StringEquals": {"aws:UserAgent": ["curl", "agent/1"]}}"#, true),
        (#"{"StringNotEquals": {"aws:UserAgent": ["curl", "agent/1"]}}"#, false),
        (#"{"StringNotEquals": {"aws:Referer": "x"}}"#, true),
        (#"{"StringEquals": {"aws:Referer": "x"}}"#, false),
        (#"{"StringEqualsIfExists": {"aws:Referer": "x"}}"#, true),
        (#"{"StringLike": {"AWS:useragent": "AGENT/*"}}"#, false),
        (#"{"StringEqualsIgnoreCase": {"aws:UserAgent": "AGENT/1"}}"#, true),
        (#"{"Bool": {"aws:SecureTransport": true}}"#, false),
        (#"{"Null": {"aws:Referer": "true"}}"#, true),
        (#"{"Null": {"aws:UserAgent": "true"}}"#, false),
        (#"{"DateLessThan": {"aws:CurrentTime": "2025-04-09T12:34:57Z"}}"#, true),
        (#"{"DateGreaterThan": {"aws:CurrentTime": "2025-04-10"}}"#, false),
        (#"{"NumericGreaterThanEquals": {"aws:EpochTime": "1744202096"}}"#, true),
        (#"{"ForAnyValue:StringLike": {"tags": ["b*"]}}"#, true),
        (#"{"ForAllValues:StringLike": {"tags": ["a*"]}}"#, false),
        (#"{"ForAllValues:StringLike": {"none": ["a*"]}}"#, true),
        (#"{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Bool": {"aws:SecureTransport": "true"}}"#, false),
    ])
    func conditions(_ condition: String, _ expected: Bool) throws {
        let context = [
            "aws:sourceip": ["192.0.2.7"], "aws:useragent": ["agent/1"], "aws:securetransport": ["false"],
            "aws:currenttime": ["2025-04-09T12:34:56Z"], "aws:epochtime": ["1744202096"], "tags": ["a1", "b2"],
        ]
        let statement = #"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": \#(condition)}"#
        #expect(try Self.decide(statement, context) == (expected ? .allow : .implicitDeny))
    }

    private static func decide(_ statement: String, _ context: [String: [String]]) throws -> AccessPolicy.Decision {
        try decide(statement, .identity, context)
    }

    @Test(arguments: [
        ("::ffff:192.0.2.7", "192.0.2.0/24", true), ("2001:db8::1", "2001:db8::/33", true),
        ("2001:db8:8000::1", "2001:db8::/33", false), ("192.0.2.7", "::/0", false), ("10.1.2.3", "0.0.0.0/0", true),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true),
    ])
    func addresses(_ address: String, _ range: String, _ expected: Bool) throws {
        let (address, range) = (try #require(AddressRange(address)), try #require(AddressRange(range)))
        #expect(range.contains(address) == expected)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4/33", "256.1.1.1", "1::2::3", "::/129", "1:2", "g::"])
    func noAddresses(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: [
        (
            #"{"Effect": "allow", "Action": "*", "Resource": "*"}"#,
            "/Statement/Effect: found the text \"allow\", expected Allow or Deny",
        ),
        (#"[{"Effect": "Allow", "Resource": "*"}]"#, "/Statement/0: found object, expected the key Action"),
        (
            #"{"Effect": "Allow", "Action": 1, "Resource": "*"}"#,
            "/Statement/Action: found number, expected a text or a list of texts",
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}"#,
            "/Statement: found the key \"Principal\", expected no principal in a caller's own policy",
        ),
        (
            #"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"a": "b"}}}"#,
            "/Statement/Condition/StringEqual: found the key \"StringEqual\", expected a condition operator such as StringEquals "
                + "or IpAddress; did you mean StringEquals?",
        ),
    ])
    func mistakes(_ statement: String, _ expected: String) throws {
        let error = #expect(throws: InvalidPolicy.self) { try Self.decide(statement) }
        #expect(error?.description == expected)
    }

    @Test("A hostile pattern takes no exponential time")
    func wildcards() {
        let pattern = WildcardPattern(String(repeating: "*a", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 1_600)))
        #expect(
            WildcardPattern("").matches("") && !WildcardPattern("").matches("a") && WildcardPattern("**").matches("")
        )
    }
}
