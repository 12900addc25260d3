/// How much a file may ask of its reader. What is larger gets one located error.
struct ReadingLimits: Sendable {
    /// Bytes of one file.
    var bytes = 4 << 20
    /// Mappings and lists inside each other.
    var depth = 100
    /// Keys, values, lists and mappings of one file, aliases counted with what they stand for.
    var values = 250_000
    /// Values that aliases (`*name`) may add to one file.
    var aliasedValues = 20_000
}
