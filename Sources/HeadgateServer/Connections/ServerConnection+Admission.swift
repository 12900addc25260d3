import Headgate
import NIOCore

/// What the ``AdmissionQueue`` says of a request, by its number.
extension ServerConnection: AdmissionClient {
    func admitted(_ sequence: Int) {
        guard let index = waitingIndex(sequence) else { return }
        pending[index].isAdmitted = true
        Executor.start(pending[index].exchange)
    }

    func notAdmitted(_ sequence: Int) {
        guard let index = waitingIndex(sequence) else { return }
        Executor.reject(pending[index].exchange, .overloaded)
    }

    /// Whether the request is still there and has not been answered, for its payload did not come.
    func isWaiting(_ sequence: Int) -> Bool { waitingIndex(sequence) != nil }

    private func waitingIndex(_ sequence: Int) -> CircularBuffer<PendingRequest>.Index? {
        let offset = sequence &- firstSequence
        guard offset >= 0, offset < pending.count else { return nil }
        let index = pending.index(pending.startIndex, offsetBy: offset)
        return pending[index].isFinished || pending[index].isAdmitted ? nil : index
    }
}
