// Short ways to write the values that tests are about. A literal that is not one ends the run: the
// test is wrong, not the code.

import Network
import Plugins
import Trading

func valid<Value>(_ value: Value?, _ name: String) -> Value {
  guard let value else { preconditionFailure("\(name) is not valid") }
  return value
}

func decimal(_ text: String) -> Decimal { valid(Decimal(storedText: text), text) }
func quantity(_ text: String) -> Quantity { valid(Quantity(decimal(text)), text) }
func price(_ text: String) -> Price { valid(Price(decimal(text)), text) }
func symbol(_ text: String) -> Symbol { valid(Symbol(text), text) }
func asset(_ text: String) -> Asset { valid(Asset(text), text) }
func account(_ text: String) -> AccountID { valid(AccountID(text), text) }

let bitcoin = symbol("BTCUSDT")
let ether = symbol("ETHUSDT")
let btc = asset("BTC")
let usdt = asset("USDT")
let start = Timestamp(microseconds: 1_700_000_000_000_000)

/// A fee of 0.1 %, a slippage of 0.01 % and a million.
let usualSettings = MockSettings(
  balances: [usdt: decimal("1000000")], feeBasisPoints: decimal("10"),
  slippageBasisPoints: decimal("1"), latencyMilliseconds: 0)

/// A fee of 0.1 %, no latency and a million.
let usualPaper = PaperSettings(
  balances: [usdt: decimal("1000000")], feeBasisPoints: decimal("10"), latencyMilliseconds: 0)

/// A registry whose kinds can all be made; `binance` is the directory's own stand-in, and processes
/// are those that were prepared there.
@LoopActor func registry(
  _ directory: Directory, isPaperEnabled: Bool = true, isLiveEnabled: Bool = false,
  isFallbackEnabled: Bool = false
) -> PluginRegistry {
  var settings = PluginRegistry.Settings(
    directory: directory.path, mock: usualSettings, paper: usualPaper,
    binance: StandIns.settings(directory), http: PluginProcesses.http(directory),
    ccxt: PluginProcesses.ccxt(directory),
    isPaperEnabled: isPaperEnabled, isLiveEnabled: isLiveEnabled)
  settings.isFallbackEnabled = isFallbackEnabled
  settings.metaTrader = .bridge(Terminals.settings)
  settings.ninjaTrader = .bridge(Terminals.settings)
  return PluginRegistry(settings)
}

/// An order that is on its way to its venue; LIMIT if `limit` is given. Later numbers are younger.
func order(
  _ number: UInt64, _ side: Side, _ quantityText: String, _ symbol: Symbol = bitcoin,
  limit: String? = nil, _ timeInForce: TimeInForce? = nil, isPostOnly: Bool = false,
  on name: String = "mock"
) -> Order {
  let terms = OrderTerms(
    account: account(name), symbol: symbol, side: side, type: limit == nil ? .market : .limit,
    quantity: quantity(quantityText), timeInForce: timeInForce, isPostOnly: isPostOnly,
    limitPrice: limit.map { price($0) })
  var order = Order(id: OrderID(value: UInt128(number)), terms: terms, at: start)
  _ = order.apply(.submitting, at: start)
  return order
}

extension SeededGenerator {
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

extension OrderReport {
  /// The signed sum of its fills.
  func signedQuantity(_ side: Side) -> Decimal {
    fills.reduce(.zero) {
      side == .buy ? $0 + $1.quantity.amount : $0 - $1.quantity.amount
    }
  }
}
