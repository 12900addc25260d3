import Foundation
import OrderedJSON
import Testing

/// Limits, and inputs made to hurt: each ends in an answer, in time that grows with the input alone.
@Suite struct LimitTests {
    private func limit(_ bytes: [UInt8], _ limits: JSONLimits = .default) -> JSONParseError? {
        do {
            _ = try JSONDocument(parsing: bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    /// Far more than the work needs even without optimization, and far less than quadratic work would.
    private func expectQuick(_ work: () -> Void) {
        let start = threadSeconds()
        work()
        #expect(threadSeconds() - start < 10)
    }

    /// The CPU time of this thread, on which other tests have no influence.
    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test func bytesAtTheLimit() {
        let limits = JSONLimits(bytes: 4)
        #expect(limit(Array("[10]".utf8), limits) == nil)
        #expect(limit(Array("[100]".utf8), limits)?.reason == .limit)
        #expect(limit([], JSONLimits(bytes: 0))?.reason == .syntax)
        #expect(JSONLimits(bytes: .max).bytes == JSONLimits.largestBytes)
        #expect(JSONLimits(bytes: -1, depth: -1, values: -1).depth == 0)
    }

    @Test func depthAtTheLimit() {
        let limits = JSONLimits(depth: 3)
        #expect(limit(Array("[[[1]]]".utf8), limits) == nil)
        #expect(limit(Array("[[],[[]],[{}]]".utf8), limits) == nil)
        let error = limit(Array("[[{\"a\":[]}]]".utf8), limits)
        #expect(error?.offset == 7 && error?.reason == .limit)
        #expect(limit(Array("[]".utf8), JSONLimits(depth: 0))?.offset == 0)
        #expect(JSONLimits(depth: .max).depth == JSONLimits.largestDepth)
    }

    @Test func valuesAtTheLimit() {
        #expect(limit(Array("[1,2,3]".utf8), JSONLimits(values: 4)) == nil)
        #expect(limit(Array("[1,2,3,4]".utf8), JSONLimits(values: 4))?.offset == 7)
        #expect(limit(Array("{\"a\":1,\"b\":2}".utf8), JSONLimits(values: 5)) == nil)
        #expect(limit(Array("{\"a\":1,\"b\":2}".utf8), JSONLimits(values: 4))?.reason == .limit)
    }

    @Test func numbersAtTheLimit() {
        #expect(limit(Array("[123]".utf8), JSONLimits(numberBytes: 3)) == nil)
        let error = limit(Array("[1234]".utf8), JSONLimits(numberBytes: 3))
        #expect(error?.offset == 1 && error?.found == "a number of 4 bytes")
    }

    @Test func deepNesting() {
        let open = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(limit(open)?.offset == 512)
        #expect(limit(open + [UInt8](repeating: UInt8(ascii: "]"), count: 100_000))?.reason == .limit)
        let huge = [UInt8](repeating: UInt8(ascii: "["), count: 10_000_000)
        expectQuick { #expect(limit(huge)?.offset == 512) }
        #expect((try? JSONDocument(permissive: huge)) == nil)
    }

    @Test func theDeepestDocumentCanBeCopiedAndWritten() throws {
        let depth = JSONLimits.largestDepth
        let text = String(repeating: "[{\"a\":", count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
        let document = try JSONDocument(text, limits: JSONLimits(depth: depth))
        #expect(JSONWriter.string(JSONValue(document.root)) == text)
        #expect(JSONWriter.string(document.root, style: .pretty).count > text.count)
    }

    @Test func aNumberOfAMillionDigits() {
        let digits = [UInt8](repeating: UInt8(ascii: "7"), count: 1_000_000)
        expectQuick { #expect(limit(digits)?.reason == .limit) }
        let limits = JSONLimits(numberBytes: .max)
        expectQuick { #expect(limit(digits, limits) == nil) }
    }

    @Test func aMillionRepeatedKeys() throws {
        let text = "{" + String(repeating: "\"a\":1,", count: 999_999) + "\"a\":2}"
        expectQuick {
            let root = try? JSONDocument(text).root
            #expect(root?.count == 1 && root?["a"]?.number?.int64 == 2)
        }
    }

    @Test func aMillionKeys() {
        let text = "{" + (0..<1_000_000).map { "\"k\($0)\":0" }.joined(separator: ",") + "}"
        expectQuick {
            let root = try? JSONDocument(text).root
            #expect(root?.count == 1_000_000)
            #expect(root?["k999999"] != nil)
        }
    }

    /// Every level of a deep object repeats its key, so that each value is moved.
    @Test func repeatedKeysAtEveryLevel() throws {
        var text = "1"
        for level in 0..<500 {
            text = "{\"a\":\(level),\"b\":[\(level)],\"a\":\(text)}"
        }
        var node = try JSONDocument(text).root
        for _ in 0..<500 {
            #expect(node.count == 2)
            guard let next = node["a"] else {
                Issue.record("a level is missing")
                return
            }
            node = next
        }
        #expect(node.number?.int64 == 1)
    }

    @Test func loneSurrogatesCanBeAllowed() throws {
        let limits = JSONLimits(refusesLoneSurrogates: false)
        let root = try JSONDocument(#"["\ud800", "a\udc00b", "\ud800\ud83d\ude00"]"#, limits: limits).root
        #expect(root.elements.compactMap(\.string) == ["\u{FFFD}", "a\u{FFFD}b", "\u{FFFD}😀"])
    }

    @Test func manyShortTextsThatEndInTheMiddle() {
        let text = Array(#"{"a":[1,-2.5e-3,"x\n\u20ac\ud83d\ude00é€😀",true,false,null,{"b":{}}],"c":""}"#.utf8)
        #expect(limit(text) == nil)
        for end in 0..<text.count {
            #expect(limit(Array(text[..<end])) != nil)
            _ = try? JSONDocument(permissive: Array(text[..<end]))
        }
    }

    /// Quotes without end, in a text that the permissive parser tries again and again to understand.
    @Test func permissiveParsingIsLinear() {
        for unit in ["'", "\"a\\\"", "[{a:", "1 ", "-", "\\", "{'a\\x41':", "[\"", "a,b:"] {
            let bytes = Array("[".utf8) + Array(String(repeating: unit, count: 1_000_000 / unit.utf8.count).utf8)
            expectQuick { _ = try? JSONDocument(permissive: bytes) }
        }
    }
}
