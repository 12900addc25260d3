import Foundation
import Testing

@testable import JavaRegex

/// Results recorded from Java 17, and the same with the memo in force from the first step.
@Suite struct GoldenTests {
    struct Line: Decodable {
        let p: String
        let f: Int?
        let e: Bool?
        let s: String?
        let r: String?
        let m: Bool?
        let g: [Int]?
        let l: Int?
        let find: [[Int]]?
        let ra: String?
        let re: Bool?
        let rf: String?
        let s0: [String]?
        let s2: [String]?
        let sn: [String]?
    }

    static let files = ["everyday", "generated"]

    static func lines(of file: String) throws -> [Line] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(file).jsonl")
        let decoder = JSONDecoder()
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
            try decoder.decode(Line.self, from: Data($0.utf8))
        }
    }

    @Test(arguments: files, [256, 0]) func agreesWithJava(file: String, stepsBeforeMemo: Int) throws {
        let lines = try Self.lines(of: file)
        #expect(lines.count > 1000)
        var limits = MatchLimits.standard
        limits.stepsBeforeMemo = stepsBeforeMemo
        for line in lines {
            let flags = Pattern.Flags(rawValue: line.f ?? 0)
            if line.e == true {
                #expect(throws: PatternError.self, "\(line.p)") { try Pattern(line.p, flags: flags) }
                continue
            }
            try check(line, try Pattern(line.p, flags: flags), limits)
        }
    }

    private func check(_ line: Line, _ pattern: Pattern, _ limits: MatchLimits) throws {
        let subject = try #require(line.s)
        let comment = Comment(rawValue: "\(line.p.debugDescription) on \(subject.debugDescription)")
        let offsets = utf16Offsets(subject)
        let groups = { (match: Match) in
            match.groups.flatMap { $0.map { [offsets[$0.lowerBound], offsets[$0.upperBound]] } ?? [-1, -1] }
        }

        #expect(try pattern.matches(subject, limits: limits) == line.m, comment)
        #expect(try pattern.matches(utf8: Array(subject.utf8), limits: limits) == line.m, comment)
        #expect(try pattern.wholeMatch(in: subject, limits: limits).map(groups) == line.g, comment)
        let prefix = try pattern.lookingAt(subject, limits: limits)
        #expect(prefix.map { offsets[$0.range.upperBound] } ?? -1 == line.l, comment)
        #expect(try pattern.allMatches(in: subject, limits: limits).map(groups) == line.find, comment)
        #expect(try pattern.firstMatch(in: subject, limits: limits).map(groups) == line.find?.first, comment)

        let replacement = try #require(line.r)
        let all = try? pattern.replaceAll(in: subject, with: replacement, limits: limits)
        #expect(all == line.ra, comment)
        let first = try? pattern.replaceFirst(in: subject, with: replacement, limits: limits)
        #expect(first == line.rf, comment)
        #expect(try pattern.split(subject, limits: limits) == line.s0, comment)
        #expect(try pattern.split(subject, limit: 2, limits: limits) == line.s2, comment)
        #expect(try pattern.split(subject, limit: -1, limits: limits) == line.sn, comment)
    }

    /// For every UTF-8 offset the UTF-16 offset, in which Java counts.
    private func utf16Offsets(_ text: String) -> [Int] {
        var offsets: [Int] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            offsets += Array(repeating: offset, count: UTF8.width(scalar))
            offset += scalar.value > 0xFFFF ? 2 : 1
        }
        return offsets + [offset]
    }
}
