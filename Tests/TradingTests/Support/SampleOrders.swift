// Orders in every state and events of every kind, for tests that go through all of them.

import Trading

@testable import Simulation

let sampleID = orderID(1)
let sampleDenial = Denial(code: "CODE", sentence: "A sentence.", value: "2", limit: "1")
let sampleAmendment = Amendment(
  quantity: quantity("12"), limitPrice: price("101"), triggerPrice: nil, successor: orderID(2))
let sampleRejection = Rejection(code: "-2010", sentence: "Insufficient balance.")

/// An order of 10 that got into `state` by events alone.
func order(in state: OrderState) -> Order {
  var order = Order(id: sampleID, terms: terms(.buy, "10"), at: start)
  for event in path(to: state) {
    let result = order.apply(event, at: start)
    precondition(result == .applied || result == .appliedAnomalous, "\(state): \(event)")
  }
  precondition(order.state == state, "\(order.state) instead of \(state)")
  return order
}

private func path(to state: OrderState) -> [OrderEvent] {
  switch state {
  case .received: []
  case .denied: [.denied(sampleDenial)]
  case .held: [.held(reason: "Why.")]
  case .submitting: [.submitting]
  case .unknown: [.submitting, .becameUnknown(reason: "Silence.")]
  case .working: [.submitting, .accepted(nil)]
  case .triggered: [.submitting, .triggered]
  case .suspended: [.submitting, .suspended(reason: nil)]
  case .partiallyFilled: [.submitting, .filled(fill("P", "4"))]
  case .pendingCancel: [.submitting, .accepted(nil), .cancelRequested]
  case .pendingReplace: [.submitting, .accepted(nil), .replaceRequested(sampleAmendment)]
  case .filled: [.submitting, .filled(fill("F", "10"))]
  case .settled: [.submitting, .filled(fill("F", "10")), .settled]
  case .canceled: [.submitting, .canceled(reason: nil)]
  case .expired: [.submitting, .expired(reason: nil)]
  case .rejected: [.submitting, .rejected(sampleRejection)]
  case .notFound: [.submitting, .becameUnknown(reason: "Silence."), .notFound]
  case .replaced: [.submitting, .accepted(nil), .replaced(by: orderID(2))]
  }
}

/// One event of every kind that an order at a venue can have, fills more often, by chance. A trade
/// has the same size whenever it is told.
func anyEvent(_ random: inout SeededGenerator) -> OrderEvent {
  let trade = random.number(0...9)
  let fill = fill("T\(trade)", "\(trade % 5 + 1)")
  return switch random.number(0...27) {
  case 0: .denied(sampleDenial)
  case 1: .held(reason: "Why.")
  case 2: .submitting
  case 3: .accepted(VenueOrderID("V"))
  case 4: .rejected(sampleRejection)
  case 5: .becameUnknown(reason: "Silence.")
  case 6: .cancelRequested
  case 7: .canceled(reason: nil)
  case 8: .cancelRefused(isGone: true, reason: "Gone.")
  case 9: .cancelRefused(isGone: false, reason: "Busy.")
  case 10: .expired(reason: nil)
  case 11: .notFound
  case 12: .triggered
  case 13: .suspended(reason: nil)
  case 14: .replaceRequested(sampleAmendment)
  case 15: .replaced(by: orderID(2))
  case 16: .replaceRefused(reason: "Busy.")
  case 17: .settled
  case 18: .trailed(price("103"))
  case 19: .amended
  case 20: .busted(fill)
  case 21: .protectionWaived(.stopLoss)
  case 22: .protectionEnded
  default: .filled(fill)
  }
}
