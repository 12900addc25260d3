import Headgate
import MappingTemplates

/// A mapping template with the place where it was written, so that what goes wrong in it names the file
/// and the line.
public final class LocatedTemplate: Sendable {
    /// The template's text.
    public let text: String
    private let template: MappingTemplate
    /// What it prints if that is always the same.
    private let constant: [UInt8]?
    private let place: ConfigurationNode.Scalar?

    /// Compiles a template that stands in a file.
    /// - Throws: ``InvalidValue`` with the place of the first syntax error.
    public convenience init(_ scalar: ConfigurationNode.Scalar) throws(InvalidValue) {
        do throws(TemplateSyntaxError) {
            try self.init(scalar.text, place: scalar)
        } catch {
            throw InvalidValue(
                "the template cannot be read: found \(error.found)",
                expected: "expected \(error.expected)",
                suggestion: error.suggestion,
                at: scalar.location(line: error.line, column: error.column),
            )
        }
    }

    /// Compiles a template that was made in Swift.
    public convenience init(_ text: String) throws(TemplateSyntaxError) {
        try self.init(text, place: nil)
    }

    private init(_ text: String, place: ConfigurationNode.Scalar?) throws(TemplateSyntaxError) {
        self.text = text
        self.place = place
        template = try MappingTemplate(source: text, name: place?.contentLocation.file ?? "template")
        constant = template.constantText
    }

    var isEmpty: Bool { text.isEmpty }

    /// Reports what in the template is likely a mistake, as warnings.
    func check(printsJSON: Bool, _ diagnostics: Diagnostics) {
        guard let place else { return }
        for finding in template.findings(source: text, printsJSON: printsJSON) {
            diagnostics.warning(
                at: place.location(line: finding.line, column: finding.column),
                finding.message,
                expected: finding.expected,
                suggestion: finding.suggestion,
            )
        }
    }

    /// Renders the template for one exchange. What it sets in `$context` goes to ``Exchange/overrides``, and stays
    /// visible to the exchange's later templates.
    /// - Parameter payload: what `$input` reads, text.
    /// - Throws: a 500 whose cause and location are for the operator.
    public func render(_ exchange: Exchange, _ payload: [UInt8]) throws(GatewayFailure) -> [UInt8] {
        if let constant { return constant }
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count &+ 256)
        var overrides = TemplateOverrides(of: exchange)
        let hadOverrides = !overrides.isEmpty
        do throws(TemplateRenderError) {
            try template.render(into: &output, with: TemplateBindings(exchange, payload), overrides: &overrides)
        } catch {
            throw .internalError(
                "the template fails: " + error.message + (error.suggestion.map { "; " + $0 } ?? ""),
                type: .default5XX,
                reason: "template",
                location: place?.location(line: error.line, column: nil),
            )
        }
        if hadOverrides || !overrides.isEmpty { overrides.keep(in: exchange) }
        return output
    }
}

extension FieldType where Value == LocatedTemplate {
    /// A Velocity template.
    public static let mappingTemplate = FieldType<LocatedTemplate>.scalar(
        .text(format: "mapping template"),
        expectation: "a mapping template",
    ) { scalar, _ throws(InvalidValue) in
        try LocatedTemplate(scalar)
    }
}
