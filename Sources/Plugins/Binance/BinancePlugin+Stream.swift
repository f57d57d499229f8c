// What Binance tells an account by itself, and whether it can be heard. At Spot it is subscribed by
// a signed message of the WebSocket API; at Futures a listen key names it, which has to be renewed.

internal import Network
internal import Trading
internal import Wire

extension BinancePlugin {
  /// How long a subscription may take.
  private static let subscriptionMilliseconds = 10_000

  /// Opens the account's stream; what went wrong, if it did not come about.
  func openAccountStream() async -> String? {
    let address = settings.address(of: venue)
    let stream = BinanceStream(
      settings.client, venue == .spot ? address.commands : address.streams,
      target: { [weak self] in await self?.accountStreamTarget() },
      handler: { [weak self] event in self?.hearAccount(event) })
    accountStream = stream
    return await withCheckedContinuation { continuation in
      onAccountStream = { continuation.resume(returning: $0) }
      stream.start()
    }
  }

  private func accountStreamTarget() async -> String? {
    guard venue == .futures else { return "/ws-api/v3" }
    let request = BinanceRequest(.post, "/fapi/v1/listenKey", .key, weight: 1)
    guard case .answer(let answer) = await connection.send(request, .brake),
      let key = answer.text("listenKey")
    else { return nil }
    return "/private/ws/\(key)"
  }

  /// A listen key lives for an hour after it was last renewed, so one renewal may fail.
  private static let renewalMilliseconds = 20 * 60_000

  private func renewListenKeyRegularly() {
    guard venue == .futures else { return }
    later(.renewListenKey, milliseconds: Self.renewalMilliseconds) { plugin in
      guard plugin.isAccountHeard else { return }
      await plugin.renewListenKey()
      plugin.renewListenKeyRegularly()
    }
  }

  /// Renews the listen key. Where the venue knows it no more, nothing is told by it either, and the
  /// next stream begins with a new one; where nobody answers, there is time for another attempt.
  func renewListenKey() async {
    let request = BinanceRequest(.put, "/fapi/v1/listenKey", .key, weight: 1)
    if case .error(let error) = await connection.send(request, .brake) {
      accountStream?.restart(reason: "Its listen key was not renewed: \(error.sentence)")
    }
  }

  private func hearAccount(_ event: BinanceStream.Event) {
    switch event {
    case .opened: venue == .spot ? subscribe() : accountIsHeard()
    case .lost(let reason): accountIsLost(reason)
    case .message(let message):
      if message["id"]?.integer == 1 { return hearSubscription(message) }
      switch BinanceStreamEvent(message, of: venue, children: algoChildren) {
      case .order(let report): tell(.order(report))
      case .triggered(let report, let child):
        tell(.order(report))
        if let child { catchUp(with: child, of: report.orderID) }
      case .ended(let reason): accountStream?.restart(reason: reason)
      case .externalOrder: listExternalOrders()
      case .other: break
      // What cannot be read may be about an order: all of them are compared.
      case nil: accountStream?.restart(reason: "Binance sent an event that cannot be read.")
      }
    }
  }

  /// Asks what has become of a conditional order: what its order did before it was known by its id
  /// was taken for somebody else's. If nobody answers, the next comparison asks again.
  private func catchUp(with child: BinanceChild, of id: OrderID) {
    algoChildren[child.venueOrderID] = id
    LoopActor.task { [self] in
      if case .found(let report) = await query(child, of: id) { tell(.order(report)) }
    }
  }

  /// How long changes of external orders are gathered: listing them costs much of the budget.
  private static let externalMilliseconds = 5_000

  /// Tells what others have open on the account, after a moment.
  func listExternalOrders() {
    later(.listExternalOrders, milliseconds: Self.externalMilliseconds) { plugin in
      guard plugin.isAccountHeard else { return }
      // Listing open orders tells the external ones; where it fails, the next comparison does.
      _ = try? await plugin.openOrders()
    }
  }

  private func subscribe() {
    guard let message = connection.signedCommand("userDataStream.subscribe.signature", id: 1) else {
      return accountStream?.restart(reason: "There is no API key.") ?? ()
    }
    accountStream?.send(message)
    _ = EventLoop.shared.schedule(afterMilliseconds: Self.subscriptionMilliseconds) { [weak self] in
      guard let self, !isAccountHeard else { return }
      accountStream?.restart(reason: "Binance did not answer a subscription.")
    }
  }

  private func hearSubscription(_ answer: JSONValue) {
    guard answer["status"]?.integer == 200 else {
      let reason = answer["error"]?.text("msg") ?? "no reason"
      accountStream?.restart(reason: "Binance refused the subscription: \(reason)")
      return
    }
    accountIsHeard()
  }

  private func accountIsHeard() {
    accountStream?.confirm()
    isAccountHeard = true
    renewListenKeyRegularly()
    setHealth(isHealthy: true, "Connected.")
    if let told = onAccountStream {
      onAccountStream = nil
      told(nil)
    } else {
      tell(.connected)
    }
  }

  private func accountIsLost(_ reason: String) {
    let wasHeard = isAccountHeard
    isAccountHeard = false
    setHealth(isHealthy: false, "Its account is not heard. \(reason)")
    if let told = onAccountStream {
      onAccountStream = nil
      accountStream?.stop()
      told(reason)
    } else if wasHeard {
      tell(.disconnected(reason: reason))
    }
  }
}
