// How many new orders a key may send. It knows no scopes and limits nothing but new orders. The
// rule to keep: what makes a position smaller or only looks is never asked about here.

internal import Network
internal import Trading

/// The limit of one key.
public struct KeyLimit: Sendable, Equatable {
  /// The name of the key's entry.
  public let name: String
  /// New orders a second, on average.
  public let perSecond: Int
  /// New orders at once, above the average.
  public let burst: Int
}

/// What is left of one key's limit.
@LoopActor final class KeyBudget {
  private let limit: KeyLimit
  private var bucket: TokenBucket

  init(_ limit: KeyLimit) {
    self.limit = limit
    bucket = TokenBucket(perSecond: limit.perSecond, burst: limit.burst, at: Gateway.now)
  }

  /// Takes one order, or says why it is refused and when it can be sent again.
  func take() -> APIError? {
    guard let wait = bucket.take(at: Gateway.now) else { return nil }
    var error = APIError(
      Refusal(
        kind: .tooMany(retryAfterMilliseconds: wait),
        denial: Denial(
          code: "RATE_LIMITED",
          sentence: "The key \(limit.name) sends more new orders than its \(limit.perSecond) a "
            + "second; nothing was recorded or sent. Send it again in \(wait) ms, or raise "
            + "KEY_LIMITS.")))
    error.detail = [("key", limit.name)]
    return error
  }
}
