// A WebSocket to Binance that is kept up: when it ends it is opened again, after a wait that grows.
// It knows no messages. The rule to keep: between `lost` and the next `opened` nothing was heard.

internal import Network
internal import Trading
internal import Wire

/// A stream of messages that comes back.
@LoopActor final class BinanceStream {
  /// What happens to a stream.
  enum Event {
    /// It is there: what was subscribed before is not any more.
    case opened
    /// A message that is JSON.
    case message(JSONValue)
    /// It is gone, and will be opened again.
    case lost(reason: String)
  }

  private let client: HTTPClient
  private let origin: HTTPOrigin
  private let target: () async -> String?
  private let handler: (Event) -> Void
  private var socket: WebSocketClient?
  private var attempts = 0
  private var isStopped = true

  /// Waits between attempts: Binance takes 300 connections in five minutes from an address.
  private static let retry = RetrySchedule(firstMilliseconds: 500, longestMilliseconds: 30_000)

  /// - Parameters:
  ///   - target: Where the stream is at the origin; nil if that cannot be said now.
  ///   - handler: Called with all that happens.
  init(
    _ client: HTTPClient, _ origin: HTTPOrigin, target: @escaping @LoopActor () async -> String?,
    handler: @escaping @LoopActor (Event) -> Void
  ) {
    self.client = client
    self.origin = origin
    self.target = target
    self.handler = handler
  }

  func start() {
    guard isStopped else { return }
    isStopped = false
    LoopActor.task { [self] in await open() }
  }

  func stop() {
    isStopped = true
    socket?.close()
    socket = nil
  }

  /// Sends a text, if the stream is there.
  func send(_ text: [UInt8]) { _ = socket?.send(text) }

  /// Says that the peer has proved to work: the next wait is a short one again.
  func confirm() { attempts = 0 }

  /// Gives up the connection, and opens the next one.
  func restart(reason: String) {
    socket?.close()
    lost(socket, reason: reason)
  }

  private func open() async {
    guard let target = await target() else { return lost(nil, reason: "There is no stream key.") }
    guard !isStopped, socket == nil else { return }
    socket = client.openWebSocket(origin, target) { [weak self] socket, event in
      self?.hear(event, of: socket)
    }
  }

  private func hear(_ event: WebSocketClient.Event, of socket: WebSocketClient) {
    guard socket === self.socket else { return }
    switch event {
    case .opened: handler(.opened)
    case .message(let bytes, _):
      guard let document = try? JSONDocument(parsing: bytes) else {
        return restart(reason: "Binance sent what is no JSON.")
      }
      handler(.message(document.root))
    case .drained: break
    case .closed(.byServer(let code, let reason)):
      lost(socket, reason: "Binance closed it (\(code?.number ?? 0)). \(reason)")
    case .closed(.failed(let error)): lost(socket, reason: error.description)
    }
  }

  private func lost(_ socket: WebSocketClient?, reason: String) {
    guard !isStopped, socket === self.socket else { return }
    self.socket = nil
    let wait = BinanceStream.retry.delayMilliseconds(
      attempt: attempts, random: UInt64.random(in: 0...UInt64.max))
    attempts += 1
    _ = EventLoop.shared.schedule(afterMilliseconds: Int(wait)) { [weak self] in
      guard let self, !isStopped else { return }
      LoopActor.task { [self] in await open() }
    }
    handler(.lost(reason: reason))
  }
}
