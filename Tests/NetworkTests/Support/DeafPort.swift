// Ports that no server answers on, for tests of clients.

import COpenSSL
import Glibc

/// A port that nobody else gets and that takes no connections.
final class DeafPort {
  let port: UInt16
  private var descriptors: [Int32] = []

  /// - Parameters:
  ///   - address: An IPv4 address of this machine.
  ///   - port: The port; 0 for a free one.
  ///   - refuses: Whether it refuses connections; else it is silent, because its queue is full.
  init(address text: String = "127.0.0.1", port: UInt16 = 0, refuses: Bool = false) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    descriptors = [listener]
    var more: [Int32] = []
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        precondition(bind(listener, address, length) == 0)
        getsockname(listener, address, &length)
        guard !refuses, listen(listener, 0) == 0 else { return }
        for _ in 0..<4 {
          let flags = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue
          let filler = socket(AF_INET, Int32(flags), 0)
          _ = connect(filler, address, length)
          more.append(filler)
        }
      }
    }
    self.port = UInt16(bigEndian: address.sin_port)
    descriptors += more
  }

  /// The port stays taken until here.
  func close() { for descriptor in descriptors { Glibc.close(descriptor) } }
}
