// Chunked bodies. First the input is a chunked body as it stands: whole and byte by byte give
// the same, and what is accepted has the data that a second, plain reading of the grammar finds.
// Then the input is data: cut into chunks with valid extensions and trailers, it must come out
// unchanged.

import Glibc
import Wire

private let head = Array("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

func check(_ input: [UInt8]) {
  let whole = body(of: head + input, pieceBytes: .max)
  promise(whole == body(of: head + input, pieceBytes: 1), "the body depends on how it is cut")
  if let whole {
    promise(plainReading(input) == whole, "\(whole) is not what the chunks hold")
  }
  let data = Array(input.prefix(200))
  var choices = Choices(input)
  let stream = head + chunks(of: data, &choices)
  promise(body(of: stream, pieceBytes: .max) == data, "a valid body is lost")
  promise(body(of: stream, pieceBytes: choices.number(1...9)) == data, "a cut body is lost")
}

/// The body of the first request; nil if there is none.
private func body(of stream: [UInt8], pieceBytes: Int) -> [UInt8]? {
  var parser = HTTPRequestParser()
  var start = 0
  while start < stream.count {
    let end = start + min(stream.count - start, pieceBytes)
    var offset = 0
    while offset < end - start {
      switch parser.parse(stream.span.extracting(start..<end), from: &offset) {
      case .needsMoreBytes: break
      case .request(let request): return request.body
      case .failure: return nil
      }
    }
    start = end
  }
  return nil
}

/// The data of a body that is known to be valid: sizes, and nothing else is looked at.
private func plainReading(_ body: [UInt8]) -> [UInt8]? {
  var data: [UInt8] = []
  var rest = body[...]
  while true {
    let digits = rest.prefix { isalnum(CInt($0)) != 0 }
    guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
      let lineFeed = rest.firstIndex(of: 0x0A)
    else { return nil }
    rest = rest[(lineFeed + 1)...]
    if size == 0 { return data }
    guard rest.count >= size + 2 else { return nil }
    data += rest.prefix(size)
    rest = rest.dropFirst(size + 2)
  }
}

private func chunks(of data: [UInt8], _ choices: inout Choices) -> [UInt8] {
  let extensions = ["", ";a", " ; a = b", ";a=\"\\\"q\"", ";a;b=1 ;c"]
  let trailers = ["", "X-Sum: 1\r\n", "a:\r\nb: c\r\n"]
  var text: [UInt8] = []
  var rest = data[...]
  while !rest.isEmpty {
    let count = choices.number(1...rest.count)
    let digits = String(count, radix: 16, uppercase: choices.pick([true, false]))
    let zeros = String(repeating: "0", count: choices.number(0...14))
    text += Array((zeros + digits + choices.pick(extensions) + "\r\n").utf8)
    text += rest.prefix(count) + [0x0D, 0x0A]
    rest = rest.dropFirst(count)
  }
  return text + Array(("0" + choices.pick(extensions) + "\r\n").utf8)
    + Array((choices.pick(trailers) + "\r\n").utf8)
}

extension Choices {
  fileprivate mutating func number(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  fileprivate mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[number(0...elements.count - 1)]
  }
}
