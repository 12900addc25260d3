import Headgate

/// The kinds of stage in this module.
public enum HTTPStages {
    /// In the order of the reference.
    public static let declarations: [StageDeclaration] = [HTTPStage.declaration, HTTPProxyStage.declaration]
}
