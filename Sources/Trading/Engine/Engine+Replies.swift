// Answers to callers: who waits for what, and which words an order's state becomes.

extension Engine {
  /// How long a caller waits before it tries a store again that was down.
  static let storeRetryMilliseconds: Int64 = 1_000
  /// How long a caller waits for a venue's gate: a catch-up usually takes less.
  static let gateRetryMilliseconds: Int64 = 1_000

  mutating func refuse(
    _ request: RequestID, _ kind: Refusal.Kind, code: String, _ sentence: String
  ) {
    refuse(request, kind, Denial(code: code, sentence: sentence))
  }

  mutating func refuse(_ request: RequestID, _ kind: Refusal.Kind, _ denial: Denial) {
    actions.append(.notice(.denied(code: denial.code)))
    actions.append(.reply(request, .refused(Refusal(kind: kind, denial: denial))))
  }

  mutating func refuseForGate(_ request: RequestID, account: AccountID) {
    let refusal = Engine.gateRefusal(of: account)
    refuse(request, refusal.kind, refusal.denial)
  }

  /// Whether callers of the submission still have to wait. Where the venue could not be asked again
  /// after a crash, an outcome is told only once it is durable.
  func isOutcomeOpen(_ live: LiveOrder) -> Bool {
    // What only the journal knows is told once it is durable.
    if !(live.isSent && live.account.rules.canBeAskedLater), live.lastEntry > durableEntry {
      return true
    }
    // What is heard of an order that cannot rest may come before the answer that has its end.
    if live.inFlight.contains(.submit), !live.order.terms.timeInForce.rests,
      !live.order.state.isSealed
    {
      return true
    }
    return switch live.order.state {
    case .received, .submitting, .unknown: true
    case .denied, .held: !live.isDurable
    case .working, .triggered, .suspended, .partiallyFilled, .pendingCancel, .pendingReplace,
      .filled, .settled, .canceled, .expired, .rejected, .notFound, .replaced:
      false
    }
  }

  func submitReply(for order: Order, isFirst: Bool) -> Reply {
    switch order.state {
    case .denied, .rejected, .notFound: .rejected(order)
    case .received, .submitting, .unknown: .pending(order)
    case .held, .working, .triggered, .suspended, .partiallyFilled, .pendingCancel, .pendingReplace,
      .filled, .settled, .canceled, .expired, .replaced:
      isFirst ? .created(order) : .repeated(order)
    }
  }

  /// Answers everybody whose outcome is known.
  mutating func answerWaiters(_ live: LiveOrder) {
    guard !live.waiters.isEmpty, !isOutcomeOpen(live) else { return }
    let (order, waiters) = (live.order, live.waiters)
    live.waiters = []
    for waiter in waiters {
      guard let reply = reply(to: waiter, about: order) else {
        live.waiters.append(waiter)
        continue
      }
      if case .refused(let refusal) = reply {
        refuse(waiter.request, refusal.kind, refusal.denial)
      } else {
        actions.append(.reply(waiter.request, reply))
      }
    }
  }

  /// What there is to say to a caller; nil as long as its command is under way.
  private func reply(to waiter: Waiter, about order: Order) -> Reply? {
    switch waiter.command {
    case .submit(let isFirst): submitReply(for: order, isFirst: isFirst)
    case .cancel: cancelReply(for: order)
    case .replace where order.pending.contains(.replace): nil
    case .replace where order.state.isSealed:
      .refused(Refusal(kind: .conflict(order), denial: Engine.endedDenial(order)))
    case .replace: .replaced(order)
    }
  }

  private func cancelReply(for order: Order) -> Reply? {
    switch order.state {
    case .canceled: .canceled(order)
    case .denied, .filled, .settled, .expired, .rejected, .notFound, .replaced:
      .notCanceled(order, reason: Engine.endedSentence(order))
    case .received, .held, .submitting, .unknown, .working, .triggered, .suspended,
      .partiallyFilled, .pendingCancel, .pendingReplace:
      nil
    }
  }

  /// The venue refused a cancel of an order that goes on.
  mutating func refuseCancel(of live: LiveOrder, reason: String) {
    for request in live.takeWaiters(for: .cancel) {
      actions.append(.reply(request, .notCanceled(live.order, reason: reason)))
    }
  }

  /// Takes down a caller who waits. Nobody waits longer than the configured time for an answer.
  mutating func newWaiter(
    _ request: RequestID, _ command: Waiter.Command, for id: OrderID
  ) -> Waiter {
    let until = now.adding(milliseconds: configuration.submitWaitMilliseconds)
    waiting.append(Deadline(at: until, id: id))
    return Waiter(request: request, command: command, until: until)
  }

  static func endedSentence(_ order: Order) -> String {
    "Order \(order.id) has ended as \(order.state.rawValue), so there is nothing to cancel."
  }
}
