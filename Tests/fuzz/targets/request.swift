// Requests of ours from made-up parts: what is written is refused before it is, or read by the
// server's parser as that one request and nothing else, with the same target, header and body.

import Wire

func check(_ input: [UInt8]) {
  // Method, target, name, value and body, with NULs between them.
  let parts = input.split(separator: 0, maxSplits: 4, omittingEmptySubsequences: false)
  guard parts.count == 5, let target = String(validating: parts[1], as: UTF8.self),
    let name = String(validating: parts[2], as: UTF8.self),
    let value = String(validating: parts[3], as: UTF8.self),
    let origin = try? HTTPOrigin("http://a")
  else { return }
  let methods = HTTPMethod.allCases.filter { $0 != .connect }
  let method = methods[Int(parts[0].first ?? 0) % methods.count]
  let body = Array(parts[4])
  let request = HTTPClientRequest(method, origin, target, headers: [(name, value)], body: body)
  guard let bytes = try? request.encoded() else { return }
  var parser = HTTPRequestParser()
  var offset = 0
  // A target that is no valid path, or a field that the server knows better, may be refused.
  guard case .request(let read) = parser.parse(bytes.span, from: &offset) else { return }
  promise(offset == bytes.count, "\(bytes.count - offset) bytes are another request")
  promise(read.method == method && read.target == target, "\(read.method) \(read.target)")
  promise(read.body == body, "the body is \(read.body)")
  promise(read.headerValues("host") == ["a"], "Host is \(read.headerValues("host"))")
  let found = read.headerValues(name.lowercased())
  let trimmed = value.utf8.drop { $0 == 0x20 || $0 == 0x09 }
  promise(
    found.count == 1 && trimmed.starts(with: found[0].utf8), "\(name) is \(found), not \(value)")
}
