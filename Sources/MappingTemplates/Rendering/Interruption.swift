/// What ends the rendering of a part of a template before its end.
enum Interruption: Error {
    /// The renderer holds the reason.
    case failed
    /// `#break`: the innermost loop, block or macro ends.
    case breakNearest
    /// `#break($foreach)`: the loop with this node ends.
    case breakLoop(Int32)
    /// `#stop`: the template ends.
    case stop
}
