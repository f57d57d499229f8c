// What makes an alert recognisable that comes twice. The engine keeps keys for ever and durably, so
// the key alone carries how long a repetition counts as one: what names its moment is the same
// alert for ever; what does not is the same for a short while only.

internal import Crypto
internal import Trading

/// The keys of an alert.
struct AlertKeys: Equatable {
  /// The key that its order gets.
  let own: IdempotencyKey
  /// The key of the interval before, if the alert names no moment: one that came at its end is the
  /// same alert if it is not older than the window.
  let previous: IdempotencyKey?
  /// An order under that key which was made before this moment is another alert's.
  let previousSince: Timestamp

  /// - Parameters:
  ///   - signedAt: The time that was signed with the body, as it was written; nil without one.
  ///   - windowSeconds: How long an equal body counts as the same alert where nothing tells when it
  ///     was sent.
  init(
    source: String, _ alert: Alert, body: [UInt8], signedAt: String?, now: Timestamp,
    windowSeconds: Int
  ) {
    previousSince = now.adding(milliseconds: -Int64(windowSeconds) * 1_000)
    let hasher = SHA256Hasher()
    func key(_ parts: [String], _ body: [UInt8]) -> IdempotencyKey {
      let head = parts.map { "\($0)\n" }.joined()
      let digest = Hex.encode(hasher.hash(Array(head.utf8), body))
      return IdempotencyKey(alertDigest: digest)
    }
    if let id = alert.id {
      own = key([source, "id", id.text], [])
      previous = nil
    } else if alert.sentAt != nil || signedAt != nil {
      own = key([source, "time", signedAt ?? ""], body)
      previous = nil
    } else {
      let interval = now.microseconds / (Int64(windowSeconds) * 1_000_000)
      own = key([source, "interval", "\(interval)"], body)
      previous = key([source, "interval", "\(interval - 1)"], body)
    }
  }
}
