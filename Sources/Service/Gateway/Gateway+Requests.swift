// What is asked of a venue about an order that it may have: cancel, change, look up. Each answer
// comes back as an input, once.

internal import Network
internal import Plugins
internal import Trading

extension Gateway {
  func cancelAtVenue(_ order: Order) {
    guard let plugin = registry.instance(order.terms.account) else { return }
    let start = EventLoop.shared.monotonicNanoseconds()
    LoopActor.task { [self] in
      let outcome = await plugin.cancel(order)
      metrics.venues.called(order.terms.account, endpoint: "cancel", start: start)
      feed(.cancelAnswered(order.id, outcome))
    }
  }

  func amend(_ order: Order) {
    guard let plugin = registry.instance(order.terms.account) else { return }
    if let denial = denial(of: plugin) ?? writerDenial {
      return feed(.amendAnswered(order.id, .refused(isGone: false, reason: denial.sentence)))
    }
    let start = EventLoop.shared.monotonicNanoseconds()
    LoopActor.task { [self] in
      let outcome = await plugin.amend(order)
      metrics.venues.called(order.terms.account, endpoint: "amend", start: start)
      feed(.amendAnswered(order.id, outcome))
    }
  }

  func query(_ order: Order) {
    guard let plugin = registry.instance(order.terms.account) else { return }
    let start = EventLoop.shared.monotonicNanoseconds()
    LoopActor.task { [self] in
      let outcome = await plugin.query(order)
      metrics.venues.called(order.terms.account, endpoint: "query", start: start)
      feed(.queryAnswered(order.id, outcome))
    }
  }
}
