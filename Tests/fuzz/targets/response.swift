// A byte stream to the parser of answers, whole and cut into pieces, up to the end of the
// connection: the answer or the failure must be the same, and a body is never longer than it may
// be. The first byte says what was asked.

import Wire

/// Cuts that are tried at most for one stream, so that long streams do not take quadratic time.
private let cutsMax = 4

func check(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let stream = Array(input.dropFirst())
  let whole = outcome(of: stream, asked: first, pieceEnds: [stream.count])
  let single = outcome(of: stream, asked: first, pieceEnds: Array(1...max(1, stream.count)))
  promise(whole == single, "whole \(whole), byte by byte \(single)")
  let step = max(1, stream.count / cutsMax)
  for cut in stride(from: 1 + stream.count % step, to: stream.count, by: step) {
    let halves = outcome(of: stream, asked: first, pieceEnds: [cut, stream.count])
    promise(whole == halves, "whole \(whole), cut at \(cut) \(halves)")
  }
}

private struct Outcome: Equatable {
  var text: String?
  var bytesCount = 0
}

private func outcome(of stream: [UInt8], asked: UInt8, pieceEnds: [Int]) -> Outcome {
  // Small limits, so that short streams reach them.
  var limits = HTTPLimits.response
  limits.headBytesMax = 256
  limits.headerFieldsMax = 8
  limits.bodyBytesMax = 64
  limits.chunkExtensionBytesMax = 24
  limits.trailerBytesMax = 48
  var parser = HTTPResponseParser(
    to: asked == UInt8(ascii: "H") ? .head : asked == UInt8(ascii: "C") ? .connect : .get,
    isUpgrade: asked == UInt8(ascii: "U"), limits: limits)
  var outcome = Outcome()
  for end in pieceEnds where end <= stream.count && outcome.text == nil {
    var offset = 0
    let start = outcome.bytesCount
    let step = parser.parse(stream.span.extracting(start..<end), from: &offset)
    outcome.bytesCount += offset
    outcome.text = text(of: step, limits)
    promise(outcome.text != nil || offset == end - start, "not all bytes are taken")
  }
  if outcome.text == nil { outcome.text = text(of: parser.end(inOrder: asked & 1 == 0), limits) }
  promise(outcome.text != nil, "nothing came of a whole stream")
  return outcome
}

private func text(of step: HTTPResponseParser.Outcome, _ limits: HTTPLimits) -> String? {
  switch step {
  case .needsMoreBytes: return nil
  case .failure(let failure): return failure.sentence
  case .response(let response):
    promise(response.body.count <= limits.bodyBytesMax, "a body above the limit")
    promise((100...999).contains(response.status), "status \(response.status)")
    return "\(response.status) \(response.keepsAlive) \(response.headerValues("x-a")) "
      + "\(response.header("content-length") ?? "") \(response.body)"
  }
}
