// The identity that a caller gave to a request, so that sending it again is harmless. The most
// explicit one counts: the Idempotency-Key header, then client_order_id, then signal_id. A client
// order id is unique for ever besides, because orders are addressed by it.

/// What makes two submissions the same one.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
  /// The text with its source, such as `signal:BTCUSDT_swing_1730000000`.
  public let text: String

  /// 64 bits that stand for the key in the set of all keys ever used. Two keys may share them, so
  /// a hit is only a reason to look the key up. FNV-1a: stable across runs, unlike `hashValue`.
  public let fingerprint: UInt64

  private init(text: String) {
    self.text = text
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash = hash &* 0x100_0000_01B3
    }
    fingerprint = hash
  }

  /// Whether both are the same text from the same source.
  public static func == (a: IdempotencyKey, b: IdempotencyKey) -> Bool {
    a.fingerprint == b.fingerprint && a.text == b.text
  }

  /// Hashes the text: fingerprints can be made to collide on purpose.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// The key of an `Idempotency-Key` header.
  public init(header: Label) { self.init(text: "header:" + header.text) }
  /// The key of a caller's order id.
  public init(clientOrderID: ClientOrderID) { self.init(text: "client:" + clientOrderID.text) }
  /// The key of a caller's signal id.
  public init(signalID: Label) { self.init(text: "signal:" + signalID.text) }
  /// The key of an alert that came in over a webhook, of which `alertDigest` tells what it is.
  public init(alertDigest: String) { self.init(text: "alert:" + alertDigest) }
  /// The client order id that the key is made of; nil for other keys.
  public var clientOrderID: String? {
    let prefix = "client:"
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }

  /// A key that was stored before, as it was.
  public init(stored text: String) { self.init(text: text) }

  /// The text with its source.
  public var description: String { text }
}
