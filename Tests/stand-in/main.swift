// `make stand-in`: Binance Spot and USD-M Futures on this machine, with accounts that are worth
// nothing, for trying the service without real ones.

import Glibc
import Network
import StandIn

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let port = arguments.first.flatMap { UInt16(exactly: $0) } ?? 9_880
/// What requests may weigh in a minute, where that is to be another than the venue's.
let weightMax = arguments.dropFirst().first

EventLoop.shared.post {
  do throws(NetworkError) {
    let standIn = StandIn()
    if let weightMax { standIn.weightMax = weightMax }
    _ = try standIn.listen(port: port)
    let address = "127.0.0.1:\(port)"
    print(
      """
      A stand-in for Binance Spot and USD-M Futures listens on \(address). Let the service trade
      there:

        PLUGINS=binance,binance-futures BINANCE_SPOT_URL=http://\(address) \\
          BINANCE_FUTURES_URL=http://\(address) BINANCE_API_KEY=\(StandIn.keyName) \\
          BINANCE_API_SECRET=\(StandIn.secret) make run

      Move a price, or have the answer to the next order lost:

        curl -X POST '\(address)/stand-in/price?symbol=BTCUSDT&price=66000'
        curl -X POST '\(address)/stand-in/fault?method=POST&path=/api/v3/order&kind=lost_answer'
      """)
    fflush(nil)
  } catch {
    print("It cannot listen on port \(port): \(error)")
    exit(1)
  }
}
while true { pause() }
