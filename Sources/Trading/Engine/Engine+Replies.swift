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
    guard live.isAwaited, !isOutcomeOpen(live) else { return }
    answerSubmitWaiters(live)
    answerCancelWaiters(live)
    answerReplaceWaiters(live)
  }

  /// Answers everybody who waits for a change, once there is none under way.
  mutating func answerReplaceWaiters(_ live: LiveOrder) {
    guard !live.replaceWaiters.isEmpty, !live.order.pending.contains(.replace) else { return }
    for waiter in live.replaceWaiters {
      if live.order.state.isSealed {
        refuse(waiter.request, .conflict(live.order), Engine.endedDenial(live.order))
      } else {
        actions.append(.reply(waiter.request, .replaced(live.order)))
      }
    }
    live.replaceWaiters = []
  }

  private mutating func answerSubmitWaiters(_ live: LiveOrder) {
    for waiter in live.submitWaiters {
      let reply = submitReply(for: live.order, isFirst: waiter.isFirst)
      actions.append(.reply(waiter.request, reply))
    }
    live.submitWaiters = []
  }

  /// Answers everybody who waits for a cancel, if the order has ended or the venue refused.
  mutating func answerCancelWaiters(_ live: LiveOrder, refusal: String? = nil) {
    guard !live.cancelWaiters.isEmpty else { return }
    let reply: Reply
    switch live.order.state {
    case .canceled: reply = .canceled(live.order)
    case .denied, .filled, .settled, .expired, .rejected, .notFound, .replaced:
      reply = .notCanceled(live.order, reason: Engine.endedSentence(live.order))
    case .received, .held, .submitting, .unknown, .working, .triggered, .suspended,
      .partiallyFilled, .pendingCancel, .pendingReplace:
      guard let refusal else { return }
      reply = .notCanceled(live.order, reason: refusal)
    }
    for waiter in live.cancelWaiters { actions.append(.reply(waiter.request, reply)) }
    live.cancelWaiters = []
  }

  /// Takes down a caller who waits. Nobody waits longer than the configured time for an answer.
  mutating func newWaiter(
    _ request: RequestID, isFirst: Bool = false, for id: OrderID
  ) -> Waiter {
    let until = now.adding(milliseconds: configuration.submitWaitMilliseconds)
    waiting.append(Deadline(at: until, id: id))
    return Waiter(request: request, isFirst: isFirst, until: until)
  }

  static func endedSentence(_ order: Order) -> String {
    "Order \(order.id) has ended as \(order.state.rawValue), so there is nothing to cancel."
  }
}
