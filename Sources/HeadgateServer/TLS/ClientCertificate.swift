import HeadgateStages
import NIOSSL
import OrderedJSON

/// What `$context.identity.clientCert` tells of a client's certificate, with API Gateway's members.
struct ClientCertificate: Sendable {
    /// `{clientCert: {clientCertPem, subjectDN, issuerDN, serialNumber, validity: {notBefore, notAfter}}}`
    let identity: JSONValue

    /// nil for a certificate that cannot be read, which no handshake lets through.
    init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes(), let names = CertificateNames(der: der) else { return nil }
        let members: JSONValue = [
            "clientCertPem": .string(Self.pem(der)),
            "subjectDN": .string(names.subject),
            "issuerDN": .string(names.issuer),
            "serialNumber": .string(Self.serial(certificate.serialNumber)),
            "validity": [
                "notBefore": .string(Self.date(Int64(certificate.notValidBefore))),
                "notAfter": .string(Self.date(Int64(certificate.notValidAfter))),
            ],
        ]
        identity = ["clientCert": members]
    }

    private static func pem(_ der: [UInt8]) -> String {
        var out = "-----BEGIN CERTIFICATE-----\n"
        for (index, letter) in Base64.encode(der).enumerated() {
            if index > 0, index % 64 == 0 { out += "\n" }
            out.unicodeScalars.append(Unicode.Scalar(letter))
        }
        return out + "\n-----END CERTIFICATE-----\n"
    }

    /// `a1:0f:…`
    private static func serial(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    /// `May 28 12:30:02 2019 GMT`, the form of OpenSSL.
    private static func date(_ seconds: Int64) -> String {
        let words = String(decoding: HTTPDate.bytes(seconds), as: UTF8.self).split(separator: " ")
        guard words.count == 6 else { return "" }
        let day = words[1].first == "0" ? " " + words[1].dropFirst() : String(words[1])
        return "\(words[2]) \(day) \(words[4]) \(words[3]) GMT"
    }
}
