extension GatewayFailure {
    /// The response that the service gives by default for this failure.
    ///
    /// Failures in front of the integration have no space behind the colon, those of the integration
    /// phase (validation and 5xx) do: recorded lengths of the real service's bodies.
    public func response() -> MethodResponse {
        let spaced = status >= 500 || type == .badRequestBody || type == .badRequestParameters || type == .default4XX
        let key = type == .accessDenied ? "Message" : "message"
        var body = "{\"\(key)\":"
        if let message {
            if spaced { body += " " }
            body += "\""
            for scalar in message.unicodeScalars {
                switch scalar {
                case "\"": body += "\\\""
                case "\\": body += "\\\\"
                case _ where scalar.value < 0x20: body += " "
                default: body.unicodeScalars.append(scalar)
                }
            }
            body += "\"}"
        } else {
            body += "null}"
        }
        return MethodResponse(
            status: status,
            headers: ["Content-Type": "application/json", "x-amzn-ErrorType": type.errorType],
            body: Body(body),
        )
    }
}
