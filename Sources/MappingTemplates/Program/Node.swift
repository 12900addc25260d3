/// One node of a compiled template. Nodes are plain bits in one array: rendering a template that several
/// threads share touches no reference counts.
struct Node {
    var operation: Operation
    /// A comparison, an operator or a flag, by the operation.
    var detail: UInt8 = 0
    /// Line of the template, from 1.
    var line: Int32
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
}

/// What a node does, and what its three numbers mean. "Children" are node numbers in the children array.
enum Operation: UInt8 {
    // Statements.
    /// Prints nothing.
    case nothing
    /// Prints text: a offset, b length.
    case text
    /// Runs children: a first, b count.
    case block
    /// a number of the reference. Also a value and a condition.
    case reference
    /// a number of the reference that is assigned, b value, c slot if the reference is a plain name, else -1.
    case set
    /// a first child, b count: condition and block in turn. The condition of `#else` is -1.
    case branch
    /// a slot of the element, b list, c body. The list or the body may be -1: missing.
    case foreach
    /// a slot, b block.
    case define
    /// a argument or -1.
    case `break`, stop
    /// Only with the profile `velocity`. a argument.
    case evaluate
    /// a first child, b count.
    case include, parse
    /// a number of the call.
    case macro

    // Values.
    case null
    /// detail 1 for true.
    case boolean
    /// a low, b high half of the number.
    case integer, long, double
    /// a number of the constant.
    case constant
    /// a offset, b length of its text.
    case string
    /// A string with references or directives: a block; detail 1 if a blank was added to its end.
    case template
    /// Lists and maps: a first child, b count; a range: a and b its ends.
    case list, map, range
    /// A value in parentheses or the whole of an expression: a.
    case expression
    case or, and, not
    /// detail is the `Comparison` or `Arithmetic`; a and b its sides.
    case comparison, arithmetic
}

/// A piece of the template's text.
struct TextRange: Hashable {
    var offset: Int32 = 0
    var count: Int32 = 0
}

/// A reference: the variable, the steps behind it, and how it prints.
struct ReferenceRecord {
    var slot: Int32
    var firstStep: Int32 = 0
    var stepCount: Int32 = 0
    /// Printed before the value.
    var prefix = TextRange()
    /// Half the backslashes before the reference. Without a value they are printed twice.
    var escapes = TextRange()
    /// Printed if there is no value.
    var nullText = TextRange()
    /// The reference as it stands in the template.
    var literal = TextRange()
    /// Behind an odd number of backslashes: printed as it is written.
    var isEscaped = false
    /// Not a reference at all, although the grammar took it for one: prints as text.
    var isText = false
    /// Which way of printing it suits.
    var shape = Shape.general
    /// Whether it has a value in expressions.
    var isComputable = true
    var line: Int32

    /// What a reference looks like, as far as it helps to print it.
    enum Shape: UInt8 {
        case general
        /// `$a.b.c`: nothing but properties behind the name, if anything.
        case path
        /// `$input.json('…')` with a constant path.
        case inputJSON
        /// `$util.escapeJavaScript($a.b.c)`
        case escapeJavaScript
    }
}

/// One step of a reference: `.name`, `.name(…)` or `[…]`.
struct Step {
    enum Kind: UInt8 { case property, method, index }

    var kind: Kind
    /// The method; for a property its getter (`getName`), if there is one that some class knows.
    var method: Method?
    /// For a property the getter of booleans (`isName`).
    var booleanGetter: Method?
    var name = TextRange()
    /// Number of the name in the table of names.
    var nameIndex: Int32 = 0
    /// Arguments: first child, count.
    var firstArgument: Int32 = 0
    var argumentCount: Int32 = 0
    /// Number of the compiled JSONPath if the only argument is a constant; -1 otherwise.
    var path: Int32 = -1
    var line: Int32
}

/// A macro call or an unknown directive.
struct MacroCall {
    /// Number of the name.
    var name: Int32
    var firstArgument: Int32
    var argumentCount: Int32
    /// The block of `#@name() … #end`, or -1.
    var body: Int32
    /// What is printed if there is no such macro.
    var literal: TextRange
    /// Whether an argument is a bare word, which macros do not take.
    var hasWord: Bool
    var line: Int32
}

/// A macro's body and the slots of its parameters, with the text that a parameter without value prints.
struct MacroDefinition {
    var parameters: [Int32]
    var nullTexts: [[UInt8]]
    var body: Int32
}
