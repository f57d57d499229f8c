// How a venue was, and since when: what an operator asks for after a bad night.

public import Trading

/// The changes of a plugin's health, the newest last.
public struct HealthHistory: Sendable {
  /// One change.
  public struct Change: Equatable, Sendable {
    /// When it was noticed.
    public let at: Timestamp
    /// How it was from then on.
    public let health: PluginHealth
  }

  /// More changes than a bad night has; older ones are in the log.
  public static let changesMax = 50

  /// The changes, the newest last.
  public private(set) var changes: [Change] = []

  /// Nothing is known.
  public init() {}

  /// Notes how the venue is; nothing if it was like that already.
  public mutating func note(_ health: PluginHealth, at now: Timestamp) {
    guard changes.last?.health != health else { return }
    if changes.count == HealthHistory.changesMax { changes.removeFirst() }
    changes.append(Change(at: now, health: health))
  }
}
