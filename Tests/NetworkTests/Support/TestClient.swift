// A blocking TCP client for tests: raw bytes out, raw bytes in.
// It does not speak HTTP; tests write and read what is on the wire.
// The rule to keep: every read has a time limit, so that a failing test ends.

import CLinux
import COpenSSL
import Glibc

final class TestClient: Sendable {
  private let descriptor: Int32

  /// Connects to a port of this machine.
  init(port: UInt16, receiveBufferBytes: Int32? = nil) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var bytes = receiveBufferBytes {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What arrives next; empty at the end of the stream, nil for a reset or when time is up.
  func receive(bytesMax: Int = 65_536) -> String? {
    var buffer = [UInt8](repeating: 0, count: bytesMax)
    let count = recv(descriptor, &buffer, bytesMax, 0)
    return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
  }

  /// All that arrives until a text has come that many times, or the stream ends.
  func receive(until text: String, count: Int = 1) -> String {
    var all = ""
    while all.occurrences(of: text) < count {
      guard let more = receive(), !more.isEmpty else { break }
      all += more
    }
    return all
  }

  /// All that arrives until the server closes; nil if it resets instead, or never closes.
  func receiveToEnd() -> String? {
    var all = ""
    while let more = receive() {
      if more.isEmpty { return all }
      all += more
    }
    return nil
  }
}

extension String {
  func occurrences(of text: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: text) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
