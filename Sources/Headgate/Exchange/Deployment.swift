/// The deployment stage that an exchange runs in: what `$context.stage`, `$context.apiId` and
/// `$stageVariables` say. (API Gateway's "stage" is a *deployment stage* here; a stage is a step of a pipeline.)
public struct Deployment: Sendable {
    /// `$context.apiId`.
    public var apiID: String
    /// `$context.accountId`, twelve digits.
    public var accountID: String
    /// `$context.stage`, also the first path segment when served under `/{stage}`.
    public var name: String
    public var region: String
    /// `$stageVariables`, in the order of their declaration.
    public var variables: [(name: String, value: String)]
    /// `$context.isCanaryRequest`; nil where the deployment stage has no canary.
    public var isCanary: Bool?

    public init(
        apiID: String = "headgate",
        accountID: String = "000000000000",
        name: String = "local",
        region: String = "us-east-1",
        variables: [(name: String, value: String)] = [],
    ) {
        self.apiID = apiID
        self.accountID = accountID
        self.name = name
        self.region = region
        self.variables = variables
    }

    public func variable(_ name: String) -> String? {
        for variable in variables where variable.name == name {
            return variable.value
        }
        return nil
    }
}
