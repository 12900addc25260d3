import CYaml
import Headgate

/// Reads YAML into configuration nodes: the documents of one file, each value with its place.
///
/// The grammar is libyaml's (YAML 1.1 and 1.2); the meaning is narrower. A scalar stays the text that
/// was written, tags are refused, a key stands once, and aliases may not blow a file up. `<<` merges
/// mappings, as everywhere.
struct YAMLReader {
    private let source: SourceText
    private let diagnostics: Diagnostics
    private var composer: YAMLComposer

    /// The documents of a file; where a report was made, those in front of it.
    static func documents(
        in source: SourceText,
        limits: ReadingLimits,
        tags: YAMLTags = .refused,
        _ diagnostics: Diagnostics,
    ) -> [ConfigurationNode] {
        var reader = YAMLReader(
            source: source,
            diagnostics: diagnostics,
            composer: YAMLComposer(source: source, limits: limits, tags: tags, diagnostics: diagnostics),
        )
        source.bytes.withUnsafeBufferPointer { reader.read($0) }
        return reader.composer.documents
    }

    private mutating func read(_ input: UnsafeBufferPointer<UInt8>) {
        // The parser keeps pointers to itself: it must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            diagnostics.error(at: source.start, "there is not enough memory to read the file")
            return
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        var event = yaml_event_t()
        while true {
            guard yaml_parser_parse(parser, &event) == 1 else {
                diagnostics.report(YAMLProblem(parser.pointee, in: source).diagnostic)
                return
            }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT { return }
            guard take(event) else { return }
        }
    }

    /// False when reading cannot go on.
    private mutating func take(_ event: yaml_event_t) -> Bool {
        let place = source.location(scalar: event.start_mark.index)
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            composer.beginDocument()
            return true
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            return composer.checkTag(scalar.tag, at: place)
                && composer.add(
                    node(event, at: place),
                    anchor: Self.text(scalar.anchor),
                    function: composer.function(scalar.tag),
                )
        case YAML_ALIAS_EVENT:
            return composer.addAlias(Self.text(event.data.alias.anchor) ?? "", at: place)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return composer.checkTag(start.tag, at: place)
                && composer.begin(
                    mapping: false,
                    at: place,
                    anchor: Self.text(start.anchor),
                    function: composer.function(start.tag),
                )
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return composer.checkTag(start.tag, at: place)
                && composer.begin(
                    mapping: true,
                    at: place,
                    anchor: Self.text(start.anchor),
                    function: composer.function(start.tag),
                )
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            return composer.end()
        default:
            return true
        }
    }

    private func node(_ event: yaml_event_t, at place: SourceLocation) -> ConfigurationNode {
        let scalar = event.data.scalar
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        switch scalar.style {
        case YAML_PLAIN_SCALAR_STYLE:
            if Self.nulls.contains(text) { return ConfigurationNode(.null, at: place) }
            let start = scalar.anchor == nil && scalar.tag == nil ? place : source.location(byte: contentOffset(event))
            return ConfigurationNode(.scalar(.init(text: text, isPlain: true, contentLocation: start)), at: place)
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE:
            let isLiteral = scalar.style == YAML_LITERAL_SCALAR_STYLE
            return ConfigurationNode(.scalar(block(text, isLiteral: isLiteral, header: place)), at: place)
        default:
            let start = source.location(byte: contentOffset(event) + 1)
            return ConfigurationNode(.scalar(.init(text: text, isPlain: false, contentLocation: start)), at: place)
        }
    }

    /// Where a scalar itself begins: an anchor (`&name`) and a tag (`!Sub`) count as its beginning too.
    private func contentOffset(_ event: yaml_event_t) -> Int {
        let bytes = source.bytes
        var offset = source.byteOffset(scalar: event.start_mark.index)
        while offset < bytes.count, bytes[offset] == UInt8(ascii: "&") || bytes[offset] == UInt8(ascii: "!") {
            while offset < bytes.count, bytes[offset] > 0x20 { offset += 1 }
            while offset < bytes.count, bytes[offset] <= 0x20 { offset += 1 }
        }
        return offset
    }

    /// A block's text begins in the line below its `|` or `>`, behind the indentation that it got rid of.
    private func block(_ text: String, isLiteral: Bool, header: SourceLocation) -> ConfigurationNode.Scalar {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        var indentation = 0
        if isLiteral, let first = lines.firstIndex(where: { !$0.isEmpty }) {
            let written = source.line(header.line + 1 + first)?.count ?? 0
            indentation = max(0, written - lines[first].count)
        } else if let written = source.line(header.line + 1) {
            indentation = written.prefix { $0 == 0x20 }.count
        }
        return ConfigurationNode.Scalar(
            text: text,
            isPlain: false,
            contentLocation: SourceLocation(file: source.file, line: header.line + 1, column: indentation + 1),
            blockColumn: isLiteral ? indentation + 1 : nil,
        )
    }

    /// YAML 1.2's core schema: what a plain scalar may say in place of a value.
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]

    private static func text(_ pointer: UnsafePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
