// Measures the HTTP client alone: the same request to one server, on as many kept connections as
// requests are under way at once. Prints requests per second and the median and the 99th percentile
// of their microseconds. Arguments: the server's URL, a file of trusted certificates, seconds, and
// how many requests at once.

import Network
import Wire

/// An order as venues take it.
private let body = Array(
  ("symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.00100000&price=67506.75"
    + "&newClientOrderId=01a1fdcf-b44c-7000-8dd1-9cbc08a07cf7&recvWindow=5000"
    + "&timestamp=1499827319559&signature="
    + "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71").utf8)

@LoopActor final class Bench {
  private let client: HTTPClient
  private let request: HTTPClientRequest
  private let endNanoseconds: UInt64
  private var nanoseconds: [UInt64] = []
  private var running = 0
  private var completion: (([UInt64]) -> Void)?

  init(url: String, trustFile: String, seconds: UInt64, atOnce: Int) throws {
    var limits = HTTPClient.Limits()
    limits.connectionsMax = atOnce
    client = try HTTPClient(limits: limits, trustFile: trustFile)
    request = HTTPClientRequest(
      .post, try HTTPOrigin(url), "/api/v3/order", headers: [("X-MBX-APIKEY", "key")], body: body)
    endNanoseconds = EventLoop.shared.monotonicNanoseconds() + seconds * 1_000_000_000
    running = atOnce
  }

  /// How long each request took.
  func run() async -> [UInt64] {
    await withCheckedContinuation { continuation in
      completion = { continuation.resume(returning: $0) }
      for _ in 0..<running { next() }
    }
  }

  private func next() {
    let start = EventLoop.shared.monotonicNanoseconds()
    client.send(request) { result in
      let end = EventLoop.shared.monotonicNanoseconds()
      switch result {
      case .failure(let error): fatalError("\(error)")
      case .success(let response): precondition(response.status == 200)
      }
      self.nanoseconds.append(end - start)
      if end < self.endNanoseconds { return self.next() }
      self.running -= 1
      if self.running == 0 { self.completion?(self.nanoseconds) }
    }
  }
}

let arguments = CommandLine.arguments
guard arguments.count == 5, let seconds = UInt64(arguments[3]), let atOnce = Int(arguments[4])
else { fatalError("usage: client-bench URL TRUST_FILE SECONDS AT_ONCE") }
let bench = try await Bench(
  url: arguments[1], trustFile: arguments[2], seconds: seconds, atOnce: atOnce)
let sorted = await bench.run().sorted()
let microseconds = { (part: Int) in sorted[min(sorted.count - 1, sorted.count * part / 100)] / 1_000
}
print(sorted.count / Int(seconds), microseconds(50), microseconds(99))
