// Which addresses may send webhooks, and which address a request is from. The rule to keep: what a
// proxy says is believed only where the proxy itself is trusted.

internal import Wire

/// Ranges of addresses.
struct AddressList: Equatable, Sendable {
  private var networks: [IPNetwork] = []

  /// Names that stand for several ranges. TradingView sends from these four addresses.
  private static let presets = [
    "tradingview": ["52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7"]
  ]

  /// No ranges.
  init() {}

  /// Reads addresses, ranges and names of presets. Throws a sentence that names the first that is
  /// none of these: a list with a gap in it would let in others than was meant.
  init(_ texts: [String]) throws(SettingRefusal) {
    for text in texts {
      for member in AddressList.presets[text.lowercased()] ?? [text] {
        guard let network = IPNetwork(member) else {
          throw SettingRefusal(
            reason: "names \"\(text)\", which is no address, no range such as 10.0.0.0/8 and not "
              + "the word tradingview.")
        }
        networks.append(network)
      }
    }
  }

  var isEmpty: Bool { networks.isEmpty }

  /// The range that an address is in; nil if it is in none.
  func network(of address: IPAddress) -> IPNetwork? {
    networks.first { $0.contains(address) }
  }

  /// The address that a request is from, given the one that its connection comes from and what
  /// its `X-Forwarded-For` headers say; this list is of the trusted proxies. Each proxy adds the
  /// address that it was called from at the end, so the list is read from there, as far as it is
  /// trusted. Nil where a trusted proxy says something that is no address.
  func client(behind peer: IPAddress, forwardedFor headers: [String]) -> IPAddress? {
    var client = peer
    let hops = headers.joined(separator: ",").split(separator: ",").map { $0.trimmingBlanks() }
    for hop in hops.reversed() {
      guard network(of: client) != nil else { return client }
      guard let address = IPAddress(hop) else { return nil }
      client = address
    }
    return client
  }
}
