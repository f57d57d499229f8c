// What a caller may do. Scopes do not contain each other, except that admin grants everything.

/// What a caller may do.
public enum Scope: String, Sendable, CaseIterable {
  /// See orders, positions, balances and the service's state.
  case read
  /// Submit, cancel and close.
  case trade
  /// Everything, including the kill switch and configuration.
  case admin
}
