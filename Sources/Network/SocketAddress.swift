// An IPv4 or IPv6 address with a port, as the socket calls want it.
// It resolves no names: that would block the loop; `Resolver` does.
// The rule to keep: a text that is not an address is an error, never a guess.

internal import CLinux
internal import Glibc
internal import Wire

struct SocketAddress: Sendable {
  private var storage = sockaddr_storage()
  private var length = socklen_t(0)

  var family: Int32 { Int32(storage.ss_family) }

  /// - Parameter host: An address of either kind; `localhost` is 127.0.0.1.
  init(host: String, port: UInt16) throws(NetworkError) {
    let host = host == "localhost" ? "127.0.0.1" : host
    var version4 = sockaddr_in()
    var version6 = sockaddr_in6()
    if inet_pton(AF_INET, host, &version4.sin_addr) == 1 {
      version4.sin_family = sa_family_t(AF_INET)
      version4.sin_port = port.bigEndian
      store(version4)
    } else if inet_pton(AF_INET6, host, &version6.sin6_addr) == 1 {
      version6.sin6_family = sa_family_t(AF_INET6)
      version6.sin6_port = port.bigEndian
      store(version6)
    } else {
      throw NetworkError("The host must be an IP address or localhost, but is \"\(host)\".")
    }
  }

  /// The address that a socket is bound to.
  init(boundTo descriptor: Int32) {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = getsockname(descriptor, address, &length)
      }
    }
  }

  /// The address that a socket is connected to; nil if it is not, or to one of another family.
  init?(connectedTo descriptor: Int32) {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isConnected = withUnsafeMutablePointer(to: &storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getpeername(descriptor, address, &length) == 0
      }
    }
    guard isConnected, [AF_INET, AF_INET6].contains(family) else { return nil }
  }

  /// An address of one of the two families that `getaddrinfo` has found; nil for any other.
  init?(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
    guard [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family)),
      Int(length) <= MemoryLayout<sockaddr_storage>.size
    else { return nil }
    self.length = length
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
    }
  }

  /// Both families have the port at the same place.
  private static let portOffset = 2

  var port: UInt16 {
    get {
      withUnsafeBytes(of: storage) { bytes in
        UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: Self.portOffset, as: UInt16.self))
      }
    }
    set {
      withUnsafeMutableBytes(of: &storage) { bytes in
        bytes.storeBytes(
          of: newValue.bigEndian, toByteOffset: Self.portOffset, as: UInt16.self)
      }
    }
  }

  /// The address without the port.
  var address: IPAddress? {
    withUnsafeBytes(of: storage) { bytes in
      family == AF_INET
        ? IPAddress(networkBytes: bytes[Self.version4Bytes])
        : IPAddress(networkBytes: bytes[Self.version6Bytes])
    }
  }

  /// Where the two families have the address (ip(7), ipv6(7)).
  private static let version4Bytes = 4..<8
  private static let version6Bytes = 8..<24

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  private mutating func store<Address>(_ address: Address) {
    length = socklen_t(MemoryLayout<Address>.size)
    withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: Address.self) }
  }
}
