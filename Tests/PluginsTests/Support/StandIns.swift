// Stand-ins for Binance, one a directory: whoever starts again in a directory finds the venue as it
// was.

import Crypto
import Network
import Plugins
import StandIn
import Wire

@LoopActor enum StandIns {
  private static var ports: [String: UInt16] = [:]

  /// One for all: a new one reads the certificates of the system, which takes a while.
  private static let client = valid(try? HTTPClient(), "client")

  /// How the stand-in of a directory is reached; it is started if there is none.
  static func settings(_ directory: Directory) -> BinanceSettings {
    let port = ports[directory.path] ?? valid(try? StandIn().listen(), "stand-in")
    ports[directory.path] = port
    return settings(port: port)
  }

  /// How the stand-in at a port is reached.
  static func settings(port: UInt16, secret: String = StandIn.secret) -> BinanceSettings {
    let origin = valid(try? HTTPOrigin("http://127.0.0.1:\(port)"), "origin")
    return BinanceSettings(
      client: client, spot: BinanceAddress(all: origin),
      futures: BinanceAddress(all: origin),
      keyName: StandIn.keyName, signer: valid(try? RequestSigner(secret), "key"),
      isTestnet: true, takerFeeBasisPoints: decimal("10"))
  }
}
