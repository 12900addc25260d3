/// Bytes on their way out, without the checks that an array makes at every step.
struct ByteSink: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var capacity: Int

    /// Room that is always left behind what was written, so that short pieces can be copied in whole words.
    private static let slack = 16

    init(capacity: Int) {
        self.capacity = capacity + Self.slack
        base = .allocate(capacity: self.capacity)
    }

    deinit {
        base.deallocate()
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    @inline(__always)
    private mutating func reserve(_ size: Int) {
        if count &+ size &+ Self.slack > capacity { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        let larger = max(capacity * 2, count + size + Self.slack)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        copy.update(from: base, count: count)
        base.deallocate()
        base = copy
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count &+= 1
    }

    mutating func append(repeating byte: UInt8, count repeats: Int) {
        reserve(repeats)
        (base + count).update(repeating: byte, count: repeats)
        count &+= repeats
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { append(start, buffer.count) }
        }
    }

    private mutating func append(_ start: UnsafePointer<UInt8>, _ size: Int) {
        reserve(size)
        (base + count).update(from: start, count: size)
        count &+= size
    }

    /// Appends a piece of a document's source, behind which up to 16 bytes may be read.
    @inline(__always)
    mutating func append(padded piece: UnsafeBufferPointer<UInt8>) {
        guard let start = piece.baseAddress else { return }
        if piece.count > 16 { return append(start, piece.count) }
        reserve(piece.count)
        let from = UnsafeRawPointer(start)
        let to = UnsafeMutableRawPointer(base + count)
        to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
        to.storeBytes(of: from.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 8, as: UInt64.self)
        count &+= piece.count
    }
}
