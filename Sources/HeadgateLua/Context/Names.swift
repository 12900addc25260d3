import Headgate

/// Did-you-mean for names in scripts.
enum Names {
    static func nearest(to name: String, among names: [String]) -> String? {
        Suggestion.nearest(to: name, among: names)
    }
}
