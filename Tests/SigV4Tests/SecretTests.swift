import SigV4
import Testing

struct SecretTests {
    private let canary = "canary-wJalrXUtnFEMI"

    @Test func nothingPrintsASecret() {
        let credentials = Credentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: canary, sessionToken: canary)
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(["credentials": [Optional(credentials)]], to: &dumped)
        let texts = [
            dumped, "\(credentials)", String(describing: credentials), String(reflecting: credentials),
            "\(credentials.secretAccessKey)", String(reflecting: credentials.sessionToken),
            credentials.secretAccessKey.debugDescription,
            "\(Mirror(reflecting: credentials.secretAccessKey).children.map { $0 })",
        ]
        for text in texts { #expect(!text.contains("canary")) }
        #expect("\(credentials.secretAccessKey)" == "(secret)")
        #expect(credentials.secretAccessKey.revealed == canary)
    }

    @Test func comparesWholeTexts() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("a") != Secret("aa"))
    }
}
