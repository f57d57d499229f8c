// A byte stream to the HTTP request parser, whole and cut into pieces: the requests, the failure
// and the phase must be the same. What the server asks of a request must never trap.

import Wire

/// Cuts that are tried at most for one stream, so that long streams do not take quadratic time.
private let cutsMax = 4

func check(_ input: [UInt8]) {
  let whole = outcome(of: input, pieceEnds: [input.count])
  let single = outcome(of: input, pieceEnds: Array(1...max(1, input.count)))
  promise(whole == single, "whole \(whole), byte by byte \(single)")
  let step = max(1, input.count / cutsMax)
  // Another first cut for another length, so that over many streams every place is cut.
  for cut in stride(from: 1 + input.count % step, to: input.count, by: step) {
    let halves = outcome(of: input, pieceEnds: [cut, input.count])
    promise(whole == halves, "whole \(whole), cut at \(cut) \(halves)")
  }
}

private struct Outcome: Equatable {
  var requests: [String] = []
  var failure: String?
  var phase = HTTPRequestParser.Phase.idle
  var bodyBytesCount = 0
}

private func outcome(of stream: [UInt8], pieceEnds: [Int]) -> Outcome {
  // Small limits, so that short streams reach them.
  var limits = HTTPLimits()
  limits.requestLineBytesMax = 96
  limits.headBytesMax = 384
  limits.headerFieldsMax = 8
  limits.bodyBytesMax = 64
  limits.chunkExtensionBytesMax = 24
  limits.trailerBytesMax = 48
  var parser = HTTPRequestParser(limits: limits)
  var outcome = Outcome()
  var start = 0
  for end in pieceEnds where end <= stream.count {
    var offset = 0
    reading: while offset < end - start {
      let before = offset
      switch parser.parse(stream.span.extracting(start..<end), from: &offset) {
      case .needsMoreBytes:
        promise(offset == end - start, "more bytes are wanted, but not all are taken")
      case .request(let request):
        promise(offset > before, "a request of no bytes")
        promise(request.body.count <= limits.bodyBytesMax, "a body above the limit")
        outcome.requests.append(text(of: request))
      case .failure(let failure):
        outcome.failure = failure.code
        promise((400...599).contains(failure.status), "a failure with status \(failure.status)")
        break reading
      }
    }
    if outcome.failure != nil { break }
    start = end
  }
  outcome.phase = parser.phase
  if outcome.phase == .body { outcome.bodyBytesCount = parser.bodyBytesCount }
  return outcome
}

private func text(of request: HTTPRequest) -> String {
  var parts = ["\(request.method)", request.target, "\(request.keepsAlive)"]
  parts += ["\(request.isVersion10)", request.path] + request.pathSegments
  parts += request.queryNames.map { "\($0)=\(request.query($0) ?? "")" }
  for name in ["host", "x-a", "content-type", "authorization", "idempotency-key"] {
    parts.append("\(name): \(request.headerValues(name))")
  }
  return parts.joined(separator: "\n") + "\n\(request.body)"
}
