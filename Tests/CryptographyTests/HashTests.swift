import Cryptography
import Testing

/// Results of Python's hashlib and hmac: lengths around the ends of blocks. The first 16 bytes of each.
@Suite("Hashes")
struct HashTests {
    static let rows: [(message: String, digests: [String], codes: [String])] = [
        (
            "",
            [
                "e3b0c44298fc1c149afbf4c8996fb924", "38b060a751ac96384cd9327eb1b1e36a",
                "cf83e1357eefb8bdf1542850d66d8007",
            ],
            [
                "e528c4d99e6177f5841f712a143b9084", "99a3e582616cf02ec24dcf355fbb9e1c",
                "768c8b8791fd5a59d1cd1edb860054d7",
            ],
        ),
        (
            "abc",
            [
                "ba7816bf8f01cfea414140de5dae2223", "cb00753f45a35e8bb5a03d699ac65007",
                "ddaf35a193617abacc417349ae204131",
            ],
            [
                "6301399be2e1b1473cc7cc3899381d94", "e238b408141d438a6d45b29b69ebf3a5",
                "d31cfa60853790aa522e2b6a43813056",
            ],
        ),
        (
            String(repeating: "x", count: 55),
            [
                "d5e285683cd4efc02d021a5c62014694", "a66523395070ed9a9f4be8faab9d76cb",
                "db9981645857e59805132f7699e78bbc",
            ],
            [
                "a2d790594f6a2039efbcc7031e500107", "0c2b37ff1eb9724f3fab9e90b9b769ba",
                "b0b3d6e241b0173abd53b7e5c75d746b",
            ],
        ),
        (
            String(repeating: "x", count: 56),
            [
                "04c26261370ee7541549d16dee320c72", "ab8d350a9c9d2b1bf44d3289a3ea0d28",
                "a9436ec7761f9f0d5fa48e652d72b546",
            ],
            [
                "e4be62ac3692c4b59465feb7fd77d373", "e0c1d6adeb32b1da9a813a8977d80211",
                "301071d9ca645dea3ff1fe5db9bb980b",
            ],
        ),
        (
            String(repeating: "x", count: 63),
            [
                "75220b47218278e656f2013bb8f0c455", "428e02e91d6914ff41ded7620dfb1233",
                "a6662db83dd0037dd13091be284aa0ec",
            ],
            [
                "037bb6244e35f7f179eb3d1e4accbb4e", "c3263a607549e4bb9443db6743b4e4a0",
                "74bdacf3d4af5b47602b355005ac0533",
            ],
        ),
        (
            String(repeating: "x", count: 64),
            [
                "7ce100971f64e7001e8fe5a51973ecdf", "06122472d006e27564bf1287c9623bbd",
                "791c91ff44685987a5c01d2811eede6f",
            ],
            [
                "f9dc13e14b94d16b160657e11f77843e", "aa21bbb56935c7bd694afe60bea50934",
                "cd0e70b275b418ceb4d6083a0b27cb5a",
            ],
        ),
        (
            String(repeating: "x", count: 111),
            [
                "5ba60613dba318e9ed9020301e5dc59c", "dfec6588f894c2b089119e1884a23941",
                "9a2a120825c2319867758ec277924f6f",
            ],
            [
                "5ad34bec88a9ca5b87131ed043e8a348", "3c5b072470fdf25d855a7fb2c6a08897",
                "ee90404226aa2ae15be44e15b11b581f",
            ],
        ),
        (
            String(repeating: "x", count: 112),
            [
                "87bf6e70ecc829aa717756ac6797b82d", "d8489693bc428374931aedf508740398",
                "a3722b515ef40c910f2419f6e0da8ca5",
            ],
            [
                "ac057de6defcfef57c6c0dc9ceb21af6", "3783340d11634ff65c0fdb7d37260791",
                "ca1639ac13e27b5f46c6fa91acdc837d",
            ],
        ),
        (
            String(repeating: "x", count: 127),
            [
                "70156a14adbabf98cff3a71c7084b417", "7f90015607d4c124f9b89bea8aa5b246",
                "1d5a8893e7b7ed83d485d26f88cfb846",
            ],
            [
                "25baece9bc477ba4048dbb0c07a22be5", "5b8ff90ad1c1d35eb0a623c8dd695e76",
                "97b6c0a8b87fa36a09d7b6304c4a5729",
            ],
        ),
        (
            String(repeating: "x", count: 128),
            [
                "24da1b81d0b16df6428eee73c69fcb2a", "e660584956c8b1df44c92acb7c8eccfe",
                "e2e22f8422b54b06e35c3ea30a383d1d",
            ],
            [
                "8730619c460bd1d4470a1a4db6bc6f68", "3bbeaa9ad647fc02e6fbcab764d3754e",
                "382dea75a4bea3b79a0681c4aa9c54ca",
            ],
        ),
        (
            String(repeating: "x", count: 1000),
            [
                "44f8354494a5ba03ba1792a8d3e9c534", "f096805600f4ca46f56b08074af11e7e",
                "ae13575c5d98bfa689617bb19f0f55ef",
            ],
            [
                "f9b3e3414ea0742591e722011dace535", "4575173ac1582703a588d43261400f7a",
                "aa078c669d4a9a1bd127fe776a44f088",
            ],
        ),
    ]

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.prefix(16).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }

    @Test("Digests, and codes with the message as key", arguments: rows.indices)
    func hashes(index: Int) {
        let row = Self.rows[index]
        let message = Array(row.message.utf8)
        for (function, (digest, code)) in zip(HashFunction.allCases, zip(row.digests, row.codes)) {
            #expect(Self.hex(function.digest(message)) == digest)
            #expect(function.digest(message).count == function.length)
            #expect(Self.hex(HMAC.code(function, key: Array(message.prefix(200)), Array("data".utf8))) == code)
        }
    }
}
