/// An RSA key that signs (RFC 8017): PKCS #1 version 1.5, by the Chinese remainder theorem.
public struct RSAPrivateKey: Sendable {
    /// The key that verifies what this one signs.
    public let publicKey: RSAPublicKey
    private let p: [UInt8]
    private let q: [UInt8]
    private let firstExponent: [UInt8]
    private let secondExponent: [UInt8]
    private let coefficient: [UInt8]
    /// Bytes of a signature.
    private let length: Int

    /// The numbers of RFC 8017 section 3.2, the highest byte first: `p` and `q` of the same length.
    /// - Returns: nil where they cannot belong together.
    public init?(
        modulus: [UInt8],
        exponent: [UInt8],
        p: [UInt8],
        q: [UInt8],
        firstExponent: [UInt8],
        secondExponent: [UInt8],
        coefficient: [UInt8],
    ) {
        let numbers = [p, q, firstExponent, secondExponent, coefficient].map { Array($0.drop { $0 == 0 }) }
        let modulus = Array(modulus.drop { $0 == 0 })
        guard let publicKey = RSAPublicKey(modulus: modulus, exponent: exponent), numbers.allSatisfy({ $0.count <= 512 }) else {
            return nil
        }
        self.publicKey = publicKey
        length = modulus.count
        (self.p, self.q) = (numbers[0], numbers[1])
        (self.firstExponent, self.secondExponent, self.coefficient) = (numbers[2], numbers[3], numbers[4])
        let count = words
        guard count > 0, modulus.count <= 16 * count,
            SecretModulus.product(SecretModulus.words(self.p, count: count), SecretModulus.words(self.q, count: count))
                == SecretModulus.words(modulus, count: 2 * count)
        else { return nil }
    }

    /// Of each prime.
    private var words: Int { (max(p.count, q.count) + 7) / 8 }

    /// RSASSA-PKCS1-v1_5 (section 8.2.1).
    /// - Returns: nil where the numbers of the key do not belong together, so that nothing wrong gets out of which
    ///   one could compute the primes.
    public func signature(of message: [UInt8], _ hash: HashFunction) -> [UInt8]? {
        let count = words
        guard let encoded = RSAPublicKey.encoded(message, hash, length: length),
            let first = SecretModulus(SecretModulus.words(p, count: count)),
            let second = SecretModulus(SecretModulus.words(q, count: count))
        else { return nil }
        func number(_ bytes: [UInt8]) -> SecretModulus.Words { SecretModulus.words(bytes, count: count) }
        let text = SecretModulus.words(encoded, count: 2 * count)
        let left = first.power(first.residue(wide: text), number(firstExponent))
        let right = second.number(second.power(second.residue(wide: text), number(secondExponent)))
        let difference = first.subtract(left, first.residue(right))
        let factor = first.number(first.multiply(difference, first.residue(number(coefficient))))
        var sum = SecretModulus.product(factor, second.value)
        var carry: UInt64 = 0
        for index in sum.indices {
            let (low, over) = sum[index].addingReportingOverflow(index < count ? right[index] : 0)
            let (total, overAgain) = low.addingReportingOverflow(carry)
            sum[index] = total
            carry = (over ? 1 : 0) + (overAgain ? 1 : 0)
        }
        let signature = SecretModulus.bytes(sum, count: length)
        return publicKey.verifies(signature, of: message, hash) ? signature : nil
    }
}
