// A history as text, one line for all that the engine hears and wants: the same for the same seed,
// in every process and on every machine.

import Trading

extension World {
  func traceInput(_ input: Input) {
    guard let trace else { return }
    switch input {
    case .tick: break
    case .replace(let reference, let change, let id, let request):
      let quantity = change.quantity?.description ?? "-"
      let price = change.limitPrice?.description ?? "-"
      trace("\(now.text) > replace \(request) \(reference) \(id) \(quantity) \(price)")
    case .submit(let terms, let id, let request):
      trace("\(now.text) > submit \(request) \(id) \(terms.side) \(terms.quantity) \(terms.symbol)")
    case .lookedUp(_, let order): trace("\(now.text) > looked up \(line(order))")
    case .sliceLookedUp(_, let order, let parent, let slices):
      trace("\(now.text) > looked up \(line(order)) of \(line(parent)) \(slices.map(line))")
    case .protectionLookedUp(let parent, let legs):
      trace("\(now.text) > looked up \(line(parent)) \(legs.map(line))")
    default: trace("\(now.text) > \(input)")
    }
  }

  func traceAction(_ action: Action) {
    guard let trace else { return }
    switch action {
    case .record(let entry):
      let events = entry.events.map(\.name).joined(separator: ",")
      let position = entry.position?.quantity.description ?? "-"
      trace("\(now.text) < record \(entry.number) \(events) \(line(entry.order)) \(position)")
    case .send(let order): trace("\(now.text) < send \(line(order))")
    case .cancel(let order): trace("\(now.text) < cancel \(line(order))")
    case .amend(let order): trace("\(now.text) < amend \(line(order))")
    case .query(let order): trace("\(now.text) < query \(line(order))")
    case .reply(let request, let reply): trace("\(now.text) < reply \(request) \(line(reply))")
    case .lookUp, .notice, .recordTradingState, .recordLossMark: trace("\(now.text) < \(action)")
    }
  }

  private func line(_ order: Order?) -> String {
    guard let order else { return "none" }
    return "\(order.id) \(order.state.rawValue) \(order.filledQuantity)/\(order.terms.quantity)"
  }

  private func line(_ reply: Reply) -> String {
    switch reply {
    case .created(let order): "created \(line(order))"
    case .repeated(let order): "repeated \(line(order))"
    case .pending(let order): "pending \(line(order))"
    case .rejected(let order): "rejected \(line(order))"
    case .replaced(let order): "replaced \(line(order))"
    case .canceled(let order): "canceled \(line(order))"
    case .notCanceled(let order, let reason): "not canceled \(line(order)) \(reason)"
    case .tradingState(let change, let isDurable): "\(change.state) \(isDurable)"
    case .refused(let refusal): "refused \(refusal.denial.code)"
    }
  }
}
