import Headgate

/// The kinds of stage in this module.
public enum AWSStages {
    /// In the order of the reference.
    public static let declarations: [StageDeclaration] = [
        CredentialsStage.declaration, AWSStage.declaration, LambdaStage.declaration, LambdaProxyStage.declaration,
    ]
}
