// A stand-in for Binance Spot in this process, with services that trade on it. Its state is read on
// the loop, by tests that wait on threads of their own.

import Dispatch
import Network
import StandIn
import Synchronization
import Trading

/// A stand-in that services reach over a socket.
final class Binance: Sendable {
  private let standIn: StandIn
  let port: UInt16

  init() async throws {
    (standIn, port) = try await Task { @LoopActor in
      let standIn = StandIn()
      return (standIn, try standIn.listen())
    }.value
  }

  /// Settings of a service that trades there.
  var settings: [String: String] {
    ServiceProcess.unlimited.merging([
      "PLUGINS": "binance", "BINANCE_SPOT_URL": "http://127.0.0.1:\(port)",
      "BINANCE_API_KEY": StandIn.keyName, "BINANCE_API_SECRET": StandIn.secret,
    ]) { $1 }
  }

  /// Looks at the stand-in, or does something to it.
  func with<Value: Sendable>(
    _ body: @escaping @Sendable @LoopActor (StandIn) -> Value
  ) -> Value {
    let answer = Mutex<Value?>(nil)
    let done = DispatchSemaphore(value: 0)
    EventLoop.shared.post { [standIn] in
      let value = body(standIn)
      answer.withLock { $0 = value }
      done.signal()
    }
    done.wait()
    guard let value = answer.withLock({ $0 }) else {
      preconditionFailure("The loop did not answer.")
    }
    return value
  }

  /// How many requests to place an order have arrived.
  var placements: Int {
    with { standIn in
      standIn.received.count {
        $0.method == "POST" && $0.target.split(separator: "?").first == "/api/v3/order"
      }
    }
  }

  /// Orders that the matching engine has taken.
  var orderCount: Int { with { $0.orderCount } }

  /// Moves the price of BTCUSDT.
  func setPrice(_ price: Int) { with { _ = $0.setPrice("BTCUSDT", Decimal(price)) } }

  /// Lets the next new order have an accident.
  func add(_ fault: StandInFault) { with { $0.add(fault, to: "POST", "/api/v3/order") } }

  /// Client order ids of all orders that were ever taken, each as often as it was taken.
  var clientIDs: [String] { with { $0.clientIDs } }
}
