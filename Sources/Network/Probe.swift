// One question to an HTTP server on this machine, for health checks that have no other program to
// ask with. It blocks, and so is not for the loop.

internal import CLinux
internal import Glibc

/// A blocking GET.
public enum Probe {
  /// Asks for a path and gives the status of the answer.
  ///
  /// - Parameters:
  ///   - host: An IPv4 or IPv6 address, or `localhost`.
  ///   - port: The port.
  ///   - path: The path.
  ///   - timeoutSeconds: How long each step may take.
  /// - Throws: `NetworkError` if nobody answers with a status line in time.
  public static func status(
    host: String, port: UInt16, path: String, timeoutSeconds: Int
  ) throws(NetworkError) -> Int {
    let address = try SocketAddress(host: host, port: port)
    let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    guard address.withPointer({ connect(descriptor, $0, $1) }) == 0 else {
      throw NetworkError("Nobody takes connections on \(host), port \(port).")
    }
    let request = "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
    guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count
    else { throw NetworkError("The service takes no request.") }
    // A status line begins "HTTP/1.1 200".
    var line = [UInt8](repeating: 0, count: 12)
    let count = recv(descriptor, &line, line.count, Int32(MSG_WAITALL))
    let text = String(decoding: line, as: UTF8.self)
    guard count == line.count, text.hasPrefix("HTTP/1."), let status = Int(text.suffix(3)) else {
      throw NetworkError("The service did not answer within \(timeoutSeconds) s.")
    }
    return status
  }
}
