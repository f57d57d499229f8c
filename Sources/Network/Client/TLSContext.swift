// What all encrypted connections of a client have in common: whom they trust, which versions they
// speak, and the sessions that can be taken up again. By OpenSSL.
// It makes no connection.
// The rule to keep: nothing here can switch the checks of certificates off.

internal import COpenSSL
internal import Wire

@LoopActor final class TLSContext {
  /// Sessions kept for one server. Servers of TLS 1.3 send two tickets at a time, each for one use
  /// (RFC 8446 section C.4), and a client has some connections.
  private static let sessionsMax = 8

  /// The certificates of the system. There are many, and every client trusts them: they are read
  /// once, not by each client anew while the loop waits.
  private static let systemStore: OpaquePointer? = {
    let store = X509_STORE_new()
    X509_STORE_set_default_paths(store)
    return store
  }()

  let pointer: OpaquePointer
  private var sessions: [HTTPOrigin: [OpaquePointer]] = [:]

  /// - Parameter trustFile: A PEM file with certificates to trust beside those of the system, and
  ///   lists of revoked ones to heed; nil for none.
  /// - Throws: `NetworkError` if the file cannot be read.
  init(trustFile: String?) throws(NetworkError) {
    guard let context = SSL_CTX_new(TLS_client_method()) else {
      throw NetworkError("OpenSSL cannot be set up for TLS.")
    }
    pointer = context
    SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
    // Of a server only; it would be a second handshake in the middle of an exchange. The constant
    // SSL_OP_NO_RENEGOTIATION is a macro that Swift cannot read.
    SSL_CTX_set_options(context, 1 << 30)
    SSL_CTX_ctrl(
      context, SSL_CTRL_MODE,
      Int(
        SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
          | SSL_MODE_RELEASE_BUFFERS), nil)
    let offered: [UInt8] = [8] + Array("http/1.1".utf8)
    SSL_CTX_set_alpn_protos(context, offered, UInt32(offered.count))
    if let trustFile {
      SSL_CTX_set_default_verify_paths(context)
      try trust(trustFile)
    } else {
      SSL_CTX_set1_cert_store(context, TLSContext.systemStore)
    }
    // Whether a list of revoked certificates was given for an issuer decides whether it is asked.
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER) { isValid, certificate in
      guard X509_STORE_CTX_get_error(certificate) == X509_V_ERR_UNABLE_TO_GET_CRL else {
        return isValid
      }
      X509_STORE_CTX_set_error(certificate, X509_V_OK)
      return 1
    }
    SSL_CTX_ctrl(
      context, SSL_CTRL_SET_SESS_CACHE_MODE,
      Int(
        SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_LOOKUP
          | SSL_SESS_CACHE_NO_INTERNAL_STORE), nil)
    SSL_CTX_sess_set_new_cb(context) { connection, session in
      let owner = SSL_get_ex_data(connection, TLSStream.ownerIndex)
      guard let owner, let session else { return 0 }
      let stream = Unmanaged<TLSStream>.fromOpaque(owner).takeUnretainedValue()
      let address = UInt(bitPattern: session)
      LoopActor.assumeIsolated { stream.received(sessionAt: address) }
      // The reference is ours now.
      return 1
    }
  }

  private func trust(_ file: String) throws(NetworkError) {
    let store = SSL_CTX_get_cert_store(pointer)
    let lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file())
    ERR_clear_error()
    guard X509_load_cert_crl_file(lookup, file, X509_FILETYPE_PEM) > 0 else {
      ERR_clear_error()
      throw NetworkError("The file \(file) has no certificate in PEM form that can be read.")
    }
    X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK))
  }

  // MARK: - Sessions

  /// Takes over a session that a server offers to continue.
  func keep(_ session: OpaquePointer, of origin: HTTPOrigin) {
    guard SSL_SESSION_is_resumable(session) == 1 else { return SSL_SESSION_free(session) }
    sessions[origin, default: []].append(session)
    guard let kept = sessions[origin], kept.count > Self.sessionsMax else { return }
    SSL_SESSION_free(kept[0])
    sessions[origin]?.removeFirst()
  }

  /// The newest session of a server, for the caller to free. Those of TLS 1.3 are for one use.
  func takeSession(of origin: HTTPOrigin) -> OpaquePointer? {
    guard let session = sessions[origin]?.last else { return nil }
    if SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION {
      sessions[origin]?.removeLast()
    } else {
      SSL_SESSION_up_ref(session)
    }
    return session
  }

  /// Forgets all sessions. Connections that are open keep what they need.
  func close() {
    for session in sessions.values.joined() { SSL_SESSION_free(session) }
    sessions = [:]
  }

  isolated deinit {
    close()
    SSL_CTX_free(pointer)
  }
}
