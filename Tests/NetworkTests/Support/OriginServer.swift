// A server whose every byte a test decides, in clear or encrypted by OpenSSL's server side. It
// blocks, on threads of its own.
// The rule to keep: it is written from the RFCs and not from the client.

import COpenSSL
import Dispatch
import Glibc
import Synchronization

/// Listens on a free port of this machine until it is gone.
final class OriginServer: Sendable {
  let port: UInt16
  private let counted = Mutex(Counts())

  /// What was seen over all connections.
  struct Counts {
    var connections = 0
    var requests = 0
    var resumed = 0
    var names: [String] = []
    var protocols: [String] = []
  }

  var counts: Counts { counted.withLock { $0 } }

  func count(_ change: @Sendable (inout Counts) -> Void) { counted.withLock { change(&$0) } }

  private let descriptor: Int32
  /// An `SSL_CTX`; 0 for a server in clear.
  private let context: UInt

  var isSecure: Bool { context != 0 }

  /// - Parameters:
  ///   - certificate: The name of one of `Certificates`; nil for a server in clear.
  ///   - version: The only version of TLS that is spoken; 0 for all.
  ///   - address: Where to listen.
  ///   - port: The port; 0 for a free one.
  ///   - handler: Called with each connection on a thread of its own; the connection ends with it.
  init(
    certificate: String? = nil, version: Int32 = 0, address: String = "127.0.0.1",
    port: UInt16 = 0, handler: @escaping @Sendable (PeerConnection) -> Void
  ) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    self.port = withUnsafeMutablePointer(to: &name) { [descriptor] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0)
        getsockname(descriptor, $0, &length)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    context = certificate.map { Self.context($0, version) } ?? 0
    accept(handler)
  }

  fileprivate static func context(_ certificate: String, _ version: Int32) -> UInt {
    let path = Certificates.shared.directory + "/" + certificate
    let context = SSL_CTX_new(TLS_server_method())
    precondition(
      SSL_CTX_use_certificate_chain_file(context, path + ".pem") == 1
        && SSL_CTX_use_PrivateKey_file(context, path + ".key", SSL_FILETYPE_PEM) == 1)
    // Old versions need a level at which OpenSSL still permits them.
    if version > 0, version < TLS1_2_VERSION { SSL_CTX_set_security_level(context, 0) }
    for bound in [SSL_CTRL_SET_MIN_PROTO_VERSION, SSL_CTRL_SET_MAX_PROTO_VERSION] {
      SSL_CTX_ctrl(context, bound, Int(version), nil)
    }
    SSL_CTX_set_alpn_select_cb(
      context,
      { _, chosen, chosenCount, offered, offeredCount, _ in
        // The first that is offered: a length byte and the name.
        guard let offered, offeredCount > 1 else { return SSL_TLSEXT_ERR_NOACK }
        chosen?.pointee = offered + 1
        chosenCount?.pointee = offered[0]
        return SSL_TLSEXT_ERR_OK
      }, nil)
    return UInt(bitPattern: context)
  }

  private func accept(_ handler: @escaping @Sendable (PeerConnection) -> Void) {
    let (descriptor, context) = (descriptor, context)
    DispatchQueue(label: "origin").async { [weak self] in
      while true {
        let connection = Glibc.accept(descriptor, nil, nil)
        // A process that a test starts must not hold it open beyond its end.
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        guard connection >= 0, let server = self else {
          // Here and not at the end of the server: the number may be another's by then.
          close(descriptor)
          if connection >= 0 { close(connection) }
          return
        }
        DispatchQueue(label: "origin connection").async {
          server.count { $0.connections += 1 }
          let peer = PeerConnection(connection, OpaquePointer(bitPattern: context), server)
          handler(peer)
          peer.end()
        }
      }
    }
  }

  deinit {
    // Ends the wait for connections.
    shutdown(descriptor, Int32(SHUT_RDWR))
    SSL_CTX_free(OpaquePointer(bitPattern: context))
  }
}

/// The server's end of one connection.
final class PeerConnection {
  private let descriptor: Int32
  private var ssl: OpaquePointer?
  private let server: OriginServer
  private var unread: [UInt8] = []
  private var isClosed = false

  init(_ descriptor: Int32, _ context: OpaquePointer?, _ server: OriginServer) {
    self.descriptor = descriptor
    self.server = server
    if let context { startTLS(context) }
  }

  /// Goes on encrypted, with one of `Certificates`.
  func startTLS(_ certificate: String) {
    guard let context = OpaquePointer(bitPattern: OriginServer.context(certificate, 0)) else {
      return
    }
    startTLS(context)
    SSL_CTX_free(context)
  }

  private func startTLS(_ context: OpaquePointer) {
    ssl = SSL_new(context)
    SSL_set_fd(ssl, descriptor)
    guard SSL_accept(ssl) == 1 else {
      close(inOrder: false)
      return
    }
    var count: UInt32 = 0
    var name: UnsafePointer<UInt8>?
    SSL_get0_alpn_selected(ssl, &name, &count)
    let spoken = String(
      decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    let host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    let isResumed = SSL_session_reused(ssl) == 1
    server.count { counts in
      counts.resumed += isResumed ? 1 : 0
      counts.names.append(host ?? "")
      counts.protocols.append(spoken)
    }
  }

  /// Bytes that are there; nil at the end.
  func receive() -> [UInt8]? {
    guard !isClosed else { return nil }
    if !unread.isEmpty {
      defer { unread = [] }
      return unread
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count =
      ssl.map { Int(SSL_read($0, &buffer, Int32(buffer.count))) }
      ?? recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  /// The next request's head and body; nil at the end.
  func receiveRequest() -> String? {
    var bytes: [UInt8] = []
    var total: Int?
    while true {
      if total == nil, let end = bytes.firstRange(of: "\r\n\r\n".utf8) {
        let head = String(decoding: bytes[..<end.upperBound], as: UTF8.self)
        let length = head.firstMatch(of: /Content-Length: (\d+)/).flatMap { Int($0.1) } ?? 0
        total = end.upperBound + length
      }
      if let total, bytes.count >= total {
        unread = Array(bytes[total...])
        server.count { $0.requests += 1 }
        return String(decoding: bytes[..<total], as: UTF8.self)
      }
      guard let more = receive() else { return nil }
      bytes += more
    }
  }

  /// Whether the client has ended its side as the protocol says.
  var hasReceivedCloseNotify: Bool {
    ssl.map { SSL_get_shutdown($0) & SSL_RECEIVED_SHUTDOWN != 0 } ?? false
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !isClosed {
      let count = rest.withUnsafeBytes { buffer in
        ssl.map { Int(SSL_write($0, buffer.baseAddress, Int32(buffer.count))) }
          ?? Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func answer(_ body: String, _ headers: String = "") {
    send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
  }

  /// Ends the connection as the protocol says, with close_notify where it is encrypted.
  func end() { close(inOrder: true) }

  /// Ends the connection without close_notify.
  func cut() { close(inOrder: false) }

  /// Ends the connection by a reset.
  func reset() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    close(inOrder: false)
  }

  private func close(inOrder: Bool) {
    guard !isClosed else { return }
    isClosed = true
    if inOrder, ssl != nil { SSL_shutdown(ssl) }
    SSL_free(ssl)
    // Told to the peer even where such a process has got it in the moment before.
    if inOrder { shutdown(descriptor, Int32(SHUT_WR)) }
    Glibc.close(descriptor)
  }
}
