/// What tags (`!Name`) in front of values mean in a file.
public enum YAMLTags: Sendable {
    /// Nothing: each is an error. How pipeline files are read.
    case refused
    /// The functions of CloudFormation templates: `!Sub x` reads as `Fn::Sub: x`, `!Ref x` as `Ref: x`.
    case functions

    /// The key that a tag stands for; nil for what is no function.
    func function(of tag: String) -> String? {
        guard case .functions = self, tag.first == "!", tag.utf8.count > 1 else { return nil }
        let name = String(tag.dropFirst())
        guard name.utf8.allSatisfy({ ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }) else { return nil }
        return name == "Ref" || name == "Condition" ? name : "Fn::" + name
    }
}
