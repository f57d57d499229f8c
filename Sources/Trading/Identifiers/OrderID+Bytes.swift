// The order id as 16 bytes, most significant first, so that stored ids sort as they were given.

extension OrderID {
  /// The 16 bytes of the UUID.
  public var bytes: [UInt8] {
    var rest = value
    var bytes = [UInt8](repeating: 0, count: 16)
    for index in stride(from: 15, through: 0, by: -1) {
      bytes[index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    return bytes
  }

  /// The id of 16 bytes; nil for another number of them.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(value: bytes.reduce(0) { $0 << 8 | UInt128($1) })
  }
}
