// The search for a member name that an object repeats.
// It does not decide what a repetition means; it finds the first one.
// The rule to keep: never quadratic in what a client sends, and names compare as bytes.

enum JSONNames {
  /// Up to here comparing each with each is quicker than hashing; above, it would be quadratic.
  private static let comparedMembersMax = 16

  /// The name node that repeats an earlier name of the same object, or nil.
  ///
  /// - Parameter container: The object's node; its members are the nodes after it, to the end.
  static func firstRepetition(
    _ text: Span<UInt8>, _ nodes: [JSONNode], in container: Int
  ) -> UInt32? {
    var membersCount = 0
    var child = container + 1
    while child < nodes.count {
      if membersCount == comparedMembersMax { return firstByHash(text, nodes, in: container) }
      var earlier = container + 1
      while earlier < child {
        if isEqual(text, nodes[earlier], nodes[child]) { return UInt32(child) }
        earlier = Int(nodes[earlier + 1].next)
      }
      membersCount += 1
      child = Int(nodes[child + 1].next)
    }
    return nil
  }

  private static func firstByHash(
    _ text: Span<UInt8>, _ nodes: [JSONNode], in container: Int
  ) -> UInt32? {
    var seen: [Int: Int] = [:]
    var child = container + 1
    while child < nodes.count {
      // The standard hasher is seeded for each process, so nobody outside can choose collisions.
      let hash = hash(text, nodes[child])
      if let earlier = seen.updateValue(child, forKey: hash),
        isEqual(text, nodes[earlier], nodes[child])
      {
        return UInt32(child)
      }
      child = Int(nodes[child + 1].next)
    }
    return nil
  }

  private static func hash(_ text: Span<UInt8>, _ name: JSONNode) -> Int {
    var hasher = Hasher()
    if name.isEscaped {
      JSONEscapes.decode(text, name.range).withUnsafeBytes { hasher.combine(bytes: $0) }
    } else {
      text.extracting(name.range).withUnsafeBytes { hasher.combine(bytes: $0) }
    }
    return hasher.finalize()
  }

  @inline(__always)
  private static func isEqual(_ text: Span<UInt8>, _ one: JSONNode, _ other: JSONNode) -> Bool {
    if one.isEscaped || other.isEscaped {
      return JSONEscapes.decode(text, one.range) == JSONEscapes.decode(text, other.range)
    }
    guard one.length == other.length else { return false }
    for position in 0..<Int(one.length)
    where text[Int(one.offset) + position] != text[Int(other.offset) + position] {
      return false
    }
    return true
  }
}
