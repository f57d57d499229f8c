// A blocking HTTP/1.1 client over a real socket: requests as bytes, answers with status, headers
// and JSON. The rule to keep: every read has a time limit, so that a failing test ends.

import Glibc
import Wire

/// An answer of the service.
struct APIAnswer: Sendable {
  let status: Int
  let headers: [(name: String, value: String)]
  let body: [UInt8]

  /// The body as JSON; null if it is none.
  var json: JSONValue? { try? JSONDocument(parsing: body).root }
  var text: String { String(decoding: body, as: UTF8.self) }
  var code: String? { json?["code"]?.string }
  var orderID: String? { json?["order_id"]?.string }

  func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// A text, number or truth value of the body, as it is written there.
  subscript(_ name: String) -> String? {
    guard let value = json?[name: name] else { return nil }
    return value.string ?? value.numberText ?? value.bool.map { "\($0)" }
  }
}

/// A connection that carries one request after the other.
final class APIConnection {
  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBufferBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var limit = timeval(tv_sec: 15, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let result = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw ProcessFailure(description: "Nobody listens on \(port).") }
  }

  // Processes that other tests start at this moment may have inherited the descriptor.
  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  func send(
    _ method: String, _ path: String, _ body: [UInt8]? = nil,
    headers: [(name: String, value: String)] = []
  ) {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
    send(Array((head + "\r\n").utf8) + (body ?? []))
  }

  func send(_ bytes: [UInt8]) {
    var bytes = bytes[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  /// The next answer. `hasBody` is false for the answer to HEAD.
  func receive(hasBody: Bool = true) throws -> APIAnswer {
    var end = headEnd
    while end == nil {
      try receiveMore()
      end = headEnd
    }
    let head = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self)
    var lines = head.split(separator: "\r\n").map { String($0) }
    let status = lines.removeFirst().split(separator: " ").dropFirst().first.flatMap { Int($0) }
    let headers = lines.map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
    }
    buffer.removeFirst((end ?? 0) + 4)
    let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap {
      Int($0.value)
    }
    let count = hasBody ? length ?? 0 : 0
    while buffer.count < count { try receiveMore() }
    defer { buffer.removeFirst(count) }
    return APIAnswer(status: status ?? 0, headers: headers, body: Array(buffer.prefix(count)))
  }

  /// What comes next, of any length; nil when nothing comes any more.
  func receiveBytes() -> [UInt8]? {
    if buffer.isEmpty, (try? receiveMore()) == nil { return nil }
    defer { buffer = [] }
    return buffer
  }

  private var headEnd: Int? {
    guard buffer.count >= 4 else { return nil }
    return (0...buffer.count - 4).first { buffer[$0..<$0 + 4].elementsEqual("\r\n\r\n".utf8) }
  }

  private func receiveMore() throws {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else {
      throw ProcessFailure(description: count == 0 ? "The server closed." : "No answer came.")
    }
    buffer += chunk[..<count]
  }
}

extension ServiceProcess {
  /// Sends a request over a connection of its own.
  func call(
    _ method: String, _ path: String, _ body: String? = nil,
    headers: [(name: String, value: String)] = []
  ) throws -> APIAnswer {
    try call(method, path, bytes: body.map { Array($0.utf8) }, headers: headers)
  }

  func call(
    _ method: String, _ path: String, bytes: [UInt8]?,
    headers: [(name: String, value: String)] = []
  ) throws -> APIAnswer {
    let connection = try APIConnection(port: port)
    connection.send(method, path, bytes, headers: headers)
    return try connection.receive(hasBody: method != "HEAD")
  }

  func get(_ path: String) throws -> APIAnswer { try call("GET", path) }

  /// Submits an order.
  func order(_ body: String) throws -> APIAnswer { try call("POST", "/orders", body) }

  /// Moves a price of the simulated exchange.
  func setPrice(_ symbol: String, _ price: String, quantity: String = "null") throws -> APIAnswer {
    try call(
      "PUT", "/api/v1/mock/prices/\(symbol)", #"{"price":\#(price),"quantity":\#(quantity)}"#)
  }

  func setFaults(_ body: String) throws -> APIAnswer {
    try call("PUT", "/api/v1/mock/faults", body)
  }

  /// The value of the first line of a metric that begins so; 0 if there is none.
  func metric(_ start: String) throws -> Double {
    let line = try get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(start) }
    return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
  }

  /// Whether an order comes to a state.
  func order(_ id: String?, reaches state: String) throws -> Bool {
    try eventually { try get("/orders/\(id ?? "")")["state"] == state }
  }
}

/// Services that tests share; each test there uses symbols and ids of its own.
enum SharedService {
  private static let started = Result { try ServiceProcess.start(ServiceProcess.unlimited) }

  /// One without limits, whose venue answers at once.
  static var unlimited: ServiceProcess { get throws { try started.get() } }

  private static let startedCareful = Result { try ServiceProcess.start() }

  /// One with the limits that are there by default.
  static var careful: ServiceProcess { get throws { try startedCareful.get() } }
}
