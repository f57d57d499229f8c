// How many requests a client may send in the time just past. It keeps the moment of each request
// that it let pass, so that no border between two intervals lets twice as many through.

internal import Trading
internal import Wire

struct SlidingWindow {
  /// Requests of one client within the window.
  let limit: Int
  /// How long a request counts.
  let milliseconds: Int64
  private var clients: [IPAddress: Moments] = [:]

  /// Clients that are remembered. Who is not known while so many are active is refused: the list
  /// of addresses comes first, so strangers do not get here where there is one.
  private static let clientsMax = 10_000
  /// Whoever has one IPv6 address has this many bits to themselves.
  private static let version6Bits = 64

  /// The moments that count, oldest first.
  private struct Moments {
    private var all: [Timestamp] = []
    private var start = 0

    var count: Int { all.count - start }
    var first: Timestamp? { start < all.count ? all[start] : nil }
    var last: Timestamp? { all.last }

    mutating func append(_ moment: Timestamp) { all.append(moment) }

    mutating func drop(before moment: Timestamp) {
      while start < all.count, all[start] <= moment { start += 1 }
      if start > 64, start * 2 > all.count {
        all.removeFirst(start)
        start = 0
      }
    }
  }

  init(limit: Int, milliseconds: Int64) {
    self.limit = limit
    self.milliseconds = milliseconds
  }

  /// Lets a request pass, or tells how many milliseconds it has to wait.
  mutating func take(_ client: IPAddress, at now: Timestamp) -> Int64? {
    let key = client.isVersion4 ? client : client.masked(SlidingWindow.version6Bits)
    let oldest = now.adding(milliseconds: -milliseconds)
    if clients[key] == nil, clients.count >= SlidingWindow.clientsMax {
      clients = clients.filter { ($0.value.last ?? oldest) > oldest }
      guard clients.count < SlidingWindow.clientsMax else { return milliseconds }
    }
    var moments = clients.removeValue(forKey: key) ?? Moments()
    moments.drop(before: oldest)
    let wait =
      moments.count < limit
      ? nil
      : moments.first.map {
        max(1, $0.adding(milliseconds: milliseconds).milliseconds(since: now))
      }
    if wait == nil { moments.append(now) }
    clients[key] = moments
    return wait
  }
}
