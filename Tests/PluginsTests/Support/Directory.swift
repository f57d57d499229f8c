// A directory of a test's own, and copies of it as a power cut would leave them.

import FoundationEssentials
import Glibc
import Synchronization

/// A fresh directory; gone with the value.
final class Directory: Sendable {
  let path: String
  /// Programs that run in it, and end with it.
  let companions = Mutex<[any Sendable]>([])

  init() {
    var template = Array("/tmp/fks-plugins-XXXXXX".utf8CString)
    path = valid(
      template.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
      }, "temporary directory")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What a power cut would leave of an instance's ledger now.
  func crashed(_ instance: String = "mock") throws -> Directory {
    let copy = Directory()
    for suffix in ["", "-wal"] {
      let name = "/\(instance).db\(suffix)"
      if FileManager.default.fileExists(atPath: path + name) {
        try FileManager.default.copyItem(atPath: path + name, toPath: copy.path + name)
      }
    }
    return copy
  }
}
