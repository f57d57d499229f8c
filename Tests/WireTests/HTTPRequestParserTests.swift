// What the request parser accepts and refuses, rule by rule, and that pieces do not matter.
// It opens no socket.
// The rule to keep: every refusal names its status and code, so that a change of either is seen.

import Testing
import Wire

private func get(_ lines: String..., target: String = "/") -> String {
  "GET \(target) HTTP/1.1\r\n" + (["Host: a"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
}

private func post(_ headers: String, _ body: String) -> String {
  "POST / HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\r\n\(body)"
}

private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

/// Requests that are refused, with the code that says why.
private let refusals: [(String, Int, String)] = [
  ("GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / HTTP/1.1\r\nHost: a\n\r\n", 400, "BAD_LINE_END"),
  ("GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "BAD_LINE_END"),
  ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, "BAD_LINE_END"),
  ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET /\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / http/1.1\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / HTTP/1\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / HTTP/1.10\r\n", 400, "BAD_REQUEST_LINE"),
  ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
  ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
  ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "METHOD_NOT_IMPLEMENTED"),
  ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "METHOD_NOT_IMPLEMENTED"),
  ("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 501, "CONNECT_NOT_SUPPORTED"),
  ("G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST_LINE"),
  (String(repeating: "A", count: 65), 400, "BAD_REQUEST_LINE"),
  (get(target: "/a#b"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/a\\b"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/é"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/a\u{0}"), 400, "BAD_REQUEST_LINE"),
  (get(target: "/%"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%4"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%zz"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%00"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%0d%0aX:y"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/?a=%00"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%c0%af"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "/%ff"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "*"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "a"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "ftp://a/"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "http://"), 400, "BAD_REQUEST_TARGET"),
  (get(target: "http://user@a/"), 400, "BAD_REQUEST_TARGET"),
  ("GET / HTTP/1.1\r\n\r\n", 400, "BAD_HOST"),
  (get("Host: a"), 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: [1:2]\r\n\r\n", 400, "BAD_HOST"),
  ("GET / HTTP/1.1\r\nHost: [1::2::3]\r\n\r\n", 400, "BAD_HOST"),
  (get("X-Test : a"), 400, "BAD_HEADER"),
  (get(": a"), 400, "BAD_HEADER"),
  (get("X-Test"), 400, "BAD_HEADER"),
  (get("X[: a"), 400, "BAD_HEADER"),
  (get("é: a"), 400, "BAD_HEADER"),
  (get("X: a\u{0}"), 400, "BAD_HEADER"),
  (get("X: a\u{7F}"), 400, "BAD_HEADER"),
  (get("X: a", " folded"), 400, "FOLDED_HEADER"),
  ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "FOLDED_HEADER"),
  (get("Content-Type: a", "Content-Type: a"), 400, "REPEATED_HEADER"),
  (get("Content_Length: 1"), 400, "MISLEADING_HEADER"),
  (get("Transfer_Encoding: chunked"), 400, "MISLEADING_HEADER"),
  (get("Expect: 200-ok"), 417, "EXPECTATION_FAILED"),
  (post("Content-Length: 1\r\nContent-Length: 1", "a"), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: 1, 1", "a"), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: +1", "a"), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: -0", ""), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: 0x1", "a"), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: 1 1", "a"), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length:", ""), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: 99999999999999999999", ""), 400, "BAD_CONTENT_LENGTH"),
  (post("Content-Length: 1048577", ""), 413, "BODY_TOO_LARGE"),
  (post("Content-Length: 1\r\nTransfer-Encoding: chunked", "a"), 400, "AMBIGUOUS_LENGTH"),
  (post("Transfer-Encoding: chunked\r\nContent-Length: 1", "a"), 400, "AMBIGUOUS_LENGTH"),
  (post("Transfer-Encoding: gzip", ""), 501, "TRANSFER_ENCODING_NOT_IMPLEMENTED"),
  (post("Transfer-Encoding: gzip, chunked", ""), 400, "BAD_TRANSFER_ENCODING"),
  (post("Transfer-Encoding: chunked, chunked", ""), 400, "BAD_TRANSFER_ENCODING"),
  (post("Transfer-Encoding: \"chunked\"", ""), 400, "BAD_TRANSFER_ENCODING"),
  (post("Transfer-Encoding:", ""), 400, "BAD_TRANSFER_ENCODING"),
  (
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", ""), 400,
    "BAD_TRANSFER_ENCODING"
  ),
  (
    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "BAD_TRANSFER_ENCODING"
  ),
  (chunked("\r\n"), 400, "BAD_CHUNK"),
  (chunked("+1\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("0x1\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked(" 1\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1 \r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1\r\nab\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1\r\na\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;a=\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;a=b \r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;a=\"b\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;a=\"b\"c\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("1;b[=c\r\na\r\n0\r\n\r\n"), 400, "BAD_CHUNK"),
  (chunked("fffffffffffffffff\r\n"), 400, "BAD_CHUNK"),
  (chunked("7fffffffffffffff\r\n"), 400, "BAD_CHUNK"),
  (chunked("100001\r\n"), 413, "BODY_TOO_LARGE"),
  (chunked("1;a=" + String(repeating: "b", count: 5_000)), 400, "BAD_CHUNK"),
  (chunked("0\r\nContent-Length: 5\r\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\nHost: b\r\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\nX : b\r\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\n X: b\r\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\nX: b\n\r\n"), 400, "BAD_TRAILER"),
  (chunked("0\r\nX: " + String(repeating: "b", count: 5_000)), 431, "TRAILERS_TOO_LARGE"),
  ("GET /" + String(repeating: "a", count: 9_000), 414, "REQUEST_LINE_TOO_LONG"),
  (get("X: " + String(repeating: "b", count: 17_000)), 431, "REQUEST_HEAD_TOO_LARGE"),
  (get(String(repeating: "n", count: 17_000)), 431, "REQUEST_HEAD_TOO_LARGE"),
  (
    "GET / HTTP/1.1\r\n" + String(repeating: "X: y\r\n", count: 101), 431,
    "REQUEST_HEAD_TOO_LARGE"
  ),
]

/// Streams that are accepted, with how many requests are in them.
private let accepted: [(String, Int)] = [
  (get(), 1),
  ("\r\n" + get(), 1),
  (get() + "\r\n" + get(), 2),
  (get("X-Test:  a b\t "), 1),
  (get("X-Test:"), 1),
  (get("X-Test: caf\u{E9}"), 1),
  (get(target: "/a/b?c=%20d&e=f?g/h"), 1),
  (get(target: "HTTP://b:80/x?y"), 1),
  (get(target: "http://b?y"), 1),
  ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 1),
  ("GET / HTTP/1.0\r\n\r\n", 1),
  ("GET / HTTP/1.7\r\nHost: a\r\n\r\n", 1),
  ("GET / HTTP/1.1\r\nHost: 0.0.0.0=5000\r\n\r\n", 1),
  ("GET / HTTP/1.1\r\nHost: [::1]:8004\r\n\r\n", 1),
  ("GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:1.2.3.4]\r\n\r\n", 1),
  ("GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 1),
  (post("Content-Length: 5", "hello"), 1),
  (post("content-length: 005", "hello"), 1),
  (post("Content-Length: 5\r\nExpect: 100-Continue", "hello"), 1),
  (chunked("5\r\nhello\r\n6;a;b=c;d=\"e\\\"\" ; f = g\r\n world\r\n000\r\nX: y\r\n\r\n"), 1),
  (post("Transfer-Encoding: Chunked ", "A\r\n0123456789\r\n0\r\n\r\n") + get(), 2),
]

@Suite("HTTP request parser") struct HTTPRequestParserTests {
  @Test(arguments: refusals)
  func `what is ambiguous or malformed is refused`(text: String, status: Int, code: String) {
    let transcript = ParserTranscript(text)
    #expect(transcript.failure?.status == status)
    #expect(transcript.failure?.code == code)
  }

  @Test(arguments: accepted) func `what is well-formed is accepted`(text: String, count: Int) {
    let transcript = ParserTranscript(text)
    #expect(transcript.failure == nil)
    #expect(transcript.lines.count == count)
    #expect(transcript.phase == .idle)
  }

  @Test(arguments: refusals.map(\.0) + accepted.map(\.0))
  func `byte by byte gives what the whole gives`(text: String) {
    let stream = Array(text.utf8)
    #expect(ParserTranscript(stream) { 1 } == ParserTranscript(text))
  }

  @Test(arguments: UInt64(0)..<1_000)
  func `mutations never trap and pieces never matter`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var stream = (accepted.map { Array($0.0.utf8) } + refusals.map { Array($0.0.utf8) })
      .shuffled(using: &random).prefix(3).flatMap(\.self)
    let telling = Array("\r\n\t :;,=0159afGTHP/.%\"\\*#[]\u{0}\u{7F}".utf8) + [0x80, 0xFF]
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let position = Int.random(in: 0..<stream.count, using: &random)
      let byte = telling.randomElement(using: &random) ?? 0
      switch Int.random(in: 0...2, using: &random) {
      case 0: stream[position] = byte
      case 1: stream.insert(byte, at: position)
      default: stream.remove(at: position)
      }
    }
    let whole = ParserTranscript(stream) { .max }
    #expect(ParserTranscript(stream) { 1 } == whole, "seed \(seed)")
    let pieces = ParserTranscript(stream) { Int.random(in: 1...40, using: &random) }
    #expect(pieces == whole, "seed \(seed)")
  }

  @Test func `a failure takes no more bytes`() {
    var parser = HTTPRequestParser()
    var offset = 0
    let bytes = Array("\u{0}GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    for _ in 0..<2 {
      guard case .failure = parser.parse(bytes.span, from: &offset) else {
        Issue.record("A failure was expected.")
        return
      }
      #expect(offset == 0)
    }
    #expect(parser.phase == .failed)
  }

  @Test(arguments: [
    ("HTTP/1.1", "X: y", true), ("HTTP/1.1", "Connection: close", false),
    ("HTTP/1.1", "Connection: x, Close", false), ("HTTP/1.0", "X: y", false),
    ("HTTP/1.0", "Connection: Keep-Alive", true),
    ("HTTP/1.0", "Connection: keep-alive, close", false),
  ])
  func `the connection stays open as version and header say`(
    version: String, header: String, alive: Bool
  ) {
    let transcript = ParserTranscript("GET / \(version)\r\nHost: a\r\n\(header)\r\n\r\n")
    #expect(transcript.lines.first?.contains("alive=\(alive)") == true)
  }

  @Test func `an absolute target becomes path and query`() {
    let transcript = ParserTranscript(get(target: "http://b:80/x?y=1"))
    #expect(transcript.lines.first?.hasPrefix("get /x?y=1 ") == true)
    #expect(ParserTranscript(get(target: "http://b?y")).lines.first?.hasPrefix("get /?y ") == true)
  }

  @Test func `chunks become one body`() {
    let lines = ParserTranscript(chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")).lines
    #expect(lines.first?.hasSuffix("body=hello world") == true)
  }

  @Test func `a client that waits for 100 is told once, while no body is there`() {
    var parser = HTTPRequestParser()
    var offset = 0
    let head = Array(post("Content-Length: 2\r\nExpect: 100-continue", "").utf8)
    _ = parser.parse(head.span, from: &offset)
    #expect(parser.phase == .body)
    let wishes = [parser.takeContinueWish(), parser.takeContinueWish()]
    #expect(wishes == [true, false])
  }

  @Test func `a body that came along needs no 100`() {
    var parser = HTTPRequestParser()
    var offset = 0
    let start = Array(post("Content-Length: 2\r\nExpect: 100-continue", "a").utf8)
    _ = parser.parse(start.span, from: &offset)
    let wish = parser.takeContinueWish()
    #expect(!wish)
  }

  @Test func `chunked bodies end at the limit of the sum`() {
    var limits = HTTPLimits()
    limits.bodyBytesMax = 8
    let fits = chunked("4\r\nabcd\r\n4\r\nabcd\r\n0\r\n\r\n")
    #expect(ParserTranscript(fits, limits: limits).failure == nil)
    let exceeds = chunked("4\r\nabcd\r\n5\r\n")
    #expect(ParserTranscript(exceeds, limits: limits).failure?.status == 413)
  }
}
