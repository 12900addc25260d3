import Headgate

/// The kinds of stage in this module.
public enum BuiltInStages {
    /// In the order in which a pipeline has them.
    public static let declarations: [StageDeclaration] = [
        ResourcePolicyStage.declaration, IAMAuthorizerStage.declaration, LambdaAuthorizerStage.declaration,
        JWTAuthorizerStage.declaration, APIKeyStage.declaration, ThrottleStage.declaration, DecompressStage.declaration,
        ValidateStage.declaration, RequestStage.declaration, MockStage.declaration, SelectStage.declaration,
        ResponseStage.declaration, CompressStage.declaration,
    ]
}
