// WebSocket frames of a client and of a server. First the input is a stream as it stands: whole,
// byte by byte and cut in two give the same steps, and no message is longer than it may be. Then
// the input is a message: in parts, with pings between them, it must come out unchanged.

import Wire

private let messageBytesMax = 96

func check(_ input: [UInt8]) {
  for sender in [WebSocketDecoder.Sender.client, .server] {
    let whole = steps(of: input, from: sender, pieceBytes: .max)
    promise(whole == steps(of: input, from: sender, pieceBytes: 1), "the steps depend on the cuts")
    let half = max(1, input.count / 2)
    promise(whole == steps(of: input, from: sender, pieceBytes: half), "the steps depend on a cut")
    for step in whole {
      guard case .message(let message, let isText) = step else { continue }
      promise(message.count <= messageBytesMax, "a message of \(message.count) bytes")
      promise(!isText || String(validating: message, as: UTF8.self) != nil, "text is not UTF-8")
    }
    promise(!whole.dropLast().contains(where: isLast), "a step after the end")
  }
  var choices = Choices(input)
  let mask: [UInt8]? =
    Bool.random(using: &choices)
    ? (0..<4).map { _ in .random(in: 0...255, using: &choices) } : nil
  let message = Array(input.prefix(messageBytesMax))
  let sent = steps(
    of: frames(of: message, mask, &choices), from: mask == nil ? .server : .client,
    pieceBytes: .random(in: 1...9, using: &choices))
  promise(sent.last == .message(message, isText: false), "a message is lost: \(sent)")
}

private func isLast(_ step: WebSocketDecoder.Step) -> Bool {
  switch step {
  case .close, .failure: true
  case .needsMoreBytes, .message, .ping, .pong: false
  }
}

private func steps(
  of stream: [UInt8], from sender: WebSocketDecoder.Sender, pieceBytes: Int
) -> [WebSocketDecoder.Step] {
  var decoder = WebSocketDecoder(from: sender, messageBytesMax: messageBytesMax)
  var steps: [WebSocketDecoder.Step] = []
  var start = 0
  while start < stream.count {
    let end = start + min(stream.count - start, pieceBytes)
    var offset = 0
    while offset < end - start {
      let step = decoder.parse(stream.span.extracting(start..<end), from: &offset)
      if step != .needsMoreBytes { steps.append(step) }
    }
    start = end
  }
  return steps
}

/// One message in up to three parts, with a ping before each.
private func frames(
  of message: [UInt8], _ mask: [UInt8]?, _ choices: inout Choices
) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = message[...]
  for part in 0..<3 {
    WebSocketEncoder.append(.ping, [UInt8(part)], mask: mask, to: &bytes)
    let isFinal = part == 2
    let count = isFinal ? rest.count : .random(in: 0...rest.count, using: &choices)
    let start = bytes.count
    WebSocketEncoder.append(
      part == 0 ? .binary : .continuation, Array(rest.prefix(count)), mask: mask, to: &bytes)
    if !isFinal { bytes[start] &= 0x7F }
    rest = rest.dropFirst(count)
  }
  return bytes
}
