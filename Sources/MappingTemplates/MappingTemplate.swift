/// A mapping template: Apache Velocity 1.7 with `$input`, `$context`, `$stageVariables` and `$util`, as the
/// integrations of Amazon API Gateway REST APIs run it. Compiled once, rendered often, by any number of threads.
///
/// ```swift
/// let template = try MappingTemplate(source: #"{"name": "$input.path('$.name')"}"#)
/// var output: [UInt8] = []
/// var overrides = TemplateOverrides()
/// try template.render(into: &output, with: TemplateBindings(payload: body), overrides: &overrides)
/// ```
public struct MappingTemplate: Sendable {
    /// Which Velocity a template is written for.
    public enum Profile: String, Sendable, Hashable, CaseIterable {
        /// The service: a reference without value is the empty string, `#if` takes it for true, `#macro`,
        /// `#evaluate`, `#parse` and `#include` are off, and loops make 1,000 rounds at most.
        case aws
        /// Velocity 1.7 as it comes.
        case velocity
    }

    /// What the template is called in messages.
    public let name: String
    /// Which Velocity the template was compiled for. Default ``Profile/aws``.
    public let profile: Profile
    /// What it may be and do; they hold for compiling and for every rendering.
    public let limits: TemplateLimits
    let program: Program

    /// Compiles a template.
    /// - Parameters:
    ///   - source: its text. White space counts.
    ///   - name: what to call it in messages, for example the file's name.
    /// - Throws: the first error, with line and column of the text.
    public init(
        source: String,
        name: String = "template",
        profile: Profile = .aws,
        limits: TemplateLimits = .default,
    ) throws(TemplateSyntaxError) {
        try self.init(source: Array(source.utf8), name: name, profile: profile, limits: limits)
    }

    /// Compiles a template from UTF-8 bytes; those that are none stand for U+FFFD, as where Java reads them.
    public init(
        source: [UInt8],
        name: String = "template",
        profile: Profile = .aws,
        limits: TemplateLimits = .default,
    ) throws(TemplateSyntaxError) {
        self.name = name
        self.profile = profile
        self.limits = limits
        guard source.count <= limits.sourceBytes else {
            let failure = Parser.Failure(
                offset: limits.sourceBytes,
                found: "a template of \(source.count) bytes",
                expected: "at most \(limits.sourceBytes)",
            )
            throw TemplateSyntaxError(failure, name: name, source: source)
        }
        // Strings of a template count as well-formed from here on.
        let isASCII = source.allSatisfy { $0 < 0x80 }
        let source = isASCII ? source : Array(String(decoding: source, as: UTF8.self).utf8)
        var compiler = Compiler(source: source, name: name, builder: ProgramBuilder(profile: profile), limits: limits)
        let root = try compiler.compile()
        program = Program(compiler.builder, root: root)
    }

    /// What the template prints if that is always the same: it has no directives and no references, as about
    /// half of all real templates.
    public var constantText: [UInt8]? { program.constantText }

    /// Renders the template and appends the text, UTF-8.
    /// - Parameters:
    ///   - output: stays as it was if rendering fails.
    ///   - bindings: what `$input`, `$context` and `$stageVariables` read.
    ///   - overrides: what the templates of this exchange have set in `$context` so far; updated if rendering
    ///     succeeds. Pass the result of the request's template to the response's.
    ///   - trace: told of every reference and directive.
    /// - Throws: why and on which line rendering failed. The message quotes the template's input; it is for logs
    ///   and authors, not for clients.
    public func render(
        into output: inout [UInt8],
        with bindings: TemplateBindings,
        overrides: inout TemplateOverrides,
        trace: (any TemplateTrace)? = nil,
    ) throws(TemplateRenderError) {
        if let text = program.constantText, trace == nil {
            output.append(contentsOf: text)
            return
        }
        var renderer = Renderer(program, bindings: bindings, overrides: overrides, limits: limits, trace: trace)
        defer { renderer.unlink() }
        // It has the room that its owner has made.
        if output.isEmpty { swap(&output, &renderer.output) }
        do throws(TemplateRenderError) {
            try renderer.run()
            try renderer.collect(&overrides)
        } catch {
            var error = error
            error.name = name
            throw error
        }
        if output.isEmpty { swap(&output, &renderer.output) } else { output.append(contentsOf: renderer.output) }
    }

    /// Renders the template to a string, for an exchange without other templates.
    public func render(with bindings: TemplateBindings) throws(TemplateRenderError) -> String {
        var output: [UInt8] = []
        var overrides = TemplateOverrides()
        try render(into: &output, with: bindings, overrides: &overrides)
        return String(decoding: output, as: UTF8.self)
    }
}
