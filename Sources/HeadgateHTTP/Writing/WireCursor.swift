import Headgate

/// Writes the bytes of a head into memory whose size was computed before. Never writes beyond its end:
/// what does not fit, or what no header may hold, makes it ``isBroken``, and then nothing is sent.
package struct WireCursor {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    package private(set) var count = 0
    package private(set) var isBroken = false

    package init(_ memory: UnsafeMutableRawBufferPointer) {
        self.memory = memory.bindMemory(to: UInt8.self)
    }

    @inline(__always)
    package mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    package mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        guard bytes.count <= memory.count - count, let start = memory.baseAddress else {
            isBroken = true
            return
        }
        (start + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    package mutating func put(_ text: String) {
        text.withBytes { put($0) }
    }

    @inline(__always)
    package mutating func put(_ byte: UInt8) {
        guard count < memory.count else {
            isBroken = true
            return
        }
        memory[count] = byte
        count += 1
    }

    package mutating func put(decimal number: Int) {
        if number < 10, number >= 0 {
            put(UInt8(truncatingIfNeeded: 0x30 + number))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = UInt(bitPattern: max(number, 0))
            var at = 20
            repeat {
                at -= 1
                digits[at] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            } while rest > 0
            put(UnsafeBufferPointer(rebasing: digits[at...]))
        }
    }

    /// A field line. The name must be a token and the value free of control characters: the last of
    /// several checks, behind which there is only the wire.
    package mutating func put(name: String, value: String) {
        let nameStart = count
        put(name)
        let name = written(from: nameStart)
        if name.isEmpty || !ByteSet.token.containsAll(of: name) { isBroken = true }
        put(": ")
        let valueStart = count
        put(value)
        if ByteScan.findings(in: written(from: valueStart)).hasControl { isBroken = true }
        put("\r\n")
    }

    /// All field lines but those whose names `isLeftOut` says yes to.
    @inline(__always)
    package mutating func put(_ headers: Headers, except isLeftOut: (String) -> Bool) {
        // By index: iterating would copy each field, and count its references.
        let fields = headers.fields
        for index in fields.indices where !isLeftOut(fields[index].name) {
            put(name: fields[index].name, value: fields[index].value)
        }
    }

    private func written(from start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(memory)[start..<count])
    }

    /// A request target: visible ASCII only, so that it cannot end the line or be read as two words.
    package mutating func put(target: String) {
        let from = count
        put(target)
        for index in from..<count where memory[index] <= 0x20 || memory[index] >= 0x7F { isBroken = true }
    }
}
