import Headgate

/// The environment variables of a function's process: as in Lambda; what the function's own block says comes last.
enum FunctionEnvironment {
    /// - Parameter gateway: the gateway's own environment, of which functions see little.
    static func variables(
        _ definition: FunctionDefinition,
        _ gateway: [String: String],
        port: Int,
    ) -> [(String, String)] {
        let region = region(gateway)
        var variables = [
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:\(port)",
            "AWS_LAMBDA_FUNCTION_NAME": definition.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(definition.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/" + definition.name,
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_EXECUTION_ENV": "AWS_Lambda_headgate",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "_HANDLER": definition.handler,
            "LAMBDA_TASK_ROOT": definition.code,
            "LAMBDA_RUNTIME_DIR": definition.code,
            "TZ": ":UTC",
            "PYTHONUNBUFFERED": "1",
        ]
        for name in ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH"] { variables[name] = gateway[name] }
        for (name, value) in gateway where name.hasPrefix("AWS_ENDPOINT_URL") { variables[name] = value }
        for (name, value) in definition.environment { variables[name] = value }
        return variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    static func region(_ gateway: [String: String]) -> String {
        gateway["AWS_REGION"] ?? gateway["AWS_DEFAULT_REGION"] ?? "us-east-1"
    }
}
