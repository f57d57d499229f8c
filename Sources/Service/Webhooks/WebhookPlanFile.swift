// Reads config/strategies.json5. Its errors name the place, and never quote a secret.

internal import FoundationEssentials
internal import Telemetry
internal import Trading

extension WebhookPlan {
  /// The plan in a file; an empty one if there is no file.
  init(path: String) throws(StartError) {
    guard FileManager.default.fileExists(atPath: path) else {
      self.init()
      return
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StartError(description: "\(path) cannot be read; check its permissions.")
    }
    do throws(PlanFault) {
      try self.init(try PlanNode(json5: data))
    } catch {
      throw StartError(description: "\(path) cannot be used. \(error.sentence)")
    }
  }

  init(_ root: PlanNode) throws(PlanFault) {
    self.init()
    let root = try root.object(in: "the file", ["sources", "strategies", "symbols"])
    for (name, node) in try root["sources"]?.entries(in: "sources") ?? [] {
      sources.append(try WebhookSource(node, name))
    }
    for (name, node) in try root["strategies"]?.entries(in: "strategies") ?? [] {
      guard let label = Label(name) else { throw PlanFault("A strategy's name is too long.") }
      strategies[label] = try AlertStrategy(node, "strategies.\(name)")
    }
    for (name, node) in try root["symbols"]?.entries(in: "symbols") ?? [] {
      instruments[name.uppercased()] = try MappedInstrument(node, "symbols.\(name)")
    }
    let known = sources.map(\.name) + [WebhookSource.plainName]
    for (name, strategy) in strategies {
      guard let source = strategy.source, !known.contains(source) else { continue }
      throw PlanFault("strategies.\(name).source names \(source), which sources does not have.")
    }
  }
}

extension WebhookSource {
  /// The source that has the plain address and `WEBHOOK_SECRET`.
  static let plainName = "tradingview"

  init(_ node: PlanNode, _ name: String) throws(PlanFault) {
    let place = "sources.\(name)"
    guard APIKeyRing.isName(name), name != WebhookSource.plainName else {
      throw PlanFault(
        "\(place) must have a name of letters, digits, dots, dashes or underscores, other than "
          + "\(WebhookSource.plainName), which is the source of the plain address.")
    }
    let fields = try node.object(
      in: place, ["token", "token_file", "secret", "secret_file", "addresses"])
    guard let token = try fields.secret("token", in: place) else {
      throw PlanFault("\(place) needs a token: alerts go to /webhook/tradingview/TOKEN.")
    }
    // Anything else would have to be written with percent signs in the address.
    let isPlain = token.reveal().allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_.~".contains($0))
    }
    guard isPlain else {
      throw PlanFault("\(place).token must be of letters, digits and the signs - _ . ~ only.")
    }
    var list: AddressList?
    if let texts = try fields["addresses"]?.texts(in: "\(place).addresses") {
      do throws(SettingRefusal) {
        list = try AddressList(texts)
      } catch {
        throw PlanFault("\(place).addresses \(error.reason ?? "cannot be read.")")
      }
    }
    self.init(
      name: name, token: token, secret: try fields.secret("secret", in: place), addresses: list)
  }
}

extension AlertStrategy {
  init(_ node: PlanNode, _ place: String) throws(PlanFault) {
    let fields = try node.object(
      in: place, ["account", "symbol", "size", "source", "heartbeat_seconds"])
    account = try fields.account(in: place)
    symbol = try fields["symbol"]?.symbol(in: "\(place).symbol")
    source = try fields["source"]?.text(in: "\(place).source")
    size = try fields["size"].map { node throws(PlanFault) in
      try AlertSize(node, "\(place).size")
    }
    if let node = fields["heartbeat_seconds"] {
      let seconds = try node.text(in: "\(place).heartbeat_seconds")
      guard let count = Int(seconds), (1...31_536_000).contains(count) else {
        throw PlanFault("\(place).heartbeat_seconds must be a whole number of seconds.")
      }
      heartbeatSeconds = count
    }
  }
}

extension MappedInstrument {
  /// A symbol, or an object with a symbol and an account.
  init(_ node: PlanNode, _ place: String) throws(PlanFault) {
    if case .text = node {
      self.init(account: nil, symbol: try node.symbol(in: place))
      return
    }
    let fields = try node.object(in: place, ["account", "symbol"])
    guard let symbol = fields["symbol"] else { throw PlanFault("\(place) needs a symbol.") }
    self.init(
      account: try fields.account(in: place), symbol: try symbol.symbol(in: "\(place).symbol"))
  }
}

extension AlertSize {
  init(_ node: PlanNode, _ place: String) throws(PlanFault) {
    let ways = ["quantity", "notional", "equity_percent", "risk_percent"]
    let fields = try node.object(in: place, ways)
    guard fields.count == 1, let (way, value) = fields.first else {
      throw PlanFault("\(place) must have one of \(ways.joined(separator: ", ")).")
    }
    let text = try value.text(in: "\(place).\(way)")
    guard let number = try? Decimal(text: text), number.isPositive,
      !way.hasSuffix("percent") || number <= Decimal(100), let quantity = Quantity(number)
    else {
      throw PlanFault(
        "\(place).\(way) must be a number above 0\(way.hasSuffix("percent") ? ", 100 at most" : "")"
          + ".")
    }
    switch way {
    case "quantity": self = .quantity(quantity)
    case "notional": self = .notional(number)
    case "equity_percent": self = .equityPercent(number)
    default: self = .riskPercent(number)
    }
  }
}
