// Every limit of the parsers of requests and answers, with the reason for its size.
// It holds no limits of connections or time; those belong to the server and the client.
// The rule to keep: whatever the other side can make longer has a limit here.

/// The sizes that a request or an answer may have.
public struct HTTPLimits: Sendable {
  /// Bytes of the request line without its line end. RFC 9112 section 3 recommends at least 8,000;
  /// Apache and nginx take 8 KiB.
  public var requestLineBytesMax = 8 * 1024

  /// Bytes of a method name. The longest registered one has 17; more is garbage, not a method.
  public var methodBytesMax = 64

  /// Bytes of request line and header fields together. Node takes 16 KiB: enough for real clients.
  public var headBytesMax = 16 * 1024

  /// Header fields of one request. Browsers send about 20, Apache's limit is 100.
  public var headerFieldsMax = 100

  /// Bytes of a body. Order bodies have about 250; 1 MiB leaves room for batches.
  public var bodyBytesMax = 1024 * 1024

  /// Hexadecimal digits of a chunk size, leading zeros included: enough for 64 bits.
  public var chunkSizeDigitsMax = 16

  /// Bytes of chunk extensions in one body. Nobody sends them, and they must not make a small body
  /// expensive.
  public var chunkExtensionBytesMax = 4 * 1024

  /// Bytes of trailer fields, which are read and dropped.
  public var trailerBytesMax = 4 * 1024

  /// The limits as documented, for requests.
  public init() {}

  /// The limits of an answer.
  public static let response: HTTPLimits = {
    var limits = HTTPLimits()
    // Content delivery networks add cookies and policies to every answer; Node takes 16 KiB.
    limits.headBytesMax = 32 * 1024
    // The list of all instruments of a large venue has about 15 MB.
    limits.bodyBytesMax = 32 * 1024 * 1024
    return limits
  }()
}
