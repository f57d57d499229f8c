// The chunked transfer coding of RFC 9112 section 7.1, byte by byte.
// It keeps the data; extensions and trailer fields are checked, limited and dropped.
// The rule to keep: sizes, extensions and line ends exactly as the grammar has them, because
// leniency here is how requests are smuggled.

struct HTTPChunkedBody {
  enum Step {
    case needsMoreBytes
    case complete
    case failure(HTTPFailure)
  }

  private enum State {
    case size
    case sizeBlank
    case extensionNameStart
    case extensionName
    case extensionNameBlank
    case extensionValueStart
    case extensionValue
    case quoted
    case quotedEscape
    case extensionEnd
    case extensionEndBlank
    case sizeLineFeed
    case data
    case dataReturn
    case dataLineFeed
    case trailer
  }

  private(set) var data: [UInt8] = []
  private var state = State.size
  private var size = 0
  private var digitsCount = 0
  private var remaining = 0
  private var extensionBytesCount = 0
  private var trailers = HTTPTrailerScanner()

  mutating func scan(_ bytes: Span<UInt8>, from offset: inout Int, limits: HTTPLimits) -> Step {
    while offset < bytes.count {
      if state == .data {
        let count = min(remaining, bytes.count - offset)
        let piece = bytes.extracting(offset..<offset + count)
        piece.withUnsafeBufferPointer { data.append(contentsOf: $0) }
        remaining -= count
        offset += count
        if remaining == 0 { state = .dataReturn }
        continue
      }
      let byte = bytes[offset]
      offset &+= 1
      if state == .trailer {
        switch trailers.consume(byte, limits: limits) {
        case .needsMoreBytes: continue
        case let step: return step
        }
      }
      if let failure = line(byte, limits) { return .failure(failure) }
    }
    return .needsMoreBytes
  }

  private mutating func line(_ byte: UInt8, _ limits: HTTPLimits) -> HTTPFailure? {
    switch state {
    case .size, .sizeBlank:
      return size(byte, limits)
    case .sizeLineFeed:
      guard byte == 0x0A else { return .badChunk }
      remaining = size
      state = size > 0 ? .data : .trailer
      (size, digitsCount) = (0, 0)
    case .dataReturn:
      guard byte == 0x0D else { return .badChunk }
      state = .dataLineFeed
    case .dataLineFeed:
      guard byte == 0x0A else { return .badChunk }
      state = .size
    default:
      return chunkExtension(byte, limits)
    }
    return nil
  }

  private mutating func size(_ byte: UInt8, _ limits: HTTPLimits) -> HTTPFailure? {
    if state == .size, let digit = hexDigit(byte) {
      guard digitsCount < limits.chunkSizeDigitsMax, size >> 58 == 0 else { return .badChunk }
      digitsCount += 1
      size = size << 4 | Int(digit)
      return nil
    }
    guard digitsCount > 0 else { return .badChunk }
    switch byte {
    case 0x0D where state == .size:
      guard size <= limits.bodyBytesMax - data.count else { return .bodyTooLarge }
      state = .sizeLineFeed
    case UInt8(ascii: ";"):
      state = .extensionNameStart
    case 0x20, 0x09:
      // White space is permitted before a semicolon only.
      state = .sizeBlank
    default:
      return .badChunk
    }
    return state == .sizeLineFeed ? nil : countExtensionByte(limits)
  }

  private mutating func countExtensionByte(_ limits: HTTPLimits) -> HTTPFailure? {
    extensionBytesCount += 1
    return extensionBytesCount > limits.chunkExtensionBytesMax ? .badChunk : nil
  }

  /// `*( BWS ";" BWS name [ BWS "=" BWS value ] )` (RFC 9112 section 7.1.1).
  private mutating func chunkExtension(_ byte: UInt8, _ limits: HTTPLimits) -> HTTPFailure? {
    if let failure = countExtensionByte(limits) { return failure }
    let isBlank = HTTPGrammar.isBlank(byte)
    switch state {
    case .extensionNameStart where HTTPGrammar.isToken(byte): state = .extensionName
    case .extensionNameStart where isBlank: break
    case .extensionName where HTTPGrammar.isToken(byte): break
    case .extensionName where isBlank: state = .extensionNameBlank
    case .extensionNameBlank where isBlank: break
    case .extensionName where byte == UInt8(ascii: "="),
      .extensionNameBlank where byte == UInt8(ascii: "="):
      state = .extensionValueStart
    case .extensionValueStart where isBlank: break
    case .extensionValueStart where byte == UInt8(ascii: "\""): state = .quoted
    case .extensionValueStart where HTTPGrammar.isToken(byte): state = .extensionValue
    case .extensionValue where HTTPGrammar.isToken(byte): break
    case .quoted where byte == UInt8(ascii: "\""): state = .extensionEnd
    case .quoted where byte == UInt8(ascii: "\\"): state = .quotedEscape
    case .quoted where HTTPGrammar.isFieldValue(byte): break
    case .quotedEscape where HTTPGrammar.isFieldValue(byte): state = .quoted
    case .extensionValue where isBlank, .extensionEnd where isBlank,
      .extensionEndBlank where isBlank:
      state = .extensionEndBlank
    default:
      return extensionBoundary(byte, limits)
    }
    return nil
  }

  private mutating func extensionBoundary(_ byte: UInt8, _ limits: HTTPLimits) -> HTTPFailure? {
    switch (state, byte) {
    case (.extensionName, UInt8(ascii: ";")), (.extensionNameBlank, UInt8(ascii: ";")),
      (.extensionValue, UInt8(ascii: ";")), (.extensionEnd, UInt8(ascii: ";")),
      (.extensionEndBlank, UInt8(ascii: ";")):
      state = .extensionNameStart
    case (.extensionName, 0x0D), (.extensionValue, 0x0D), (.extensionEnd, 0x0D):
      guard size <= limits.bodyBytesMax - data.count else { return .bodyTooLarge }
      state = .sizeLineFeed
    default:
      return .badChunk
    }
    return nil
  }
}
