import CZlib

extension ContentCoding {
    /// The bytes, packed; nil where the library could not get memory.
    /// - Parameter level: 1 (fast) to 9 (small).
    public func packed(_ bytes: [UInt8], level: Int = 6) -> [UInt8]? {
        var stream = z_stream()
        guard headgate_deflate_init(&stream, Int32(min(9, max(1, level))), windowBits) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        // One call does it: there is room for the worst case.
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var input = bytes
        var isDone = false
        let packed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                isDone = CZlib.deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = isDone ? output.count - Int(stream.avail_out) : 0
        }
        return isDone ? packed : nil
    }

    /// 15 for the largest window, 16 more for gzip's frame.
    private var windowBits: Int32 { self == .gzip ? 31 : 15 }
}
