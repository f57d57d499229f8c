// Requests as handlers see them, and answers as clients see them.
// It does not test what is refused; `HTTPRequestParserTests` does.
// The rule to keep: answers are compared whole, byte for byte.

import Testing
import Wire

private func encode(
  _ response: HTTPResponse, isHead: Bool = false,
  connection: HTTPResponseEncoder.ConnectionOption = .none
) -> String {
  var encoder = HTTPResponseEncoder()
  var output: [UInt8] = []
  encoder.encode(
    response, into: &output, isHead: isHead, connection: connection, epochSeconds: 784_111_777)
  return String(decoding: output, as: UTF8.self)
}

private let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

@Suite("HTTP requests and responses") struct HTTPMessageTests {
  @Test func `a path is cut and decoded`() {
    let request = HTTPRequest(method: .get, target: "/a/b%2Fc/%C3%A9?x=1")
    #expect(request.path == "/a/b%2Fc/%C3%A9")
    #expect(request.pathSegments == ["a", "b/c", "é"])
  }

  @Test(arguments: [("/", []), ("*", []), ("/a/", ["a", ""]), ("//a", ["", "a"])])
  func `empty parts of a path are parts`(target: String, segments: [String]) {
    #expect(HTTPRequest(method: .get, target: target).pathSegments == segments)
  }

  @Test func `query parameters are decoded`() {
    let request = HTTPRequest(method: .get, target: "/?a=1&b=x+y%2B%3D&c&a=2&=d")
    #expect(request.query("a") == "1")
    #expect(request.query("b") == "x y+=")
    #expect(request.query("c")?.isEmpty == true)
    #expect(request.query("d") == nil)
    #expect(request.queryNames == ["a", "b", "c", "a", ""])
  }

  @Test func `headers are found in any case`() {
    let request = HTTPRequest(
      method: .get, target: "/",
      headers: [(name: "X-Key", value: "1"), (name: "x-key", value: "2")]
    )
    #expect(request.header("x-key") == "1")
    #expect(request.headerValues("x-key") == ["1", "2"])
    #expect(request.header("x-other") == nil)
  }

  @Test func `an answer has date, type and length`() {
    #expect(
      encode(HTTPResponse(status: 200, body: Array("{}".utf8)))
        == "HTTP/1.1 200 OK\r\n\(date)Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
  }

  @Test func `an answer to HEAD has the length and no body`() {
    #expect(
      encode(HTTPResponse(status: 200, contentType: nil, body: Array("{}".utf8)), isHead: true)
        == "HTTP/1.1 200 OK\r\n\(date)Content-Length: 2\r\n\r\n")
  }

  @Test func `204 and 304 have neither length nor body`() {
    let body = Array("x".utf8)
    #expect(
      encode(HTTPResponse(status: 204, body: body)) == "HTTP/1.1 204 No Content\r\n\(date)\r\n")
    #expect(
      encode(HTTPResponse(status: 304, body: body)) == "HTTP/1.1 304 Not Modified\r\n\(date)\r\n")
  }

  @Test func `the connection header is written when needed`() {
    let response = HTTPResponse(status: 200)
    #expect(!encode(response).contains("Connection"))
    #expect(encode(response, connection: .close).contains("\r\nConnection: close\r\n"))
    #expect(encode(response, connection: .keepAlive).contains("\r\nConnection: keep-alive\r\n"))
  }

  @Test func `a header value cannot start another line`() {
    let answer = encode(
      HTTPResponse(status: 200, headers: [(name: "X-Id", value: "a\r\nSet-Cookie: b")]))
    #expect(answer.contains("\r\nX-Id: a  Set-Cookie: b\r\n"))
  }

  @Test func `framing headers of a handler are left out`() {
    let answer = encode(
      HTTPResponse(
        status: 200,
        headers: [(name: "Content-Length", value: "9"), (name: "Connection", value: "x")]))
    #expect(answer.contains("Content-Length: 0\r\n\r\n"))
    #expect(!answer.contains("Connection"))
  }

  @Test(arguments: [
    (Int64(0), "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
  ])
  func `dates are written as HTTP has them`(seconds: Int64, text: String) {
    #expect(HTTPDate.text(epochSeconds: seconds) == text)
  }

  @Test func `a failure is an answer in the common error form`() throws {
    let response = HTTPFailure.timedOut.response
    #expect(response.status == 408)
    let root = try JSONDocument(parsing: response.body).root
    #expect(
      root.members.map(\.name)
        == ["success", "order_id", "error", "code", "detail", "request_id"])
    #expect(root["code"]?.string == "REQUEST_TIMEOUT")
    #expect(root["success"]?.bool == false)
  }
}

@Suite("Percent coding") struct PercentCodingTests {
  @Test func `unreserved characters stay, the rest is escaped`() {
    #expect(PercentCoding.encode("aZ09-._~ /é") == "aZ09-._~%20%2F%C3%A9")
  }

  @Test(arguments: ["%", "%4", "%g0", "%00", "%ff", "%c0%af", "\u{0}"])
  func `what does not decode to text is nil`(text: String) {
    #expect(PercentCoding.decode(text) == nil)
  }

  @Test(arguments: UInt64(0)..<100) func `decoding undoes encoding`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let text = String(
      (0..<12).map { _ in
        Character(Unicode.Scalar(UInt32.random(in: 1...0xD7FF, using: &random)) ?? "?")
      })
    #expect(PercentCoding.decode(PercentCoding.encode(text)) == text, "seed \(seed)")
  }
}
