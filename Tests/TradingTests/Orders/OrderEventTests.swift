// Orders as the fold of their events: single steps that matter, and laws over random histories.

import Testing
import Trading

@testable import Simulation

private func apply(_ event: OrderEvent, to state: OrderState) -> (EventResult, Order) {
  var order = order(in: state)
  let result = order.apply(event, at: start.adding(milliseconds: 1))
  return (result, order)
}

@Suite struct OrderEventTests {
  @Test func `a partial fill during a cancel request leaves the request pending`() {
    let (result, order) = apply(.filled(fill("1", "4")), to: .pendingCancel)
    #expect(result == .applied)
    #expect(order.state == .pendingCancel)
    #expect(order.leavesQuantity == quantity("6"))
  }

  @Test func `a refused cancel clears the request and shows the fills again`() {
    var (_, order) = apply(.filled(fill("1", "4")), to: .pendingCancel)
    #expect(order.apply(.cancelRefused(isGone: false, reason: "Busy."), at: start) == .applied)
    #expect(order.state == .partiallyFilled)
  }

  @Test func `a cancel that is refused as gone stays pending until a query answers`() {
    let (_, order) = apply(
      .cancelRefused(isGone: true, reason: "Unknown order."), to: .pendingCancel)
    #expect(order.state == .pendingCancel)
    #expect(order.explanation?.sentence == "Unknown order.")
  }

  @Test func `a fill before any acknowledgement proves the order alive`() {
    let (_, partly) = apply(.filled(fill("1", "4")), to: .unknown)
    #expect(partly.state == .partiallyFilled)
    #expect(partly.uncertainty == nil)
    #expect(apply(.filled(fill("1", "10")), to: .submitting).1.state == .filled)
  }

  @Test func `silence makes an order unknown and keeps since when and why`() {
    let (_, order) = apply(.becameUnknown(reason: "No answer."), to: .submitting)
    #expect(order.state == .unknown)
    #expect(
      order.uncertainty
        == Uncertainty(since: start.adding(milliseconds: 1), reason: "No answer."))
  }

  @Test func `a venue that rejects an order with fills has only ended its remainder`() {
    for state in [OrderState.working, .pendingCancel, .suspended, .pendingReplace] {
      var order = order(in: state)
      _ = order.apply(.filled(fill("1", "4")), at: start)
      #expect(order.apply(.rejected(sampleRejection), at: start) == .appliedAnomalous)
      #expect(order.state == .canceled)
      #expect(order.filledQuantity == quantity("4"))
    }
  }

  @Test func `a late fill moves a cancelled order's quantity and does not reopen it`() {
    let (result, order) = apply(.filled(fill("1", "4")), to: .canceled)
    #expect(result == .applied)
    #expect(order.state == .canceled)
    #expect(order.filledQuantity == quantity("4"))
    #expect(apply(.filled(fill("1", "10")), to: .canceled).1.state == .filled)
  }

  @Test func `an overfill counts and is an anomaly`() {
    let (result, order) = apply(.filled(fill("X", "1")), to: .settled)
    #expect(result == .appliedAnomalous)
    #expect(order.filledQuantity == quantity("11"))
    #expect(order.leavesQuantity == .zero)
    #expect(order.state == .filled)
  }

  @Test func `an order that was given up and proves alive is open again`() {
    for state in [OrderState.rejected, .notFound] {
      #expect(apply(.accepted(nil), to: state).1.state == .working)
      let (result, order) = apply(.filled(fill("1", "4")), to: state)
      #expect(result == .appliedAnomalous)
      #expect(order.state == .partiallyFilled)
      #expect(order.uncertainty == nil)
    }
  }

  @Test func `an order that nobody found stays marked as uncertain`() {
    #expect(order(in: .notFound).uncertainty != nil)
    #expect(order(in: .rejected).uncertainty == nil)
  }

  @Test func `the average price is the notional over the quantity`() {
    var order = order(in: .working)
    #expect(order.averagePrice == nil)
    _ = order.apply(.filled(fill("1", "1", at: "100", fee: "0.1")), at: start)
    _ = order.apply(.filled(fill("2", "3", at: "104", fee: "0.2")), at: start)
    #expect(order.averagePrice == decimal("103"))
    #expect(order.fee == decimal("0.3"))
    #expect(order.tradeIDs == [tradeID("1"), tradeID("2")])
  }

  @Test(arguments: OrderState.allCases)
  func `an order is read back from its recorded facts as it was`(state: OrderState) {
    let order = order(in: state)
    let facts = RecordedFacts(
      updatedAt: order.updatedAt, phase: order.phase, pending: order.pending,
      uncertainty: order.uncertainty, isSettled: order.isSettled,
      venueOrderID: order.venueOrderID, filledQuantity: order.filledQuantity,
      filledNotional: order.filledNotional, fee: order.fee, feeAsset: order.feeAsset,
      tradeIDs: order.tradeIDs, explanation: order.explanation, isEmulated: order.isEmulated,
      trailedPrice: order.trailedPrice, amendment: order.amendment, successor: order.successor)
    let read = Order(
      id: order.id, terms: order.terms, createdAt: order.createdAt, recorded: facts)
    #expect(read == order)
    #expect(OrderPhase(name: order.phase.name) == order.phase)
  }

  @Test(arguments: ["", "venue", "venue.", "venue.filled", "sealed.working", "sealed", "Held"])
  func `a word that is no phase is refused`(name: String) {
    #expect(OrderPhase(name: name) == nil)
  }
}

@Suite struct OrderHistoryTests {
  @Test(arguments: 0..<500)
  func `no history of events leaves the table`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var order = order(in: .received)
    for _ in 0..<100 {
      let event = anyEvent(&random)
      let before = order
      let result = order.apply(event, at: start)
      var row = before.state
      // A venue that rejects an order with fills ends its remainder, whatever is pending.
      if case .rejected = event, case .venue = before.phase, !before.filledQuantity.isZero {
        row = .partiallyFilled
      }
      let kind = valid(before.kind(of: event), "kind")
      if before.ignores(event) {
        #expect(result == .ignored && order == before, "seed \(seed)")
        continue
      }
      if case .busted = event, before.phase == .sealed(.filled) {
        let isWhole = order.filledQuantity >= order.terms.quantity
        #expect(order.phase == .sealed(isWhole ? .filled : .canceled), "seed \(seed)")
        continue
      }
      switch specifiedMoves[Cell(state: row, kind: kind)] {
      case .become(let phase): #expect(result == .applied && order.phase == phase, "seed \(seed)")
      case .becomeAnomalous(let phase):
        #expect(result == .appliedAnomalous && order.phase == phase, "seed \(seed)")
      case .apply: #expect(result == .applied && order.phase == before.phase, "seed \(seed)")
      case .applyAnomalous:
        #expect(result == .appliedAnomalous && order.phase == before.phase, "seed \(seed)")
      case .ignore: #expect(result == .ignored && order == before, "seed \(seed)")
      case .refuse: #expect(result == .refused && order == before, "seed \(seed)")
      case .anomaly, .impossible:
        #expect(result == .anomaly && order == before, "seed \(seed)")
      case nil: Issue.record("no cell, seed \(seed)")
      }
    }
  }

  @Test(arguments: 0..<500)
  func `the filled quantity is the sum of distinct trades that were not taken back`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var order = order(in: OrderState.allCases[seed % OrderState.allCases.count])
    var sum = order.filledQuantity
    for _ in 0..<100 {
      let event = anyEvent(&random)
      let result = order.apply(event, at: start)
      switch event {
      case .filled(let fill) where result == .applied || result == .appliedAnomalous:
        sum = sum + fill.quantity
      case .busted(let fill) where result == .applied:
        sum = sum - fill.quantity
        #expect(order.apply(.filled(fill), at: start) == .ignored, "seed \(seed)")
      default: continue
      }
      let once = order
      #expect(order.apply(event, at: start) == .ignored, "seed \(seed)")
      #expect(order == once, "seed \(seed)")
      #expect(order.filledQuantity == sum, "seed \(seed)")
      #expect(Set(order.tradeIDs).count == order.tradeIDs.count, "seed \(seed)")
    }
  }

  @Test(arguments: 0..<500)
  func `an order that has ended takes fills and never becomes open again unless it was given up`(
    seed: Int
  ) {
    var random = SeededGenerator(seed: UInt64(seed))
    var order = order(in: .submitting)
    for _ in 0..<200 {
      let before = order.state
      let event = anyEvent(&random)
      let isNewFill =
        if case .filled = event { !order.ignores(event) } else { false }
      let result = order.apply(event, at: start)
      guard before.isSealed else { continue }
      if isNewFill, before != .denied {
        #expect(result == .applied || result == .appliedAnomalous, "seed \(seed)")
      }
      if before != .rejected, before != .notFound { #expect(order.state.isSealed, "seed \(seed)") }
    }
  }

  @Test(arguments: 0..<500)
  func `nothing but a venue's word ends an order that was sent`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var order = order(in: .submitting)
    for _ in 0..<200 {
      let event = anyEvent(&random)
      switch event {
      case .received, .denied, .held, .trailed, .submitting, .becameUnknown, .cancelRequested,
        .replaceRequested, .amended, .protectionWaived, .protectionEnded, .progressed, .completed,
        .settled:
        _ = order.apply(event, at: start)
        #expect(!order.state.isSealed, "seed \(seed)")
      case .accepted, .rejected, .filled, .busted, .canceled, .cancelRefused, .expired, .notFound,
        .triggered, .suspended, .replaced, .replaceRefused:
        break
      }
    }
  }

  @Test(arguments: 0..<300)
  func `telling an order everything twice changes nothing but what time does`(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    var once = order(in: .submitting)
    var twice = once
    for _ in 0..<60 {
      let event = anyEvent(&random)
      _ = once.apply(event, at: start)
      _ = twice.apply(event, at: start)
      _ = twice.apply(event, at: start)
      #expect(once.filledQuantity == twice.filledQuantity, "seed \(seed)")
      #expect(once.phase == twice.phase, "seed \(seed)")
      twice = once
    }
  }
}

extension Order {
  /// Whether an event is about a trade of which all is known.
  fileprivate func ignores(_ event: OrderEvent) -> Bool {
    switch event {
    case .filled(let fill):
      tradeIDs.contains(fill.tradeID) || busts?.tradeIDs.contains(fill.tradeID) == true
    case .busted(let fill): !tradeIDs.contains(fill.tradeID)
    default: false
    }
  }
}
