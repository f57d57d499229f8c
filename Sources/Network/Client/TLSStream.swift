// One encrypted connection over a socket that is connected: handshake, bytes, end. By OpenSSL,
// which reads and writes the socket by itself and never waits.
// It does not watch the socket; after `wouldBlock` its owner does, for either direction.
// The rule to keep: an end without close_notify is an end that somebody else may have made
// (RFC 8446 section 6.1).

internal import COpenSSL
internal import Glibc
internal import Wire

@LoopActor final class TLSStream {
  enum Step {
    case done
    case wouldBlock
    case failed(TransportFailure)
  }

  /// Where OpenSSL keeps which stream a connection belongs to.
  nonisolated static let ownerIndex: Int32 = 0

  private let ssl: OpaquePointer
  private let context: TLSContext
  private let origin: HTTPOrigin
  private var isUsable = true

  init(_ context: TLSContext, _ origin: HTTPOrigin, descriptor: Int32) throws(TransportFailure) {
    guard let ssl = SSL_new(context.pointer), SSL_set_fd(ssl, descriptor) == 1 else {
      throw TransportFailure(.tlsFailed, "OpenSSL cannot set up a connection.")
    }
    self.ssl = ssl
    self.context = context
    self.origin = origin
    SSL_set_ex_data(ssl, Self.ownerIndex, Unmanaged.passUnretained(self).toOpaque())
    // One call of the kernel for a record, and not one for its header and one for the rest.
    SSL_set_read_ahead(ssl, 1)
    let checks = SSL_get0_param(ssl)
    var isSet = X509_VERIFY_PARAM_set1_ip_asc(checks, origin.host) == 1
    if !isSet {
      X509_VERIFY_PARAM_set_hostflags(checks, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
      isSet = X509_VERIFY_PARAM_set1_host(checks, origin.host, 0) == 1
      // Server Name Indication is for names only (RFC 6066 section 3).
      var name = Array(origin.host.utf8CString)
      isSet =
        isSet
        && SSL_ctrl(
          ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), &name) == 1
    }
    if let session = context.takeSession(of: origin) {
      SSL_set_session(ssl, session)
      SSL_SESSION_free(session)
    }
    guard isSet else {
      close(inOrder: false)
      throw TransportFailure(.tlsFailed, "The host is no name that a certificate can have.")
    }
  }

  /// Bytes that were handed to the kernel, of whatever kind.
  var bytesHandedOver: UInt64 { BIO_number_written(SSL_get_wbio(ssl)) }

  /// A session that the server offers. Called while bytes are read.
  func received(sessionAt address: UInt) {
    guard let session = OpaquePointer(bitPattern: address) else { return }
    context.keep(session, of: origin)
  }

  func handshake() -> Step {
    ERR_clear_error()
    let result = SSL_connect(ssl)
    guard result != 1 else { return .done }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    default:
      isUsable = false
      let verdict = SSL_get_verify_result(ssl)
      if verdict != Int(X509_V_OK) {
        return .failed(.certificate(verdict: Int32(verdict), host: origin.host))
      }
      return .failed(.tls(during: "The TLS handshake failed"))
    }
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> ClientSocket.Reading {
    ERR_clear_error()
    let result = SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
    guard result <= 0 else { return .bytes(Int(result)) }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    case SSL_ERROR_ZERO_RETURN: return .ended(inOrder: true)
    default:
      isUsable = false
      // OpenSSL 3 tells a bare end of the socket by this reason.
      let reason = ERR_peek_error() & UInt(ERR_REASON_MASK)
      if reason == UInt(SSL_R_UNEXPECTED_EOF_WHILE_READING) { return .ended(inOrder: false) }
      return .failed(.tls(during: "The connection broke"))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> ClientSocket.Writing {
    ERR_clear_error()
    let result = SSL_write(ssl, bytes.baseAddress, Int32(clamping: bytes.count))
    guard result <= 0 else { return .bytes(Int(result)) }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
    case SSL_ERROR_ZERO_RETURN:
      return .failed(TransportFailure(.connectionLost, "The server has ended the connection."))
    default:
      isUsable = false
      return .failed(.tls(during: "The connection broke"))
    }
  }

  /// Tells the server that nothing more comes, if it can still be told, and frees the connection.
  func close(inOrder: Bool) {
    ERR_clear_error()
    if inOrder, isUsable { SSL_shutdown(ssl) }
    ERR_clear_error()
    SSL_free(ssl)
  }
}
