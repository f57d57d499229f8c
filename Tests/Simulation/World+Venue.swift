// The wires between a world's engine and its venue: what is lost, late, silent, told twice.

import Trading

extension World {
  /// After this time a plugin gives up a silent venue.
  private static let silence = 20_000...70_000
  private static let rejection = Rejection(code: "-2010", sentence: "Insufficient balance.")
  /// Until the next trade of a resting order: seconds mostly, up to hours for some.
  private static let soon = 100...9_000
  private static let someTime = 60_000...7_200_000

  func send(_ order: Order) {
    let id = order.id
    switch random.number(0...99) {
    case 0..<60:
      arrive(order, in: 1...300) { world, isAccepted in world.answerSubmission(id, isAccepted) }
    case 60..<70:
      // The request is lost.
      tell(.submitted(id, .unknown(reason: "Connection reset.")), in: 1...2_000)
    case 70..<80:
      // The answer is lost.
      arrive(order, in: 1...1_000) { world, _ in
        let isInvented = world.bug == .inventRejection
        world.tell(
          .submitted(
            id, isInvented ? .rejected(World.rejection) : .unknown(reason: "HTTP 502")),
          in: 1...1_000)
      }
    case 80..<90:
      // The plugin gives up, and the request arrives all the same.
      tell(.submitted(id, .unknown(reason: "Timed out.")), in: 1...1_500)
      arrive(order, in: 1_500...4_000) { _, _ in }
    default:
      // Silence for longer than the engine waits.
      if random.chance(70) { arrive(order, in: 1...3_000) { _, _ in } }
      tell(.submitted(id, .unknown(reason: "Timed out.")), in: World.silence)
    }
  }

  private func arrive(
    _ order: Order, in range: ClosedRange<Int>, then answer: @escaping (World, Bool) -> Void
  ) {
    later(range, survivesCrash: true) { world in
      let isAccepted = world.venue.receive(order, at: world.now, &world.random)
      world.stream(order.id)
      world.tradeNowAndThen(order.id)
      answer(world, isAccepted)
    }
  }

  private func answerSubmission(_ id: OrderID, _ isAccepted: Bool) {
    guard isAccepted, let report = venue.report(id), let entry = venue.entries[id] else {
      return tell(.submitted(id, .rejected(World.rejection)), in: 1...1_000)
    }
    let symbol = entry.terms.symbol
    let position = PositionReport(
      symbol: symbol, quantity: venue.position(entry.terms.positionKey))
    tell(
      .submitted(id, .accepted(report, position: random.chance(50) ? position : nil)), in: 1...800)
  }

  private func tradeNowAndThen(_ id: OrderID) {
    bustNowAndThen(id)
    guard venue.entries[id]?.canTrade == true else { return }
    later(random.chance(80) ? World.soon : World.someTime, survivesCrash: true) { world in
      guard world.venue.entries[id]?.canTrade == true else { return }
      world.venue.trade(id, at: world.now, &world.random)
      world.stream(id)
      world.tradeNowAndThen(id)
    }
  }

  /// One trade in twenty is taken back, minutes later.
  private func bustNowAndThen(_ id: OrderID) {
    guard venue.entries[id]?.fills.isEmpty == false, random.chance(5) else { return }
    later(100...600_000, survivesCrash: true) { world in
      // Of what is taken back after all sweeps nobody would ever hear.
      guard !world.isCalm else { return }
      world.venue.bust(id)
      world.stream(id)
    }
  }

  /// The stream: lost now and then, told twice now and then, in any order.
  private func stream(_ id: OrderID) {
    guard hasStream, var report = venue.report(id), !random.chance(30) else { return }
    // A stream tells of the newest trade, a query of all.
    if random.chance(50) { report.fills = report.fills.suffix(1) }
    // Some messages say that all is over and leave the trades to others.
    if random.chance(10) { report.fills = [] }
    tell(.reported(report), in: 1...2_500)
    if bug == .countTwice, let last = report.fills.indices.last {
      var twice = report
      twice.fills[last].tradeID = tradeID("again-\(twice.fills[last].tradeID.text)")
      tell(.reported(twice), in: 1...2_500)
    }
    if random.chance(25) { tell(.reported(report), in: 1...5_000) }
  }

  func cancel(_ id: OrderID) {
    let fate = random.number(0...99)
    guard fate < 85 else {
      if fate < 95 { tell(.cancelAnswered(id, .unknown(reason: "HTTP 503")), in: 1...2_000) }
      return
    }
    later(1...600, survivesCrash: true) { world in
      let outcome = world.cancelOutcome(id)
      if fate < 70 {
        world.tell(.cancelAnswered(id, outcome), in: 1...800)
      } else if fate < 80 {
        world.tell(.cancelAnswered(id, .unknown(reason: "HTTP 504")), in: 1...2_000)
      }
    }
  }

  private func cancelOutcome(_ id: OrderID) -> CancelOutcome {
    if random.chance(10) { return .refused(isGone: false, reason: "Too many requests.") }
    if bug == .inventCancel, let report = venue.report(id) {
      var told = report
      told.status = .canceled(reason: "Asked for.")
      return .canceled(told)
    }
    guard venue.cancel(id), let report = venue.report(id) else {
      return .refused(isGone: true, reason: "Unknown order.")
    }
    stream(id)
    if random.chance(20) {
      later(1...4_000, survivesCrash: true) { world in
        world.venue.trade(id, at: world.now, isLate: true, &world.random)
        world.stream(id)
      }
    }
    return .canceled(report)
  }

  func amend(_ order: Order) {
    guard let amendment = order.amendment else { return }
    let id = order.id
    let fate = random.number(0...99)
    guard fate < 85 else {
      if fate < 95 { tell(.amendAnswered(id, .unknown(reason: "HTTP 503")), in: 1...2_000) }
      return
    }
    later(1...600, survivesCrash: true) { world in
      let isRefused = world.random.chance(10)
      let isMade = !isRefused && world.venue.amend(id, amendment)
      guard fate < 70 else {
        return world.tell(.amendAnswered(id, .unknown(reason: "HTTP 504")), in: 1...2_000)
      }
      if isMade, let report = world.venue.report(id) {
        world.tell(.amendAnswered(id, .amended(report)), in: 1...800)
      } else {
        world.tell(
          .amendAnswered(id, .refused(isGone: !isRefused, reason: "Refused.")), in: 1...800)
      }
    }
  }

  // MARK: The market

  /// The market moves, and now and then nobody hears of it in time.
  func moveMarket() {
    let symbol = random.chance(50) ? bitcoin : ether
    let price = price("\(random.number(950...1_050))e-1")
    for id in venue.moveMarket(symbol, to: price) {
      stream(id)
      tradeNowAndThen(id)
    }
    random.chance(15)
      ? quoteLate(symbol, price, on: binance) : quote(symbol, price, on: binance)
    // Another market is a little dearer or cheaper.
    let other = valid(
      Price(price.amount + Decimal(units: Int128(random.number(-9...9)), scale: 1)), "price")
    random.chance(15) ? quoteLate(symbol, other, on: kraken) : quote(symbol, other, on: kraken)
  }

  func quote(_ symbol: Symbol, _ price: Price, on account: AccountID) {
    let key = PositionKey(account: account, symbol: symbol)
    quotes[key, default: []].append((now, price))
    tell(.priced(key, price))
  }

  private func quoteLate(_ symbol: Symbol, _ price: Price, on account: AccountID) {
    let key = PositionKey(account: account, symbol: symbol)
    let quotedAt = processTime.adding(milliseconds: -6_000)
    tell(.priced(key, price, quotedAt: bug == .freshenQuote ? nil : quotedAt))
  }

  func query(_ id: OrderID) {
    let fate = random.number(0...99)
    guard fate >= 5 else { return }
    guard canBeAskedLater, fate >= 20, bug != .inventNotFound else {
      let isInvented = bug == .inventNotFound
      return tell(
        .queryAnswered(id, isInvented ? .notFound : .unavailable(reason: "HTTP 503")),
        in: 1...1_000)
    }
    later(1...400) { world in
      guard world.venue.isVisible(id, at: world.now), let report = world.venue.report(id) else {
        return world.tell(.queryAnswered(id, .notFound), in: 1...800)
      }
      world.tell(.queryAnswered(id, .found(report)), in: 1...800)
    }
  }

  // MARK: Sweeps

  func sweepOpenOrders() {
    for account in World.accounts { sweepOpenOrders(account) }
  }

  func sweepOpenOrders(_ account: AccountID) {
    let open = venue.all.filter {
      $0.entry.terms.account == account && $0.entry.isWorking && $0.entry.visibleFrom <= now
    }
    var reports = open.compactMap { venue.report($0.id) }
    if random.chance(10) { reports.append(foreignOrder()) }
    tell(.openOrdersReported(account, reports), in: 1...500)
  }

  /// An order that somebody placed by hand on the same account.
  private func foreignOrder() -> OrderReport {
    OrderReport(
      orderID: OrderID(value: UInt128(random.next())), venueOrderID: VenueOrderID("by-hand"),
      status: .working, filledQuantity: .zero, fills: [])
  }

  func sweepPositions() {
    for account in World.accounts {
      let reports = [bitcoin, ether].map {
        PositionReport(
          symbol: $0, quantity: venue.position(PositionKey(account: account, symbol: $0)))
      }
      tell(.positionsReported(account, reports), in: 1...500)
    }
  }

  /// A bridge that cannot be asked for an order tells of all of them instead.
  func sweepTrades() {
    for (id, entry) in venue.all
    where !entry.fills.isEmpty || !entry.busts.isEmpty || !canBeAskedLater {
      if let report = venue.report(id) { tell(.reported(report), in: 1...500) }
    }
  }
}
