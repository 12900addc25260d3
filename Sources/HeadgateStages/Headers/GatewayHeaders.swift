import Headgate

/// The header fields that the gateway puts into a backend's request by itself.
enum GatewayHeaders {
    static let apiID = "X-Amzn-Apigateway-Api-Id"
    static let trace = "X-Amzn-Trace-Id"
    /// What a response header is renamed with when its own name is the gateway's.
    static let remapPrefix = "x-amzn-Remapped-"

    /// `Accept`, `User-Agent` and the API's id, where nothing has set them (recorded on the service).
    static func addDefaults(to headers: inout Headers, _ exchange: Exchange) {
        if !headers.contains("Accept") { headers.addUnchecked("Accept", "application/json") }
        let id = exchange.deployment.apiID
        // The id is the operator's text: what no field value may hold is not sent.
        guard HeaderSyntax.isFieldValue(id) else { return }
        if !headers.contains("User-Agent") { headers.addUnchecked("User-Agent", "AmazonAPIGateway_" + id) }
        if !headers.contains(apiID) { headers.addUnchecked(apiID, id) }
    }
}
