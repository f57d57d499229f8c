// The streams of the stand-in: the account's events after a signed subscription, and best prices.

internal import Network
internal import Trading
internal import Wire

/// An open WebSocket.
@LoopActor final class StandInStream {
  /// Whose events it is told.
  enum Purpose: Equatable {
    case account(StandInVenue)
    case prices
  }

  let purpose: Purpose
  private let stream: HTTPStream
  private var decoder = WebSocketDecoder(from: .client, messageBytesMax: 65_536)
  var isSubscribed = false
  var symbols: Set<String> = []

  init(_ purpose: Purpose, _ stream: HTTPStream) { (self.purpose, self.stream) = (purpose, stream) }

  func send(_ text: String) {
    var bytes: [UInt8] = []
    WebSocketEncoder.append(.text, Array(text.utf8), to: &bytes)
    stream.write(bytes)
  }

  func abort() { stream.abort() }

  /// Takes what the peer sent; the whole messages in it.
  func take(_ bytes: [UInt8]) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    var offset = 0
    while offset < bytes.count {
      switch decoder.parse(bytes.span, from: &offset) {
      case .message(let message, _): messages.append(message)
      case .ping(let content):
        var pong: [UInt8] = []
        WebSocketEncoder.append(.pong, content, to: &pong)
        stream.write(pong)
      case .close, .failure:
        stream.end()
        return messages
      case .needsMoreBytes, .pong: break
      }
    }
    return messages
  }
}

extension StandIn {
  /// Opens a stream if the request is for one; true if it is.
  func openStream(_ request: HTTPRequest, _ responder: HTTPResponder) -> Bool {
    guard let purpose = purpose(of: request.path), let key = request.header("sec-websocket-key")
    else { return false }
    let head = HTTPResponse(
      status: 101, contentType: nil,
      headers: [
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Accept", WebSocketUpgrade.acceptance(of: key)),
      ])
    responder.stream(head) { [self] stream, event in
      switch event {
      case .began:
        let open = StandInStream(purpose, stream)
        // A listen key has subscribed the account by itself.
        if case .account(.futures) = purpose { open.isSubscribed = true }
        streams.append((stream, open))
      case .received(let bytes):
        guard let open = streams.first(where: { $0.stream === stream })?.open else { return }
        for message in open.take(bytes) { answer(message, on: open) }
      case .drained: break
      case .closed: streams.removeAll { $0.stream === stream }
      }
    }
    return true
  }

  private func purpose(of path: String) -> StandInStream.Purpose? {
    switch path {
    case "/ws-api/v3": .account(.spot)
    case "/ws", "/public/ws": .prices
    default:
      futuresAccount.listenKey.map { "/private/ws/\($0)" } == path ? .account(.futures) : nil
    }
  }

  private func answer(_ message: [UInt8], on open: StandInStream) {
    guard let root = try? JSONDocument(parsing: message).root else { return open.abort() }
    switch open.purpose {
    case .account: subscribeAccount(root, open)
    case .prices:
      let names = root["params"]?.elements.compactMap(\.string) ?? []
      for name in names where name.hasSuffix("@bookTicker") {
        let symbol = String(name.dropLast("@bookTicker".count)).uppercased()
        open.symbols.insert(symbol)
        open.send(tickerEvent(of: symbol))
      }
    }
  }

  private func subscribeAccount(_ message: JSONValue, _ open: StandInStream) {
    let id = message["id"]?.integer ?? 0
    guard message["method"]?.string == "userDataStream.subscribe.signature",
      let parameters = message["params"], let time = parameters["timestamp"]?.integer,
      let name = parameters["apiKey"]?.string, name == StandIn.keyName,
      let signature = parameters["signature"]?.string,
      access.isSignature(signature, over: "apiKey=\(name)&timestamp=\(time)")
    else {
      let error = object([("code", "-1022"), ("msg", quoted("Signature is not valid."))])
      return open.send(object([("id", "\(id)"), ("status", "400"), ("error", error)]))
    }
    open.isSubscribed = true
    let result = object([("subscriptionId", "0")])
    open.send(object([("id", "\(id)"), ("status", "200"), ("result", result)]))
  }

  private func tickerEvent(of symbol: String) -> String {
    let price = spot.markets[symbol]?.price
    return object([
      ("u", "1"), ("s", quoted(symbol)), ("b", quoted(price)), ("B", quoted(Decimal(1))),
      ("a", quoted(price)), ("A", quoted(Decimal(1))),
    ])
  }

  /// Tells the streams what has happened.
  func tellStreams() {
    for event in spot.takeEvents() {
      tell(object([("subscriptionId", "0"), ("event", event)]), .spot)
    }
    for event in futures.takeEvents() { tell(event, .futures) }
  }

  private func tell(_ text: String, _ venue: StandInVenue) {
    for (_, open) in streams where open.isSubscribed && open.purpose == .account(venue) {
      open.send(text)
    }
  }

  /// Tells a price to whoever watches it.
  func tellPrice(of symbol: String) {
    for (_, open) in streams where open.symbols.contains(symbol) {
      open.send(tickerEvent(of: symbol))
    }
  }

  /// Ends all streams without a word, as a broken network does.
  public func dropStreams() {
    for (_, open) in streams { open.abort() }
    streams = []
  }

  /// Tells subscribers of an account a text, whatever it is.
  public func tellAccount(_ text: String) {
    for (_, open) in streams where open.isSubscribed {
      open.send(text)
    }
  }
}
