// A dead man's switch: Binance cancels the open orders of a symbol unless it is told in time that
// somebody still looks after them. The rule to keep: a symbol without orders of ours is not left
// armed, or the next order there is cancelled by a countdown that nobody renews.

internal import Network
internal import Trading
internal import Wire

/// The countdowns of an account at USD-M Futures.
@LoopActor final class BinanceCountdown {
  private let connection: BinanceConnection
  private let milliseconds: Int
  /// The symbols with open orders of ours; nil if that is not known.
  private let openSymbols: @LoopActor () async -> Set<Symbol>?
  /// Told what is not in force, and why.
  private let onFailure: @LoopActor (String) -> Void
  /// The symbols whose countdown runs.
  private var armed: Set<Symbol> = []
  /// The symbols that an order was sent to since the last round: it may be in no list yet.
  private var recent: Set<Symbol> = []
  private var timer: Timer?
  private var isStopped = false

  init(
    _ connection: BinanceConnection, milliseconds: Int,
    openSymbols: @escaping @LoopActor () async -> Set<Symbol>?,
    onFailure: @escaping @LoopActor (String) -> Void
  ) {
    self.connection = connection
    self.milliseconds = milliseconds
    self.openSymbols = openSymbols
    self.onFailure = onFailure
  }

  /// An order is about to be sent.
  func note(_ symbol: Symbol) {
    recent.insert(symbol)
    guard armed.insert(symbol).inserted else { return }
    LoopActor.task { [self] in _ = await set(symbol, milliseconds) }
  }

  /// Renews the countdowns now, and whenever a third of them is over.
  func run() async {
    guard !isStopped else { return }
    timer = EventLoop.shared.schedule(afterMilliseconds: milliseconds / 3) { [weak self] in
      LoopActor.task { await self?.run() }
    }
    await renew()
  }

  /// Arms the symbols that have open orders of ours, and disarms those that have none any more.
  func renew() async {
    let before = recent
    recent = []
    let open = await openSymbols() ?? armed
    let wanted = open.union(before).union(recent)
    for symbol in armed.subtracting(wanted) {
      armed.remove(symbol)
      if await !set(symbol, 0) { armed.insert(symbol) }
    }
    armed.formUnion(wanted)
    for symbol in wanted { _ = await set(symbol, milliseconds) }
  }

  /// Stops all countdowns: whoever stops in order leaves the open orders where they are.
  func stop() async {
    isStopped = true
    timer?.cancel()
    for symbol in armed {
      // Who does not answer now would keep the stop waiting once a symbol.
      guard await set(symbol, 0) else { return }
      armed.remove(symbol)
    }
  }

  /// Sets a countdown, or stops it with 0; whether Binance did it.
  private func set(_ symbol: Symbol, _ milliseconds: Int) async -> Bool {
    guard !isStopped || milliseconds == 0 else { return false }
    let request = BinanceRequest(.post, "/fapi/v1/countdownCancelAll", weight: 10)
      .with("symbol", symbol).with("countdownTime", milliseconds)
    let result = await connection.send(request, .brake)
    if case .answer = result { return true }
    onFailure(
      "The countdown of \(symbol) was not set to \(milliseconds / 1_000) s: \(result.reason)")
    return false
  }
}
