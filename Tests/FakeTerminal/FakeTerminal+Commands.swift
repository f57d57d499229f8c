// Commands and what a terminal answers. This is how a far side has to do it: an id that was heard
// of is never traded again, and one that was said not to be there never will be.

internal import Network
internal import Trading
internal import Wire

extension FakeTerminal {
  /// Carries out a command; the event that answers it.
  func carryOut(_ command: JSONValue, handedOverAt: Int64) -> [UInt8] {
    object { json in
      json.key("event")
      json.string("answer")
      json.key("number")
      json.integer(command["number"]?.integer ?? 0)
      switch command["command"]?.string {
      case "submit": submit(command, handedOverAt: handedOverAt, &json)
      case "cancel": cancel(command["id"]?.string ?? "", &json)
      case "query": query(command["id"]?.string ?? "", &json)
      case "open_orders": openOrders(&json)
      case "positions": positions(&json)
      case "balances": balances(&json)
      case "instruments": instruments(&json)
      case "prices": prices(command["symbols"]?.elements.compactMap(\.string) ?? [], &json)
      case "watch":
        watched = Set(command["symbols"]?.elements.compactMap(\.string) ?? [])
        word("done", &json)
      default: word("unknown", &json, reason: "There is no such command.")
      }
    }
  }

  private func word(_ result: String, _ json: inout JSONWriter, reason: String = "") {
    json.key("result")
    json.string(result)
    json.key("reason")
    json.string(reason)
  }

  private func refuse(_ refusal: FakeRefusal, _ json: inout JSONWriter) {
    word("refused", &json, reason: refusal.reason)
    json.key("code")
    json.string(refusal.code)
  }

  private func accept(_ result: String, _ order: FakeOrder, _ json: inout JSONWriter) {
    word(result, &json)
    json.key("order")
    write(order, to: &json)
  }

  private func submit(_ command: JSONValue, handedOverAt: Int64, _ json: inout JSONWriter) {
    let id = command["id"]?.string ?? ""
    submissions.append(id)
    if bug == .tradesAgain { account.forget(id) }
    switch account.log[id] {
    case .order: return word("known", &json, reason: "There is an order of this id already.")
    case .refused(let refusal): return refuse(refusal, &json)
    case nil: break
    }
    do throws(FakeRefusal) {
      let valid = Int64(command["valid_ms"]?.integer ?? 0)
      guard milliseconds - handedOverAt < valid || bug == .tradesLate else {
        throw FakeRefusal(code: "FAKE_EXPIRED", reason: "It came too late.")
      }
      accept("accepted", try account.place(order(command, id), at: wallMilliseconds), &json)
    } catch {
      account.closeDoor(on: id, error)
      refuse(error, &json)
    }
  }

  private func order(_ command: JSONValue, _ id: String) throws(FakeRefusal) -> FakeOrder {
    func decimal(_ name: StaticString) -> Decimal? {
      command[name]?.string.flatMap { try? Decimal(text: $0) }
    }
    guard let symbol = command["symbol"]?.string, let side = command["side"]?.string,
      let type = command["type"]?.string, let lots = decimal("lots")
    else { throw FakeRefusal(code: "FAKE_ORDER", reason: "The order cannot be read.") }
    return FakeOrder(
      id: id, venueID: "F\(account.orderCount + 1)", symbol: symbol, isBuy: side == "BUY",
      type: type, lots: lots, limitPrice: decimal("limit_price"),
      triggerPrice: decimal("trigger_price"))
  }

  private func cancel(_ id: String, _ json: inout JSONWriter) {
    if let order = account.cancel(id) { return accept("canceled", order, &json) }
    word("refused", &json, reason: "There is no open order of this id.")
    json.key("gone")
    json.bool(true)
  }

  private func query(_ id: String, _ json: inout JSONWriter) {
    if let order = account.order(id) { return accept("found", order, &json) }
    if account.log[id] == nil, bug != .leavesDoorOpen {
      account.closeDoor(
        on: id, FakeRefusal(code: "FAKE_ASKED_FOR", reason: "It was said not to be there."))
    }
    word("not_found", &json)
  }

  private func openOrders(_ json: inout JSONWriter) {
    word("done", &json)
    json.key("orders")
    json.beginArray()
    for order in account.orders where order.status == "working" { write(order, to: &json) }
    json.endArray()
    json.key("external")
    json.beginArray()
    json.endArray()
  }

  private func positions(_ json: inout JSONWriter) {
    word("done", &json)
    json.key("positions")
    json.beginArray()
    for (symbol, lots) in account.positions {
      json.beginObject()
      json.key("symbol")
      json.string(symbol)
      json.key("lots")
      json.string(lots.description)
      json.endObject()
    }
    json.endArray()
  }

  private func balances(_ json: inout JSONWriter) {
    word("done", &json)
    json.key("balances")
    json.beginArray()
    json.beginObject()
    for (name, text) in [
      ("currency", "USDT"), ("free", account.free.description),
      ("locked", account.locked.description),
    ] {
      json.key(name)
      json.string(text)
    }
    json.endObject()
    json.endArray()
  }

  private func instruments(_ json: inout JSONWriter) {
    word("done", &json)
    json.key("instruments")
    json.beginArray()
    for market in account.markets {
      json.beginObject()
      for (name, text) in [
        ("name", market.name), ("base", market.base), ("quote", market.quote),
        ("tick_size", market.tick.description), ("lot_step", market.step.description),
        ("lot_min", market.step.description), ("lot_max", "9000"),
        ("contract_size", market.size.description),
      ] {
        json.key(name)
        json.string(text)
      }
      json.endObject()
    }
    json.endArray()
  }

  private func prices(_ symbols: [String], _ json: inout JSONWriter) {
    word("done", &json)
    writePrices(of: symbols, to: &json)
  }

  func writePrices(of symbols: [String], to json: inout JSONWriter) {
    json.key("prices")
    json.beginArray()
    for market in symbols.compactMap({ account.market($0) }) {
      json.beginObject()
      for (name, text) in [
        ("symbol", market.name), ("bid", market.price.description),
        ("ask", market.price.description),
      ] {
        json.key(name)
        json.string(text)
      }
      json.key("age_ms")
      json.integer(priceAgeMilliseconds)
      json.endObject()
    }
    json.endArray()
  }

  func write(_ order: FakeOrder, to json: inout JSONWriter) {
    json.beginObject()
    for (name, text) in [
      ("id", order.id), ("venue_id", order.venueID), ("symbol", order.symbol),
      ("status", order.status), ("reason", order.reason),
      ("filled_lots", order.filledLots.description),
    ] {
      json.key(name)
      json.string(text)
    }
    json.key("fills")
    json.beginArray()
    for fill in order.fills {
      json.beginObject()
      for (name, text) in [
        ("trade_id", fill.tradeID), ("lots", fill.lots.description),
        ("price", fill.price.description), ("fee", "0"), ("fee_currency", "USDT"),
      ] {
        json.key(name)
        json.string(text)
      }
      json.key("time_ms")
      json.integer(Int(fill.timeMilliseconds))
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}
