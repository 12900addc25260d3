import Headgate
import SigV4

extension IntegrationRequest {
    /// Signs the request as it stands: nothing of it may change afterwards. Its query is brought into the
    /// form that signatures know.
    mutating func sign(_ signer: RequestSigner, _ credentials: Credentials, at time: SigningTime) {
        guard let endpoint else { return }
        headers.remove("Authorization")
        let host = headers.first("Host") ?? endpoint.authority
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(headers.count + 1)
        for field in headers.fields where !field.name.equalsIgnoringASCIICase("Host") {
            fields.append((field.name, field.value))
        }
        fields.append(("Host", host))
        let signature = signer.sign(
            SignableRequest(method: method, path: path, query: query.isEmpty ? nil : query.encoded, headers: fields),
            payload: .bytes(body.bytes ?? []),
            credentials,
            at: time,
        )
        for header in signature.headers { headers.setUnchecked(header.name, header.value) }
    }
}
