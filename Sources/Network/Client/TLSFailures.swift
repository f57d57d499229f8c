// What OpenSSL says about certificates and handshakes, as sentences that tell people what to do.
// It decides nothing; a certificate that gets here is refused already.

internal import COpenSSL
internal import Glibc

extension TransportFailure {
  /// A certificate that OpenSSL refused, by its `X509_V_ERR` number.
  static func certificate(verdict: Int32, host: String) -> TransportFailure {
    let sentence =
      switch verdict {
      case X509_V_ERR_CERT_HAS_EXPIRED:
        "The certificate of \(host) has expired. Check this machine's clock; if it is right, the "
          + "server's operator has to renew it."
      case X509_V_ERR_CERT_NOT_YET_VALID:
        "The certificate of \(host) is not valid yet. Check this machine's clock."
      case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
        "The certificate is for another host than \(host). Check the address in the settings; if "
          + "it is right, somebody else answers there."
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        "The certificate of \(host) is signed by itself. If it is yours, add it to those that are "
          + "trusted."
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        "Nobody that this machine trusts has signed the certificate of \(host). Check that the "
          + "package ca-certificates is installed; add a private authority to the trusted ones."
      case X509_V_ERR_CERT_REVOKED:
        "The certificate of \(host) was revoked by its issuer. Do not trust this server."
      case X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
        "The list of revoked certificates is out of date. Get a new one from its issuer."
      default:
        "The certificate of \(host) is refused: \(String(cString: text(of: verdict)))."
      }
    return TransportFailure(.certificateRefused, sentence)
  }

  private static func text(of verdict: Int32) -> UnsafePointer<CChar> {
    X509_verify_cert_error_string(Int(verdict))
  }

  /// What broke, by OpenSSL's error queue or, if that is empty, `errno`; right after the failure.
  static func tls(during what: String) -> TransportFailure {
    let systemCode = errno
    let error = ERR_peek_error()
    guard error != 0 else {
      let reason = systemCode == 0 ? "the server ended it" : NetworkError.reason(systemCode)
      return TransportFailure(.connectionLost, "\(what): \(reason).")
    }
    let reason = ERR_reason_error_string(error).map { String(cString: $0) } ?? "error \(error)"
    switch Int32(error & UInt(ERR_REASON_MASK)) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return TransportFailure(.connectionLost, "\(what): the server ended the connection.")
    case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST:
      return TransportFailure(
        .tlsFailed, "\(what): the server does not speak TLS on this port. Check the address.")
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return TransportFailure(.tlsFailed, "\(what): the server does not speak TLS 1.2 or newer.")
    default:
      return TransportFailure(.tlsFailed, "\(what): \(reason).")
    }
  }
}
