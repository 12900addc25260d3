/// What stands in place of a value that only a deployed stack knows: a name or an ARN that is made from
/// the logical id, so that an import can go on and the call that needs it fails clearly.
struct Placeholders: Sendable {
    let options: DefinitionOptions

    /// - Parameters:
    ///   - name: the logical id, or the variable's name.
    ///   - attribute: of `Fn::GetAtt`; nil for a reference.
    ///   - type: the resource's type; nil where it is not known.
    ///   - before: the text in front, which tells what is meant in an ARN.
    func value(of name: String, attribute: String?, type: String?, before: String = "") -> String {
        if attribute == nil, let known = ambient(name) { return known }
        let isFunction = before.hasSuffix("/functions/")
        let type = type ?? Self.guess(name, attribute: attribute, isFunction: isFunction)
        switch attribute {
        case "Arn", "FunctionArn", "TopicArn", "StreamArn", "LatestStreamLabel":
            return arn(of: name, type: type)
        case let attribute? where Self.isHostName(attribute):
            return Self.host(name)
        case .some:
            return name
        case nil:
            if isFunction { return arn(of: name, type: "AWS::Lambda::Function") }
            return isReferencedByARN(type) ? arn(of: name, type: type) : name
        }
    }

    /// A URL on which nobody listens.
    static func url(_ name: String) -> String { "http://" + host(name) }

    /// Terraform's and other tools' names for what the environment says.
    private func ambient(_ name: String) -> String? {
        let letters = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        switch letters {
        case "region", "awsregion", "currentregion": return options.region
        case "account", "accountid", "awsaccountid", "awsaccount": return options.accountID
        case "partition", "awspartition": return options.partition
        default: return nil
        }
    }

    /// RFC 2606: `.invalid` resolves nowhere.
    private static func host(_ name: String) -> String {
        let label = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return String(label.prefix(63)) + ".invalid"
    }

    private static func isHostName(_ attribute: String) -> Bool {
        ["DNSName", "DomainName", "DefaultDomain", "RegionalDomainName", "Endpoint.Address", "PublicDnsName"].contains(
            attribute
        )
            || attribute.hasSuffix("DomainName")
    }

    private static func guess(_ name: String, attribute: String?, isFunction: Bool) -> String? {
        if isFunction { return "AWS::Lambda::Function" }
        guard attribute != nil else { return nil }
        let lower = name.lowercased()
        let words: [(String, String)] = [
            ("role", "AWS::IAM::Role"), ("userpool", "AWS::Cognito::UserPool"), ("queue", "AWS::SQS::Queue"),
            ("topic", "AWS::SNS::Topic"), ("table", "AWS::DynamoDB::Table"), ("bucket", "AWS::S3::Bucket"),
            ("statemachine", "AWS::StepFunctions::StateMachine"), ("stream", "AWS::Kinesis::Stream"),
            ("eventbus", "AWS::Events::EventBus"),
        ]
        return words.first { lower.contains($0.0) }?.1 ?? "AWS::Lambda::Function"
    }

    private func isReferencedByARN(_ type: String?) -> Bool {
        ["AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"].contains(type)
    }

    private func arn(of name: String, type: String?) -> String {
        let (partition, region, account) = (options.partition, options.region, options.accountID)
        func regional(_ service: String, _ resource: String) -> String {
            "arn:\(partition):\(service):\(region):\(account):\(resource)"
        }
        switch type {
        case "AWS::IAM::Role": return "arn:\(partition):iam::\(account):role/\(name)"
        case "AWS::S3::Bucket": return "arn:\(partition):s3:::\(name)"
        case "AWS::Cognito::UserPool": return regional("cognito-idp", "userpool/\(region)_\(name)")
        case "AWS::SQS::Queue": return regional("sqs", name)
        case "AWS::SNS::Topic": return regional("sns", name)
        case "AWS::DynamoDB::Table": return regional("dynamodb", "table/\(name)")
        case "AWS::Serverless::SimpleTable": return regional("dynamodb", "table/\(name)")
        case "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine":
            return regional("states", "stateMachine:\(name)")
        case "AWS::Kinesis::Stream": return regional("kinesis", "stream/\(name)")
        case "AWS::KinesisFirehose::DeliveryStream": return regional("firehose", "deliverystream/\(name)")
        case "AWS::Events::EventBus": return regional("events", "event-bus/\(name)")
        default: return regional("lambda", "function:\(name)")
        }
    }
}
