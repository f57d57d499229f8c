// What goes wrong at the stand-in when it is asked to: each fault happens to one request and is
// gone.

/// A fault, for the next request to a path.
public enum StandInFault: Equatable, Sendable {
  /// The request is carried out, and the connection ends without an answer.
  case lostAnswer
  /// The request is not carried out, and the connection ends without an answer.
  case lostRequest
  /// The request is carried out, and the answer comes late.
  case late(milliseconds: Int)
  /// The request is carried out if it is to be, and answered with this status and body.
  case answer(status: Int, body: String, isCarriedOut: Bool, retryAfterSeconds: Int? = nil)
  /// The request is carried out, and half of the answer comes.
  case halfAnswer
}

/// The faults that are still to happen.
struct StandInFaults {
  private var waiting: [(method: String, path: String, fault: StandInFault)] = []

  mutating func add(_ fault: StandInFault, to method: String, _ path: String) {
    waiting.append((method, path, fault))
  }

  /// The fault of a request, which happens once.
  mutating func take(_ method: String, _ path: String) -> StandInFault? {
    let index = waiting.firstIndex { $0.method == method && $0.path == path }
    return index.map { waiting.remove(at: $0).fault }
  }
}
