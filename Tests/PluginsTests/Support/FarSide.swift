// Far sides that acknowledge little: an HTTP server with canned answers, and a socket that reads a
// message and says nothing.

import Dispatch
import Glibc
import Network
import Synchronization
import Wire

/// An HTTP server whose answers a test writes down beforehand.
@LoopActor final class FarSide {
  /// Requests so far, as `METHOD /path`, and their bodies.
  private(set) var received: [(line: String, body: String)] = []
  /// Answers by `METHOD /path`; 404 for others.
  var answers: [String: (status: Int, body: String)] = [:]
  /// Requests that are executed and not answered, by the same lines.
  var silent: Set<String> = []
  private var server: HTTPServer?

  func listen() throws -> HTTPOrigin {
    let server = HTTPServer(metrics: nil) { [self] request, responder in
      let line = "\(request.method.rawValue) \(request.path)"
      received.append((line, String(decoding: request.body, as: UTF8.self)))
      if silent.contains(line) {
        return responder.stream(HTTPResponse(status: 200)) { stream, event in
          if case .began = event { stream.abort() }
        }
      }
      let answer = answers[line] ?? (404, "Not found")
      responder.respond(
        HTTPResponse(status: answer.status, body: Array(answer.body.utf8)))
    }
    self.server = server
    return try HTTPOrigin("http://127.0.0.1:\(try server.listen(host: "127.0.0.1", port: 0))")
  }

  func bodies(_ line: String) -> [String] { received.filter { $0.line == line }.map(\.body) }

  func count(_ line: String) -> Int { bodies(line).count }
}

/// A socket that takes one connection after the other, reads to the end and answers nothing, as the
/// strategy in NinjaTrader does.
final class SilentSocket: Sendable {
  let port: UInt16
  private let descriptor: Int32
  private let read = Mutex<[String]>([])

  init() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(listener, pointer, length) == 0 && listen(listener, 8) == 0
          && getsockname(listener, pointer, &length) == 0
      }
    }
    precondition(result, "The socket cannot listen.")
    port = UInt16(bigEndian: address.sin_port)
    descriptor = listener
    DispatchQueue(label: "silent").async { [self] in
      while case let peer = accept(listener, nil, nil), peer >= 0 {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = recv(peer, &buffer, buffer.count, 0), count > 0 {
          bytes += buffer[..<count]
        }
        close(peer)
        read.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
      }
      // Closed by its only reader: its number would be another socket's while this one still reads.
      close(listener)
    }
  }

  /// What every connection has sent so far.
  var messages: [String] { read.withLock { $0 } }

  /// Takes no connections any more.
  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
