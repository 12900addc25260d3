/// A key on one of the NIST curves P-256 and P-384 that makes ECDSA signatures (FIPS 186-5), with nonces that follow
/// from key and message (RFC 6979), so that no bad source of random numbers can give the key away.
public struct ECPrivateKey: Sendable {
    /// The curve, which also says which hash a signature takes.
    public let curve: ECPublicKey.Curve
    private let scalar: [UInt8]

    /// - Parameter scalar: the private number, the highest byte first, as long as the field.
    /// - Returns: nil for a number that is no key of the curve.
    public init?(_ curve: ECPublicKey.Curve, scalar: [UInt8]) {
        let parameters = CurveParameters.of(curve)
        guard scalar.count == parameters.length, scalar.contains(where: { $0 != 0 }),
            Natural(bytes: scalar) < parameters.order
        else { return nil }
        self.curve = curve
        self.scalar = scalar
    }

    /// r and s, each as long as the field, one behind the other (RFC 7518 section 3.4).
    /// - Parameter hash: as long as the field.
    public func signature(of message: [UInt8], _ hash: HashFunction) -> [UInt8]? {
        let parameters = CurveParameters.of(curve)
        let (length, count) = (parameters.length, parameters.length / 8)
        guard hash.length == length, let scalars = SecretModulus(parameters.order.words),
            let group = SecretCurveGroup(parameters)
        else { return nil }
        let key = scalars.residue(SecretModulus.words(scalar, count: count))
        let digest = scalars.residue(SecretModulus.words(hash.digest(message), count: count))
        var nonces = Nonces(key: scalar, digest: SecretModulus.bytes(scalars.number(digest), count: length), hash)
        // A nonce that is too large is as likely as a collision; so is one whose r or s is 0.
        for _ in 0..<64 {
            let nonce = SecretModulus.words(nonces.next(), count: count)
            guard SecretModulus.isBelow(nonce, scalars.value) == 1, nonce.contains(where: { $0 != 0 }) else { continue }
            let r = scalars.residue(group.x(ofMultiple: nonce))
            let sum = scalars.add(digest, scalars.multiply(r, key))
            let s = scalars.multiply(scalars.inverted(scalars.residue(nonce)), sum)
            let (first, second) = (scalars.number(r), scalars.number(s))
            guard first.contains(where: { $0 != 0 }), second.contains(where: { $0 != 0 }) else { continue }
            return SecretModulus.bytes(first, count: length) + SecretModulus.bytes(second, count: length)
        }
        return nil
    }
}

/// The nonces of a signature (RFC 6979 section 3.2), for curves whose order is as long as the hash.
private struct Nonces {
    private let hash: HashFunction
    private var key: [UInt8]
    private var value: [UInt8]
    private var isFirst = true

    init(key scalar: [UInt8], digest: [UInt8], _ hash: HashFunction) {
        self.hash = hash
        key = [UInt8](repeating: 0, count: hash.length)
        value = [UInt8](repeating: 1, count: hash.length)
        for round: UInt8 in 0...1 {
            key = HMAC.code(hash, key: key, value + [round] + scalar + digest)
            value = HMAC.code(hash, key: key, value)
        }
    }

    mutating func next() -> [UInt8] {
        if !isFirst {
            key = HMAC.code(hash, key: key, value + [0])
            value = HMAC.code(hash, key: key, value)
        }
        isFirst = false
        value = HMAC.code(hash, key: key, value)
        return value
    }
}

/// Points in projective coordinates, (X : Y : Z) for (X/Z, Y/Z), added by formulas that have no exceptions (Renes,
/// Costello and Batina 2016, algorithm 4), so that every multiplication takes the same steps.
private struct SecretCurveGroup {
    private typealias Words = SecretModulus.Words

    private struct Point {
        var x: Words
        var y: Words
        var z: Words
    }

    private let field: SecretModulus
    private let b: Words
    private let generator: Point

    init?(_ parameters: CurveParameters) {
        let count = parameters.length / 8
        guard let field = SecretModulus(parameters.prime.words) else { return nil }
        func residue(_ number: Natural) -> Words { field.residue((0..<count).map { number.word($0) }) }
        self.field = field
        b = residue(parameters.b)
        generator = Point(x: residue(parameters.x), y: residue(parameters.y), z: field.one)
    }

    /// The first coordinate of the generator's multiple.
    func x(ofMultiple scalar: SecretModulus.Words) -> SecretModulus.Words {
        var sum = Point(x: field.zero, y: field.one, z: field.zero)
        for word in scalar.reversed() {
            for shift in (UInt64(0)..<64).reversed() {
                sum = add(sum, sum)
                let next = add(sum, generator)
                let bit = word >> shift & 1
                sum = Point(
                    x: SecretModulus.chosen(sum.x, next.x, bit),
                    y: SecretModulus.chosen(sum.y, next.y, bit),
                    z: SecretModulus.chosen(sum.z, next.z, bit),
                )
            }
        }
        return field.number(field.multiply(sum.x, field.inverted(sum.z)))
    }

    private func add(_ p: Point, _ q: Point) -> Point {
        let xx = field.multiply(p.x, q.x)
        let yy = field.multiply(p.y, q.y)
        let zz = field.multiply(p.z, q.z)
        let xy = field.subtract(field.multiply(field.add(p.x, p.y), field.add(q.x, q.y)), field.add(xx, yy))
        let yz = field.subtract(field.multiply(field.add(p.y, p.z), field.add(q.y, q.z)), field.add(yy, zz))
        let xz = field.subtract(field.multiply(field.add(p.x, p.z), field.add(q.x, q.z)), field.add(xx, zz))
        let u = times3(field.subtract(xz, field.multiply(b, zz)))
        let zz3 = times3(zz)
        let v = times3(field.subtract(field.subtract(field.multiply(b, xz), zz3), xx))
        let w = field.subtract(times3(xx), zz3)
        let (plus, minus) = (field.add(yy, u), field.subtract(yy, u))
        return Point(
            x: field.subtract(field.multiply(xy, plus), field.multiply(yz, v)),
            y: field.add(field.multiply(plus, minus), field.multiply(w, v)),
            z: field.add(field.multiply(yz, minus), field.multiply(xy, w)),
        )
    }

    private func times3(_ a: Words) -> Words { field.add(field.add(a, a), a) }
}
