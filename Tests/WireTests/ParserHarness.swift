// Feeds a byte stream to the request parser in pieces, and writes down what came out.
// It does not judge; tests compare what it wrote.
// The rule to keep: pieces are given as the server gives them, one after the other until taken.

import Wire

/// What the parser made of a stream, as text that can be compared.
struct ParserTranscript: Equatable {
  var lines: [String] = []
  var failure: HTTPFailure?
  var phase: HTTPRequestParser.Phase = .idle

  /// - Parameter pieceBytes: How long each piece may be; called for each.
  init(_ stream: [UInt8], limits: HTTPLimits = HTTPLimits(), pieceBytes: () -> Int) {
    var parser = HTTPRequestParser(limits: limits)
    var start = 0
    while start < stream.count, failure == nil {
      let end = min(stream.count, start + max(1, pieceBytes()))
      let piece = Array(stream[start..<end])
      var offset = 0
      while offset < piece.count, failure == nil {
        switch parser.parse(piece.span, from: &offset) {
        case .needsMoreBytes: break
        case .request(let request): lines.append(Self.line(request))
        case .failure(let found): failure = found
        }
      }
      start = end
    }
    phase = parser.phase
  }

  init(_ text: String, limits: HTTPLimits = HTTPLimits()) {
    self.init(Array(text.utf8), limits: limits) { .max }
  }

  private static func line(_ request: HTTPRequest) -> String {
    let host = request.headerValues("host").joined(separator: "|")
    let test = request.headerValues("x-test").joined(separator: "|")
    return "\(request.method) \(request.target) host=\(host) test=\(test) "
      + "alive=\(request.keepsAlive) body=\(String(decoding: request.body, as: UTF8.self))"
  }
}
