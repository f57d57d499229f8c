// The log lines of what an operator should know.

internal import Trading

extension Notice {
  /// The line, or nil where a metric says enough.
  var logLine: (message: String, fields: [(String, String)])? {
    switch self {
    case .lateFill(let id):
      ("A fill arrived after its order had ended; it counts.", [("order_id", id.description)])
    case .busted(let id, let trade):
      (
        "The venue took back a trade; it does not count any more.",
        [("order_id", id.description), ("trade_id", trade.text)]
      )
    case .anomaly(let id, let state, let event):
      (
        "An event contradicts what is known about an order.",
        [("order_id", id.description), ("state", state.rawValue), ("event", event.rawValue)]
      )
    case .outcomeUnknown(let id, let reason):
      (
        "The outcome of an order is unknown; the venue is being asked.",
        [("order_id", id.description), ("reason", reason)]
      )
    case .strangeOrder(let id):
      ("The venue has an order that is not known here.", [("order_id", id.description)])
    case .externalOrder(let account, let order):
      (
        "Somebody else has an order on the account; it counts in all limits and is left alone.",
        [
          ("account", account.text), ("symbol", order.symbol.text), ("side", order.side.rawValue),
          ("leaves_quantity", order.leavesQuantity.description),
          ("exchange_order_id", order.venueOrderID.text),
        ]
      )
    case .fillsMissing(let id):
      ("The venue has traded more of an order than it told.", [("order_id", id.description)])
    case .positionDiffers(let key, let ours, let venues):
      (
        "A position differs from the venue's.",
        [
          ("account", key.account.text), ("symbol", key.symbol.text), ("ours", ours.description),
          ("venues", venues.description),
        ]
      )
    case .breaker(let account, let from, let to):
      (
        "The circuit breaker of \(account) went from \(from) to \(to).",
        [("account", account.text), ("from", from), ("to", to)]
      )
    case .unprotected(let id, let quantity):
      (
        "What an order opened has no stop.",
        [("order_id", id.description), ("quantity", quantity.description)]
      )
    case .overClosed(let id, let quantity):
      (
        "Stop and take-profit of an order have closed too much; it is given back.",
        [("order_id", id.description), ("quantity", quantity.description)]
      )
    case .denied: nil
    }
  }
}
