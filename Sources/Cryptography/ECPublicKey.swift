/// A key on one of the NIST curves P-256 and P-384 that verifies ECDSA signatures (FIPS 186-5).
public struct ECPublicKey: Sendable {
    /// The curves of FIPS 186-5, by the names that `crv` has for them in a JWK (RFC 7518 section 6.2.1.1).
    public enum Curve: String, Sendable { case p256 = "P-256", p384 = "P-384" }

    private let curve: Curve
    private let x: [UInt8]
    private let y: [UInt8]

    /// Nil for a point that is not on the curve.
    public init?(_ curve: Curve, x: [UInt8], y: [UInt8]) {
        let parameters = CurveParameters.of(curve)
        guard x.count == parameters.length, y.count == parameters.length, let field = Modulus(parameters.prime) else { return nil }
        let (a, b) = (Natural(bytes: x), Natural(bytes: y))
        guard a < parameters.prime, b < parameters.prime else { return nil }
        let (left, right) = (field.residue(a), field.residue(b))
        // y² = x³ − 3x + b
        let cube = field.multiply(field.multiply(left, left), left)
        let three = field.add(field.add(left, left), left)
        guard field.multiply(right, right) == field.add(field.subtract(cube, three), field.residue(parameters.b)) else { return nil }
        self.curve = curve
        self.x = x
        self.y = y
    }

    /// - Parameter signature: r and s, each as long as the field, one behind the other (RFC 7518 section 3.4).
    public func verifies(_ signature: [UInt8], of message: [UInt8], _ hash: HashFunction) -> Bool {
        let parameters = CurveParameters.of(curve)
        guard signature.count == 2 * parameters.length, let scalars = Modulus(parameters.order),
            let field = Modulus(parameters.prime)
        else { return false }
        let r = Natural(bytes: signature[..<parameters.length])
        let s = Natural(bytes: signature[parameters.length...])
        guard !r.isZero, !s.isZero, r < parameters.order, s < parameters.order else { return false }
        var digest = Natural(bytes: hash.digest(message).prefix(parameters.length))
        if !(digest < parameters.order) { digest = digest - parameters.order }
        let inverse = scalars.inverted(scalars.residue(s))
        let group = CurveGroup(field: field)
        let sum = group.sum(
            scalars.number(scalars.multiply(scalars.residue(digest), inverse)),
            group.point(parameters.x, parameters.y),
            scalars.number(scalars.multiply(scalars.residue(r), inverse)),
            group.point(Natural(bytes: x), Natural(bytes: y)),
        )
        guard var result = group.x(of: sum) else { return false }
        if !(result < parameters.order) { result = result - parameters.order }
        return result == r
    }
}

/// Field, curve, generator and order (SP 800-186 section 3.2.1).
struct CurveParameters {
    let prime: Natural
    let b: Natural
    let x: Natural
    let y: Natural
    let order: Natural
    /// Bytes of a coordinate.
    let length: Int

    static func of(_ curve: ECPublicKey.Curve) -> CurveParameters {
        switch curve {
        case .p256:
            CurveParameters(
                prime: Natural(hex: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
                b: Natural(hex: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
                x: Natural(hex: "6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"),
                y: Natural(hex: "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"),
                order: Natural(hex: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"),
                length: 32)
        case .p384:
            CurveParameters(
                prime: Natural(
                    hex: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF"),
                b: Natural(
                    hex: "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF"),
                x: Natural(
                    hex: "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7"),
                y: Natural(
                    hex: "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F"),
                order: Natural(
                    hex: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973"),
                length: 48)
        }
    }
}

/// Points in Jacobian coordinates on a curve with a = −3: (X, Y, Z) stands for (X/Z², Y/Z³), Z = 0 for infinity.
private struct CurveGroup {
    let field: Modulus

    struct Point {
        var x: Modulus.Residue
        var y: Modulus.Residue
        var z: Modulus.Residue
    }

    func point(_ x: Natural, _ y: Natural) -> Point {
        Point(x: field.residue(x), y: field.residue(y), z: field.one)
    }

    var infinity: Point { Point(x: field.one, y: field.one, z: field.zero) }

    func x(of point: Point) -> Natural? {
        guard !point.z.isZero else { return nil }
        let inverse = field.inverted(point.z)
        return field.number(field.multiply(point.x, field.multiply(inverse, inverse)))
    }

    /// `a · p + b · q`, both multiplications in one pass.
    func sum(_ a: Natural, _ p: Point, _ b: Natural, _ q: Point) -> Point {
        let both = add(p, q)
        var result = infinity
        for index in (0..<max(a.bitCount, b.bitCount)).reversed() {
            result = double(result)
            switch (a.bit(index), b.bit(index)) {
            case (true, true): result = add(result, both)
            case (true, false): result = add(result, p)
            case (false, true): result = add(result, q)
            case (false, false): break
            }
        }
        return result
    }

    /// The formulas "dbl-2001-b" of the Explicit-Formulas Database.
    private func double(_ p: Point) -> Point {
        if p.z.isZero { return p }
        let delta = square(p.z)
        let gamma = square(p.y)
        let beta = field.multiply(p.x, gamma)
        let product = field.multiply(field.subtract(p.x, delta), field.add(p.x, delta))
        let alpha = field.add(field.add(product, product), product)
        let four = times4(beta)
        let x = field.subtract(square(alpha), field.add(four, four))
        let z = field.subtract(field.subtract(square(field.add(p.y, p.z)), gamma), delta)
        let eight = field.add(times4(square(gamma)), times4(square(gamma)))
        let y = field.subtract(field.multiply(alpha, field.subtract(four, x)), eight)
        return Point(x: x, y: y, z: z)
    }

    /// The formulas "add-1998-cmo-2" of the Explicit-Formulas Database.
    private func add(_ p: Point, _ q: Point) -> Point {
        if p.z.isZero { return q }
        if q.z.isZero { return p }
        let (zp, zq) = (square(p.z), square(q.z))
        let (up, uq) = (field.multiply(p.x, zq), field.multiply(q.x, zp))
        let (sp, sq) = (field.multiply(p.y, field.multiply(q.z, zq)), field.multiply(q.y, field.multiply(p.z, zp)))
        let h = field.subtract(uq, up)
        let r = field.subtract(sq, sp)
        if h.isZero { return r.isZero ? double(p) : infinity }
        let hh = square(h)
        let hhh = field.multiply(h, hh)
        let v = field.multiply(up, hh)
        let x = field.subtract(field.subtract(square(r), hhh), field.add(v, v))
        let y = field.subtract(field.multiply(r, field.subtract(v, x)), field.multiply(sp, hhh))
        return Point(x: x, y: y, z: field.multiply(field.multiply(p.z, q.z), h))
    }

    private func square(_ a: Modulus.Residue) -> Modulus.Residue { field.multiply(a, a) }

    private func times4(_ a: Modulus.Residue) -> Modulus.Residue {
        let two = field.add(a, a)
        return field.add(two, two)
    }
}
