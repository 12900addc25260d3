/// The deployment stage that an exchange runs in: what `$context.stage`, `$context.apiId` and
/// `$stageVariables` say. (API Gateway's "stage" is a *deployment stage* here; a stage is a step of a pipeline.)
public struct Deployment: Sendable {
    private struct Members {
        var apiID: String
        var accountID: String
        var name: String
        var region: String
        var variables: [(name: String, value: String)]
        var isCanary: Bool?
    }

    /// Every exchange has a copy, so that a copy is one reference. Changed only where it is the only one.
    private final class Storage: @unchecked Sendable {
        var members: Members

        init(_ members: Members) {
            self.members = members
        }
    }

    private var storage: Storage

    private var members: Members {
        get { storage.members }
        set {
            if isKnownUniquelyReferenced(&storage) { storage.members = newValue } else { storage = Storage(newValue) }
        }
    }

    /// A deployment stage. The defaults are those of a gateway that was told nothing.
    public init(
        apiID: String = "headgate",
        accountID: String = "000000000000",
        name: String = "local",
        region: String = "us-east-1",
        variables: [(name: String, value: String)] = [],
    ) {
        storage = Storage(
            Members(apiID: apiID, accountID: accountID, name: name, region: region, variables: variables)
        )
    }

    /// `$context.apiId`.
    public var apiID: String {
        get { storage.members.apiID }
        set { members.apiID = newValue }
    }

    /// `$context.accountId`, twelve digits.
    public var accountID: String {
        get { storage.members.accountID }
        set { members.accountID = newValue }
    }

    /// `$context.stage`, also the first path segment when served under `/{stage}`.
    public var name: String {
        get { storage.members.name }
        set { members.name = newValue }
    }

    /// The region in ARNs and in the scope of signatures, e.g. `eu-central-1`.
    public var region: String {
        get { storage.members.region }
        set { members.region = newValue }
    }

    /// `$stageVariables`, in the order of their declaration.
    public var variables: [(name: String, value: String)] {
        get { storage.members.variables }
        set { members.variables = newValue }
    }

    /// `$context.isCanaryRequest`; nil where the deployment stage has no canary.
    public var isCanary: Bool? {
        get { storage.members.isCanary }
        set { members.isCanary = newValue }
    }

    /// The value of a stage variable, name by exact spelling; nil if there is none.
    public func variable(_ name: String) -> String? {
        for variable in storage.members.variables where variable.name == name {
            return variable.value
        }
        return nil
    }
}
