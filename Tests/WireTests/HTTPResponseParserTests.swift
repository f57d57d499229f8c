// What the parser of answers accepts and refuses, rule by rule, and that pieces do not matter.
// It opens no socket.
// The rule to keep: every refusal names its sentence, so that a change of it is seen.

import Testing
import Wire

/// What came of a stream that ends, as text that can be compared.
private func answer(
  _ stream: String, to method: HTTPMethod = .get, isUpgrade: Bool = false,
  limits: HTTPLimits = .response, endsInOrder: Bool = true, pieceBytes: Int = .max
) -> String {
  let bytes = Array(stream.utf8)
  var parser = HTTPResponseParser(to: method, isUpgrade: isUpgrade, limits: limits)
  var taken = 0
  while taken < bytes.count {
    let piece = Array(bytes[taken..<min(bytes.count, taken + min(pieceBytes, bytes.count))])
    var offset = 0
    let outcome = parser.parse(piece.span, from: &offset)
    taken += offset
    if let text = text(of: outcome) { return text + " rest=\(bytes.count - taken)" }
  }
  return text(of: parser.end(inOrder: endsInOrder)) ?? "nothing"
}

private func text(of outcome: HTTPResponseParser.Outcome) -> String? {
  switch outcome {
  case .needsMoreBytes: nil
  case .failure(let failure): failure.sentence
  case .response(let response):
    "\(response.status) \(String(decoding: response.body, as: UTF8.self)) "
      + "alive=\(response.keepsAlive)"
  }
}

private func head(_ status: String, _ lines: String...) -> String {
  "HTTP/1.1 \(status)\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// Streams and what comes of them.
private let answers: [(String, String)] = [
  (head("200 OK", "Content-Length: 2") + "ab", "200 ab alive=true rest=0"),
  (head("200 OK", "Content-Length: 2") + "abHTTP", "200 ab alive=true rest=4"),
  (head("200 OK", "Content-Length: 0"), "200  alive=true rest=0"),
  (head("200", "Content-Length: 1") + "a", "200 a alive=true rest=0"),
  (head("200 ", "Content-Length: 1") + "a", "200 a alive=true rest=0"),
  (head("599 Ça alors", "Content-Length: 0"), "599  alive=true rest=0"),
  (head("200 OK", "Content-Length: 1", "Connection: close") + "a", "200 a alive=false rest=0"),
  ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "200 a alive=false rest=0"),
  (
    "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na",
    "200 a alive=true rest=0"
  ),
  (head("200 OK") + "all of it", "200 all of it alive=false"),
  (
    head("200 OK", "Transfer-Encoding: chunked") + "2\r\nab\r\n1;x=y\r\nc\r\n0\r\nX: y\r\n\r\n+",
    "200 abc alive=true rest=1"
  ),
  (head("204 No Content", "Content-Length: 5") + "a", "204  alive=true rest=1"),
  (head("304 Not Modified", "Content-Length: 5") + "a", "304  alive=true rest=1"),
  (
    head("100 Continue") + head("103 Early Hints", "Link: a")
      + head("200 OK", "Content-Length: 1") + "a",
    "200 a alive=true rest=0"
  ),
]

/// Streams that are refused, and why.
private let refusals: [(String, String)] = [
  ("HTTP/1.1 20 OK\r\n", "The status line is not a version, a status code of three digits"),
  ("HTTP/1.1 099 OK\r\n", "The status line is not"),
  ("HTTP/1.1 2000 OK\r\n", "The status line is not"),
  ("HTTP/1.1  200 OK\r\n", "The status line is not"),
  ("HTTP/1.1 200 O\u{1}K\r\n", "The status line is not"),
  ("\r\nHTTP/1.1 200 OK\r\n", "The status line is not"),
  ("ICY 200 OK\r\n", "The status line is not"),
  (head("200 OK").replacing("1.1", with: "2.0"), "Only HTTP/1.1 and HTTP/1.0"),
  ("HTTP/1.1 200 OK\n", "The status line is not"),
  ("HTTP/1.1 200 OK\r\nA: b\n\r\n", "A line must end with CR LF"),
  (head("200 OK", "A: b", " c"), "A header line must not begin with white space."),
  (head("200 OK", "A : b"), "A header field is not a name, a colon"),
  (head("200 OK", "Content-Length: 1", "Content-Length: 2"), "Content-Length must be one plain"),
  (head("200 OK", "Content-Length: 1, 1"), "Content-Length must be one plain number."),
  (head("200 OK", "Content-Length: -1"), "Content-Length must be one plain number."),
  (
    head("200 OK", "Content-Length: 1", "Transfer-Encoding: chunked"),
    "Content-Length and Transfer-Encoding must not come together."
  ),
  (head("200 OK", "Transfer-Encoding: gzip"), "The only transfer coding known here is chunked."),
  (
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "Transfer-Encoding must be chunked, once, in HTTP/1.1."
  ),
  (head("200 OK", "Transfer-Encoding: chunked") + "x", "The chunked body is malformed."),
  (head("101 Switching Protocols"), "The server changes the protocol, though it was not asked"),
  (String(repeating: head("100 Continue"), count: 9), "The server sends interim answers"),
]

/// Streams that end too early, and what is said of them.
private let truncations: [(String, String)] = [
  ("", "The connection ended before the answer."),
  ("HTTP/1.1 200 O", "The answer ended in the middle of its head."),
  (head("100 Continue"), "The connection ended before the answer."),
  (
    head("200 OK", "Content-Length: 5") + "abc",
    "The answer ended in the middle of its body, after 3 of 5 bytes."
  ),
  (
    head("200 OK", "Transfer-Encoding: chunked") + "3\r\nab",
    "The answer ended in the middle of its body, after 2 bytes."
  ),
  (
    head("200 OK", "Transfer-Encoding: chunked") + "1\r\na\r\n0\r\n",
    "The answer ended in the middle of its body, after 1 bytes."
  ),
]

@Suite struct HTTPResponseParserTests {
  @Test(arguments: [1, 2, 3, .max])
  func `an answer is read as its head says, however it is cut`(pieceBytes: Int) {
    for (stream, expected) in answers {
      #expect(answer(stream, pieceBytes: pieceBytes) == expected, "\(stream)")
    }
  }

  @Test(arguments: [1, 2, 3, .max])
  func `what two readers could take in two ways is refused`(pieceBytes: Int) {
    for (stream, sentence) in refusals {
      let found = answer(stream, pieceBytes: pieceBytes)
      #expect(found.hasPrefix(sentence), "\(stream): \(found)")
    }
  }

  @Test func `an answer that ends too early is no answer and says how far it came`() {
    for (stream, sentence) in truncations { #expect(answer(stream) == sentence, "\(stream)") }
  }

  @Test func `a body without a length is whole only if the end is in order`() {
    let stream = head("200 OK") + "abc"
    #expect(answer(stream) == "200 abc alive=false")
    #expect(
      answer(stream, endsInOrder: false)
        == "The answer ended in the middle of its body, after 3 bytes.")
  }

  @Test func `the request decides whether there is a body`() {
    let stream = head("200 OK", "Content-Length: 5") + "HTTP/"
    #expect(answer(stream, to: .head) == "200  alive=true rest=5")
    #expect(answer(head("200 OK") + "tls", to: .connect) == "200  alive=true rest=3")
    #expect(
      answer(head("407 No", "Content-Length: 1") + "a", to: .connect) == "407 a alive=true rest=0")
  }

  @Test func `a change of protocol is an answer to who asked for it`() {
    let stream = head("101 Switching Protocols", "Upgrade: websocket") + "frames"
    #expect(answer(stream, isUpgrade: true) == "101  alive=true rest=6")
  }

  @Test func `heads and bodies above the limits are refused`() {
    var limits = HTTPLimits.response
    limits.headBytesMax = 60
    limits.bodyBytesMax = 3
    let long = String(repeating: "x", count: 60)
    let large = "The header fields of the answer are too many or too long."
    #expect(answer(head("200 \(long)"), limits: limits).hasPrefix(large))
    #expect(answer(head("200 OK", "A: \(long)"), limits: limits).hasPrefix(large))
    for stream in [
      head("200 OK", "Content-Length: 4"), head("200 OK") + "abcdef",
      head("200 OK", "Transfer-Encoding: chunked") + "2\r\nab\r\n2\r\n",
    ] {
      let found = answer(stream, limits: limits)
      #expect(found.hasPrefix("The body of the answer is longer than 3 bytes."))
      #expect(answer(stream, limits: limits, pieceBytes: 1) == found)
    }
    #expect(answer(head("200 OK") + "abc", limits: limits) == "200 abc alive=false")
  }

  @Test func `header fields are found whatever their case`() {
    var parser = HTTPResponseParser(to: .get)
    var offset = 0
    let bytes = Array(
      head("200 OK", "X-MBX-Used-Weight-1m: 7 ", "a:1", "A: 2", "Content-Length: 0").utf8)
    guard case .response(let response) = parser.parse(bytes.span, from: &offset) else {
      Issue.record("no answer")
      return
    }
    #expect(response.header("x-mbx-used-weight-1m") == "7")
    #expect(response.headerValues("a") == ["1", "2"])
    #expect(response.header("b") == nil)
  }
}
