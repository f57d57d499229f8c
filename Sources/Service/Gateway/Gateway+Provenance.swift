// What the journal keeps of a decision besides the decision: whose command it was, and what is to
// leave for the venue. The rule to keep: it is put down before anything leaves, without secrets.

internal import Network
internal import Plugins
internal import Storage
internal import Trading

/// A caller who waits for a reply.
struct CallWaiter {
  let caller: Provenance.Caller?
  let reply: @LoopActor (Reply) -> Void
}

extension Provenance.Caller {
  convenience init(_ principal: Principal, _ id: CallID) {
    self.init(key: principal.name, requestID: id.description)
  }
}

extension Gateway {
  /// Whose command an input is; nil if it is no caller's.
  func caller(of input: Input) -> Provenance.Caller? {
    input.request.flatMap { waiters[$0]?.caller }
  }
}

extension Input {
  /// The request that the input is, or that it is the store's answer for.
  fileprivate var request: RequestID? {
    switch self {
    case .submit(_, _, let request), .cancel(_, let request), .replace(_, _, _, let request),
      .close(_, _, let request, _), .setTradingState(_, let request), .stated(_, let request):
      request
    case .lookedUp(let lookUp, _):
      switch lookUp {
      case .key(_, _, _, let request), .cancel(_, let request), .replace(_, _, _, let request):
        request
      case .report, .protection: nil
      }
    default: nil
    }
  }
}

extension JournalEntry {
  /// The entry's provenance; nil if there is nothing to tell.
  @LoopActor func provenance(
    _ caller: Provenance.Caller?, _ plugin: (any ExecutionPlugin)?
  ) -> Provenance? {
    let request = sendsOrder ? plugin?.request(for: order) : nil
    guard caller != nil || request != nil else { return nil }
    return Provenance(
      caller: caller,
      request: request.map {
        Provenance.SentRequest(method: $0.method, target: $0.target, body: $0.body)
      })
  }

  private var sendsOrder: Bool {
    events.contains { if case .submitting = $0 { true } else { false } }
  }
}
