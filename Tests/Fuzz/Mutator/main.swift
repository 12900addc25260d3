import Foundation

// headgate-fuzz TARGET FOLDER [SECONDS] [SEED]
//
// Damages the inputs of FOLDER and feeds them to TARGET. The input under way is in the file `fuzz-input` of the working
// directory, so that it is there after a crash; one that takes more than a second of processor time is kept as
// `fuzz-slow-N`.

/// Time that this process has had a processor: a busy machine makes no input slow.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
}

/// The bytes of a file, by the C library: what Foundation keeps of a read would count as a leak.
func contents(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
}

let arguments = CommandLine.arguments
guard arguments.count > 2, let target = Target.all[arguments[1]] else {
    FileHandle.standardError.write(
        Data("headgate-fuzz json|jsonpath|templates|requests|files|openapi FOLDER [SECONDS] [SEED]\n".utf8)
    )
    exit(2)
}
let folder = URL(filePath: arguments[2])
let seconds = arguments.count > 3 ? Double(arguments[3]) ?? 60 : 60
let seed = arguments.count > 4 ? UInt64(arguments[4]) ?? 1 : 1

let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
var pool = files.map(\.path).sorted().map(contents)
guard !pool.isEmpty else {
    FileHandle.standardError.write(Data("\(folder.path) has no inputs\n".utf8))
    exit(2)
}
let kept = pool.count

// A file in memory survives the process without a system call for each input.
let largest = 8_192
let descriptor = open("fuzz-input", O_RDWR | O_CREAT | O_TRUNC, 0o644)
guard descriptor >= 0, ftruncate(descriptor, off_t(largest)) == 0,
    let window = mmap(nil, largest, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), window != MAP_FAILED
else {
    FileHandle.standardError.write(Data("fuzz-input cannot be written here\n".utf8))
    exit(2)
}

var mutator = Mutator(seed: seed, pieces: target.pieces)
var endings: Set<String> = []
var rounds = 0
var slow = 0
let end = ContinuousClock.now + .seconds(seconds)
while ContinuousClock.now < end {
    let input = rounds < kept ? Array(pool[rounds].prefix(largest)) : mutator.mutated(pool, atMost: largest)
    memset(window, 0, largest)
    input.withUnsafeBytes { if let base = $0.baseAddress { memcpy(window, base, $0.count) } }
    let start = processorSeconds()
    let ending = target.run(input)
    if processorSeconds() - start > 1 {
        slow += 1
        try Data(input).write(to: URL(filePath: "fuzz-slow-\(slow)"))
    }
    if endings.insert(ending).inserted, pool.count < 5_000 { pool.append(input) }
    rounds += 1
}
unlink("fuzz-input")
print("\(arguments[1]): \(rounds) inputs, \(endings.count) different endings, \(slow) over a second, seed \(seed)")
exit(slow == 0 ? 0 : 1)
