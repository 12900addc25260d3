/// How text is marked up for a reader: ANSI colours on a terminal, nothing elsewhere.
public struct TextStyle: Sendable {
    private let isColoured: Bool

    /// No marks at all: for files, pipes and `NO_COLOR`.
    public static let plain = TextStyle(isColoured: false)
    /// ANSI escapes: for a terminal.
    public static let coloured = TextStyle(isColoured: true)

    func bold(_ text: String) -> String { mark(text, 1) }
    func dim(_ text: String) -> String { mark(text, 2) }
    func red(_ text: String) -> String { mark(text, 31) }
    func green(_ text: String) -> String { mark(text, 32) }
    func yellow(_ text: String) -> String { mark(text, 33) }
    func blue(_ text: String) -> String { mark(text, 34) }

    private func mark(_ text: String, _ code: Int) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
