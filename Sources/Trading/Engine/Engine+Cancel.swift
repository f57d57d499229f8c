// Cancels: they pass every gate. A cancel goes to the venue as soon as the order is there, whether
// or not the journal is reachable, and a refused one is a reason to ask, not an answer.

extension Engine {
  mutating func cancel(_ reference: OrderReference, request: RequestID) {
    guard let live = liveOrder(reference) else {
      return actions.append(.lookUp(.cancel(reference, request: request)))
    }
    cancel(live, request: request)
  }

  func liveOrder(_ reference: OrderReference) -> LiveOrder? {
    switch reference {
    case .id(let id): orders[id]
    case .client(let id): keys[IdempotencyKey(clientOrderID: id)].flatMap { orders[$0] }
    }
  }

  private mutating func cancelLookedUp(
    _ reference: OrderReference, request: RequestID, found: Order?
  ) {
    if let live = liveOrder(reference) { return cancel(live, request: request) }
    guard let found, let live = enterFromStore(found) else {
      return refuseUnknown(reference, request: request)
    }
    cancel(live, request: request)
  }

  mutating func refuseUnknown(_ reference: OrderReference, request: RequestID) {
    let name =
      switch reference {
      case .id(let id): id.description
      case .client(let id): id.text
      }
    refuse(request, .notFound, code: "ORDER_NOT_FOUND", "There is no order \(name).")
  }

  private mutating func cancel(_ live: LiveOrder, request: RequestID) {
    let state = live.order.state
    let wasRefused = state == .rejected || state == .notFound
    if state.isSealed, !wasRefused, !isOutcomeOpen(live) {
      let reason = Engine.endedSentence(live.order)
      actions.append(.reply(request, .notCanceled(live.order, reason: reason)))
      return leaveMemoryIfFinished(live)
    }
    live.waiters.append(newWaiter(request, .cancel, for: live.order.id))
    waive(live)
    guard !state.isSealed || wasRefused else { return }
    if wasRefused, live.isDurable { return sendCancel(live) }
    requestCancel(of: live)
  }

  /// Asks for the end of a live order, as soon as it can be: one that waits here ends here, and one
  /// whose submission is under way is cancelled when the venue has answered that. What is worked in
  /// slices ends with them.
  mutating func requestCancel(of live: LiveOrder) {
    guard live.isDurable else {
      live.isCancelQueued = true
      return
    }
    if let run = live.run {
      if !live.order.pending.contains(.cancel) { applyAndRecord([.cancelRequested], to: live) }
      return wake(run)
    }
    if live.order.phase == .held { return cancelUnsent(live, reason: Engine.unsentSentence) }
    if !live.order.pending.contains(.cancel) { applyAndRecord([.cancelRequested], to: live) }
    continueCancel(live)
  }

  static let unsentSentence = "Cancelled before it was sent."

  /// Sends a cancel that is outstanding, if the order can be at the venue. While a submission may
  /// still be on its way, a cancel could overtake it.
  mutating func continueCancel(_ live: LiveOrder) {
    guard live.order.pending.contains(.cancel), live.isSent, live.order.state.mayBeAtVenue,
      live.order.state != .submitting
    else { return }
    sendCancel(live)
  }

  mutating func sendCancel(_ live: LiveOrder) {
    guard !live.inFlight.contains(.cancel) else { return }
    command(.cancel, live)
    actions.append(.cancel(live.order))
  }

  mutating func lookedUp(_ lookUp: LookUp, found: Order?) {
    switch lookUp {
    case .key(let key, let terms, let id, let request):
      keyLookedUp(key, terms, id: id, request: request, found: found)
    case .cancel(let reference, let request):
      cancelLookedUp(reference, request: request, found: found)
    case .replace(let reference, let change, let id, let request):
      replaceLookedUp(reference, change, id: id, request: request, found: found)
    case .report(let report):
      guard let live = orders[report.orderID] ?? found.flatMap({ enterFromStore($0) }) else {
        return actions.append(.notice(.strangeOrder(report.orderID)))
      }
      reported(report, of: live)
      leaveMemoryIfFinished(live)
    case .protection(let parent):
      // There is none: a leg without its parent is nobody's protection.
      actions.append(.notice(.strangeOrder(parent)))
    }
  }

  /// The store could not say whether it has an order, so nothing may be assumed either way.
  mutating func lookUpFailed(_ lookUp: LookUp) {
    switch lookUp {
    case .key(_, _, _, let request), .cancel(_, let request), .replace(_, _, _, let request):
      refuse(
        request, .unavailable(retryAfterMilliseconds: Engine.storeRetryMilliseconds),
        code: "STORE_UNAVAILABLE",
        "The store could not be read; nothing was sent. Send it again in a moment.")
    // The venue's next sweep tells of the order again.
    case .report: break
    case .protection(let parent): lookUpProtection(of: parent)
    }
  }

  /// Takes an order back into memory that the store had; nil if its account is not configured.
  @discardableResult
  mutating func enterFromStore(_ order: Order) -> LiveOrder? {
    let terms = order.terms
    let instrument =
      terms.route.isEmpty ? instrument(of: terms.positionKey) : routedInstrument(of: terms)
    guard let live = enter(order, of: instrument) else { return nil }
    live.isDurable = true
    live.isSent = order.state != .denied && order.phase != .held
    watch(live)
    return live
  }
}
