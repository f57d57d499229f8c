// The WebSocket codec, rule by rule of RFC 6455, and with bytes that nobody meant.

import Testing
import Wire

@Suite struct WebSocketTests {
  private typealias Step = WebSocketDecoder.Step

  /// All steps that bytes bring, given in pieces of one size.
  private func steps(
    _ bytes: [UInt8], from sender: WebSocketDecoder.Sender = .client, piece: Int = .max,
    messageBytesMax: Int = 100_000
  ) -> [Step] {
    var decoder = WebSocketDecoder(from: sender, messageBytesMax: messageBytesMax)
    var steps: [Step] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = Array(rest.prefix(piece))
      rest = rest.dropFirst(chunk.count)
      var offset = 0
      while offset < chunk.count {
        let step = decoder.parse(chunk.span, from: &offset)
        if step != .needsMoreBytes { steps.append(step) }
      }
    }
    return steps
  }

  /// A masked frame with any first byte.
  private func frame(_ first: UInt8, _ payload: [UInt8] = [], mask: [UInt8] = [7, 0, 255, 66])
    -> [UInt8]
  {
    let length: [UInt8] =
      payload.count < 126
      ? [0x80 | UInt8(payload.count)]
      : [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    return [first] + length + mask
      + payload.enumerated().map { $0.element ^ mask[$0.offset & 3] }
  }

  @Test func `the examples of the RFC are read as it says`() {
    let masked: [UInt8] = [
      0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58,
    ]
    #expect(steps(masked) == [.message(Array("Hello".utf8), isText: true)])
    let parts: [UInt8] = [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F]
    #expect(steps(parts, from: .server) == [.message(Array("Hello".utf8), isText: true)])
    let ping: [UInt8] = [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]
    #expect(steps(ping, from: .server) == [.ping(Array("Hello".utf8))])
  }

  @Test(arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 90_000])
  func `what is written is read again, masked and bare`(count: Int) {
    let payload = (0..<count).map { UInt8($0 % 251) }
    for mask in [nil, [1, 2, 3, 4] as [UInt8]] {
      var bytes: [UInt8] = []
      WebSocketEncoder.append(.binary, payload, mask: mask, to: &bytes)
      let sender: WebSocketDecoder.Sender = mask == nil ? .server : .client
      #expect(steps(bytes, from: sender) == [.message(payload, isText: false)])
    }
  }

  @Test(arguments: [1, 2, 3, 7, 64])
  func `pieces of any size bring the same`(piece: Int) {
    let bytes =
      frame(0x01, Array("Gr".utf8)) + frame(0x89, [1, 2]) + frame(0x00, [0xC3])
      + frame(0x80, [0xBC] + Array(repeating: 0x61, count: 300)) + frame(0x8A)
      + frame(0x82, [0xFF]) + frame(0x88, [0x03, 0xE8] + Array("bye".utf8))
    let text = Array("Gr\u{FC}".utf8) + [UInt8](repeating: 0x61, count: 300)
    #expect(
      steps(bytes, piece: piece) == [
        .ping([1, 2]), .message(text, isText: true), .pong([]), .message([0xFF], isText: false),
        .close(.normal, reason: "bye"),
      ])
  }

  private static let refusals: [(name: String, bytes: [UInt8], failure: WebSocketFailure)] = [
    ("reserved bit", [0xC1, 0x80, 0, 0, 0, 0], .reservedBit),
    ("reserved opcode", [0x83, 0x80, 0, 0, 0, 0], .reservedOpcode),
    ("reserved control opcode", [0x8B, 0x80, 0, 0, 0, 0], .reservedOpcode),
    ("no mask", [0x81, 0x01, 0x61], .wrongMasking),
    ("length of 126 in two bytes too many", [0x81, 0xFE, 0, 125, 0, 0, 0, 0], .badLength),
    (
      "length in six bytes too many", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0],
      .badLength
    ),
    (
      "length above 2^63", [0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .badLength
    ),
    ("ping in parts", [0x09, 0x80, 0, 0, 0, 0], .badControlFrame),
    ("long ping", [0x89, 0xFE, 0, 126, 0, 0, 0, 0], .badControlFrame),
    ("continuation of nothing", [0x80, 0x80, 0, 0, 0, 0], .badFragment),
    (
      "message within a message",
      [0x01, 0x81, 0, 0, 0, 0, 0x61, 0x81, 0x81, 0, 0, 0, 0, 0x61], .badFragment
    ),
    ("text that is not UTF-8", [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], .notUTF8),
    ("surrogate", [0x81, 0x83, 0, 0, 0, 0, 0xED, 0xA0, 0x80], .notUTF8),
    ("close of one byte", [0x88, 0x81, 0, 0, 0, 0, 3], .badClose),
    ("close with 1005", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED], .badClose),
    ("close with 999", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE7], .badClose),
    ("close with 5000", [0x88, 0x82, 0, 0, 0, 0, 0x13, 0x88], .badClose),
    ("close reason not UTF-8", [0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xFF], .notUTF8),
  ]

  @Test func `every breach of the protocol is named, and ends the decoding`() {
    for (name, bytes, failure) in WebSocketTests.refusals {
      for piece in [1, .max] {
        let found = steps(bytes + frame(0x81, [0x61]), piece: piece)
        #expect(found == [.failure(failure)], "\(name)")
      }
    }
    #expect(WebSocketFailure.notUTF8.closeCode == .invalidPayload)
    #expect(WebSocketFailure.messageTooBig.closeCode == .messageTooBig)
    #expect(WebSocketFailure.badFragment.closeCode == .protocolError)
  }

  @Test func `a server's frame may have no mask`() {
    #expect(steps(frame(0x81, [0x61]), from: .server) == [.failure(.wrongMasking)])
  }

  @Test func `a message is too long by its header, and by the sum of its parts`() {
    let header: [UInt8] = [0x82, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]
    #expect(steps(header, messageBytesMax: 10) == [.failure(.messageTooBig)])
    let parts = frame(0x02, [1, 2, 3, 4, 5, 6]) + frame(0x80, [1, 2, 3, 4, 5])
    #expect(steps(parts, messageBytesMax: 10) == [.failure(.messageTooBig)])
    #expect(steps(parts, messageBytesMax: 11).count == 1)
  }

  @Test func `a close may be empty, and nothing is read after it`() {
    #expect(steps(frame(0x88) + frame(0x81, [0x61])) == [.close(nil, reason: "")])
    #expect(
      steps(frame(0x88, [0x0F, 0xA0])) == [.close(WebSocketCloseCode(received: 4000), reason: "")])
  }

  @Test func `a close reason that is too long ends between two characters`() {
    let payload = WebSocketEncoder.closePayload(
      .tryAgainLater, reason: String(repeating: "\u{FC}", count: 100))
    #expect(payload.count == 124)
    #expect(String(validating: payload[2...], as: UTF8.self) != nil)
  }

  @Test(arguments: UInt64(1)...300)
  func `any bytes end in messages or one failure, whatever the pieces`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<20 {
      // Mostly frames that are nearly right, so that decoding gets somewhere.
      let first: UInt8 = [0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8A].randomElement(using: &random)!
      let payload = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0x20...0x7E, using: &random)
      }
      bytes += frame(first, payload)
      if UInt8.random(in: 0...9, using: &random) == 0 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << (seed % 8)
      }
    }
    let whole = steps(bytes, messageBytesMax: 500)
    #expect(steps(bytes, piece: 1, messageBytesMax: 500) == whole, "seed \(seed)")
    #expect(steps(bytes, piece: 13, messageBytesMax: 500) == whole, "seed \(seed)")
    let failures = whole.filter { if case .failure = $0 { true } else { false } }
    #expect(failures.count <= 1, "seed \(seed)")
    for case .message(let message, let isText) in whole {
      #expect(message.count <= 500, "seed \(seed)")
      if isText { #expect(String(validating: message, as: UTF8.self) != nil, "seed \(seed)") }
    }
  }

  @Test func `base64 is that of the RFC`() {
    let pairs = [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]
    for (text, digits) in pairs { #expect(Base64.encode(Array(text.utf8)) == digits) }
  }
}
