// Requests to Binance and their answers: stamped, signed, counted and sent once. It knows no
// orders. The rule to keep: a request is sent again only where the venue has proved that it refused
// it for the time in it.

internal import Crypto
internal import Network
internal import Trading
internal import Wire

/// A signed way to one of the venues.
@LoopActor final class BinanceConnection {
  private let venue: BinanceVenue
  private let client: HTTPClient
  private let origin: HTTPOrigin
  private let key: BinanceKey?
  private(set) var clock = BinanceClock()
  private(set) var budget = BinanceBudget()
  /// How often the venue has said that too much was asked of it.
  private(set) var limitHits = 0
  /// Told when the venue has banned this address: for how many seconds.
  var onBan: (@LoopActor (Int64) -> Void)?

  /// How long after its time a request may still be taken, in milliseconds: the venue's default.
  static let windowMilliseconds = 5_000
  /// For how many seconds nothing is sent where the venue does not say how long.
  private static let usualPauseSeconds: Int64 = 60

  init(_ venue: BinanceVenue, at origin: HTTPOrigin, by client: HTTPClient, key: BinanceKey?) {
    (self.venue, self.client, self.origin, self.key) = (venue, client, origin, key)
  }

  /// The weight of a minute, as the venue states it.
  func setWeight(_ weight: Int) { budget.weightMax = weight }

  /// Sends a request, and once more if the venue refused it for its time.
  func send(_ request: BinanceRequest, _ urgency: BinanceUrgency) async -> BinanceResult {
    let result = await sendOnce(request, urgency)
    guard case .error(let error) = result, venue.verdict(on: error) == .notPlacedByClock,
      await setClock() == nil
    else { return result }
    return await sendOnce(request, urgency)
  }

  /// Tries to set the clock over a short way, which is what its error depends on.
  private static let clockTriesMax = 3
  /// A way that is short enough: a fifth of what a stamp may be old.
  private static let shortWayMicroseconds: Int64 = 1_000_000

  /// Asks the venue for its time; what went wrong, if something did.
  func setClock() async -> BinanceResult? {
    for _ in 1...BinanceConnection.clockTriesMax {
      let askedAt = now
      let result = await sendOnce(
        BinanceRequest(.get, "\(venue.prefix)/time", .open, weight: 1), .brake)
      guard case .answer(let answer) = result, let time = answer.moment("serverTime") else {
        return result
      }
      clock.set(venueTime: time, askedAt: askedAt, answeredAt: now)
      if clock.uncertaintyMicroseconds <= BinanceConnection.shortWayMicroseconds { break }
    }
    return nil
  }

  private func sendOnce(
    _ request: BinanceRequest, _ urgency: BinanceUrgency
  ) async -> BinanceResult {
    if let seconds = budget.secondsToWait(for: request.weight, urgency, at: now) {
      return .notSent(
        reason: "Binance's limit for requests is used up for \(seconds) s; nothing was sent.")
    }
    guard let sendable = sendable(request) else {
      return .notSent(reason: "There is no API key for Binance; nothing was sent.")
    }
    do throws(TransportError) {
      let answer = try await client.send(sendable, isUrgent: urgency == .brake)
      let result = BinanceResult(status: answer.status, body: answer.body)
      count(answer, result)
      return result
    } catch {
      return error.delivery == .notSent
        ? .notSent(reason: error.description) : .silence(reason: error.description)
    }
  }

  private func sendable(_ request: BinanceRequest) -> HTTPClientRequest? {
    guard request.security != .open else {
      return HTTPClientRequest(request.method, origin, request.target)
    }
    guard let key else { return nil }
    return HTTPClientRequest(
      request.method, origin,
      request.target(
        signedBy: key.signer, at: venueNow,
        window: BinanceConnection.windowMilliseconds),
      headers: [("X-MBX-APIKEY", key.name)])
  }

  /// A signed message of the WebSocket API; nil without a key. Its parameters are signed in the
  /// order of their names, and as they are.
  func signedCommand(_ method: String, id: Int) -> [UInt8]? {
    guard let key else { return nil }
    let time = venueNow.microseconds / 1_000
    let payload = "apiKey=\(key.name)&timestamp=\(time)"
    var json = JSONWriter()
    json.beginObject()
    json.key("id")
    json.integer(id)
    json.key("method")
    json.string(method)
    json.key("params")
    json.beginObject()
    json.key("apiKey")
    json.string(key.name)
    json.key("timestamp")
    json.integer(Int(time))
    json.key("signature")
    json.string(key.signer.text(of: key.signer.sign(Array(payload.utf8))))
    json.endObject()
    json.endObject()
    return json.bytes
  }

  /// Takes in what an answer says about limits.
  private func count(_ answer: HTTPClientResponse, _ result: BinanceResult) {
    if let used = answer.header("x-mbx-used-weight-1m").flatMap({ Int($0) }) {
      budget.note(usedWeight: used, at: now)
    }
    var hasTooManyOrders = false
    if case .error(let error) = result { hasTooManyOrders = error.code == -1015 }
    guard answer.status == 429 || answer.status == 418 || hasTooManyOrders else { return }
    limitHits += 1
    let asked =
      answer.header("retry-after").flatMap { Int64($0) } ?? BinanceConnection.usualPauseSeconds
    let seconds = max(1, min(asked, BinanceConnection.pauseSecondsMax))
    guard !hasTooManyOrders else { return budget.pauseOrders(seconds: seconds, at: now) }
    budget.pause(seconds: seconds, at: now)
    if answer.status == 418 { onBan?(seconds) }
  }

  /// The longest ban is three days.
  private static let pauseSecondsMax: Int64 = 3 * 86_400

  /// The venue's time.
  var venueNow: Timestamp { clock.venueTime(at: now) }

  var now: Timestamp { Timestamp(microseconds: EventLoop.shared.steadyClockMicroseconds) }
}

/// An API key: its name, which is sent, and what signs.
struct BinanceKey {
  let name: String
  let signer: RequestSigner
}
