// How large the slices of an algorithm are and when they are due, from its terms alone.

/// The stretches of time of a time-weighted order. Their numbers begin with 1.
struct Schedule: Equatable {
  let time: TimeWeighting
  let start: Timestamp

  /// When a stretch begins; for the one after the last, when the order's time is over.
  func begin(of number: Int) -> Timestamp {
    start.adding(milliseconds: time.durationMilliseconds * Int64(number - 1) / Int64(time.slices))
  }

  /// The stretch that a moment lies in. A clock that was set back does not go before the first.
  func number(at now: Timestamp) -> Int {
    let elapsed = min(max(0, now.milliseconds(since: start)), time.durationMilliseconds)
    return min(Int(elapsed * Int64(time.slices) / time.durationMilliseconds) + 1, time.slices)
  }

  /// How much is to be filled when a stretch ends.
  func target(_ number: Int, of quantity: Quantity, _ lotStep: Decimal) -> Quantity {
    guard number < time.slices else { return quantity }
    let share = Decimal.quotient(
      quantity.amount, times: Decimal(number), over: Decimal(time.slices),
      scale: Position.priceScale)
    return (Quantity(share) ?? .zero).truncated(toMultipleOf: lotStep)
  }
}

/// A slice as it is meant to be, if every one before it is filled.
public struct PlannedSlice: Equatable, Sendable {
  /// When it is due; nil if that depends on the one before it.
  public var at: Timestamp?
  /// How much it is.
  public var quantity: Quantity
  /// Where it would go now; nil if there is no choice.
  public var account: AccountID?
}

extension Algorithm {
  /// The next slice of what is left of an iceberg: as much as may be shown, or so much less that
  /// what it leaves is not too small to be sent. Nil if what is left is too small itself.
  static func icebergSlice(
    of rest: Quantity, _ displayQuantity: Quantity, _ minimum: Quantity
  ) -> Quantity? {
    guard rest > displayQuantity else { return rest >= minimum && !rest.isZero ? rest : nil }
    guard rest - displayQuantity < minimum else { return displayQuantity }
    let smaller = rest - minimum
    return smaller >= minimum ? smaller : displayQuantity
  }

  /// The slices of an order of `quantity`, if each is filled before the next is due.
  func plan(
    of quantity: Quantity, from start: Timestamp, lotStep: Decimal, minimum: Quantity
  ) -> [PlannedSlice] {
    var plan: [PlannedSlice] = []
    var done = Quantity.zero
    switch self {
    case .timeWeighted(let time):
      let schedule = Schedule(time: time, start: start)
      for number in 1...time.slices {
        let due = schedule.target(number, of: quantity, lotStep) - done
        guard !due.isZero, due >= minimum else { continue }
        plan.append(PlannedSlice(at: schedule.begin(of: number), quantity: due))
        done = done + due
      }
    case .iceberg(let displayQuantity):
      while let slice = Algorithm.icebergSlice(of: quantity - done, displayQuantity, minimum),
        plan.count <= Algorithm.slicesRange.upperBound
      {
        plan.append(PlannedSlice(at: plan.isEmpty ? start : nil, quantity: slice))
        done = done + slice
      }
    case .routed: plan.append(PlannedSlice(at: start, quantity: quantity))
    }
    return plan
  }
}
