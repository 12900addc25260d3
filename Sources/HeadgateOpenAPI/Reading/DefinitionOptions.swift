import Headgate

/// What an import is told beside the definition.
public struct DefinitionOptions: Sendable {
    /// What becomes of a definition's base path (`basepath` of API Gateway's import).
    public enum BasePath: String, Sendable, CaseIterable {
        /// It has no effect.
        case ignore
        /// It stands in front of every path.
        case prepend
        /// Its first segment is left out, the rest stands in front of every path.
        case split
    }

    /// Values for `${NAME}`, parameters and resources of templates (`--var NAME=VALUE`).
    public var variables: [String: String] = [:]
    /// What becomes of the base path. The default is the service's, ``BasePath/ignore``.
    public var basePath = BasePath.ignore
    /// `AWS::Region`, and the region of ARNs that the import makes.
    public var region = "us-east-1"
    /// Twelve digits.
    public var accountID = "000000000000"
    /// `AWS::Partition`, e.g. `aws-cn`.
    public var partition = "aws"
    /// `AWS::StackName`.
    public var stackName = "headgate"
    /// The deployment stage that is served; nil takes the definition's, else `local`.
    public var deploymentStage: String?
    /// Of a template with several APIs, the one with this logical id or name.
    public var api: String?
    /// Warnings are errors (`failonwarnings` of API Gateway's import).
    public var isStrict = false
    /// Told which other files were read: those that a template includes.
    public var consulted: ConsultedFiles?

    /// The defaults, which need no account.
    public init() {}

    /// CloudFormation's pseudo parameters, without `AWS::`.
    var pseudoParameters: [String: String] {
        [
            "Region": region, "AccountId": accountID, "Partition": partition, "StackName": stackName,
            "URLSuffix": "amazonaws.com",
            "StackId": "arn:\(partition):cloudformation:\(region):\(accountID):stack/\(stackName)/0",
        ]
    }
}
