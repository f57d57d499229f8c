// `make fake-terminal`: a terminal with an account that is worth nothing, for trying the bridge
// without MetaTrader or NinjaTrader.

import FakeTerminal
import Glibc
import Network
import Wire

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 3, let origin = try? HTTPOrigin(arguments[0]) else {
  print("Call it with the service's address, the plugin's name and its token, such as")
  print("  fake-terminal http://127.0.0.1:8004 mt5 a-token-of-16-characters-or-more")
  exit(2)
}
let (bridge, token) = (arguments[1], arguments[2])
/// What is to be done wrong on principle, to see that it is found.
let bug = arguments.count > 3 ? FakeBug(rawValue: arguments[3]) : nil

EventLoop.shared.post {
  do throws(NetworkError) {
    let terminal = try FakeTerminal(origin, bridge: bridge, token: token)
    terminal.bug = bug
    terminal.start()
    print("A fake terminal works for \(bridge) at \(origin), with BTCUSDT, ETHUSDT, EURUSD and")
    print("ES 03-25. GET \(origin)/api/v1/plugins/\(bridge) tells whether it is connected.")
    fflush(nil)
  } catch {
    print("It cannot start: \(error)")
    exit(1)
  }
}
while true { pause() }
