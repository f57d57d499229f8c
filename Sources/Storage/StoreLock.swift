// One writer a database: a lock file beside it, held until the database is closed. Two services
// on one file would each believe that they own the orders.

internal import Glibc

/// The right to write a database file.
final class StoreLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of the database at `path`, or says who does not let go.
  init(path: String) throws(StoreError) {
    let name = path + ".lock"
    let descriptor = Glibc.open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno))
      throw StoreError(
        code: "STORE_FAILED",
        "The store could not create \(name): \(reason). Check that the directory exists and may be "
          + "written by this user.")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = StoreLock.holder(in: descriptor)
      close(descriptor)
      throw StoreError.locked(.sqlite(path: path), by: holder)
    }
    self.descriptor = descriptor
    let text = Array("\(getpid())".utf8)
    ftruncate(descriptor, 0)
    pwrite(descriptor, text, text.count, 0)
  }

  /// The process whose number stands in the file.
  private static func holder(in descriptor: Int32) -> String? {
    var digits = [UInt8](repeating: 0, count: 20)
    let count = max(0, pread(descriptor, &digits, digits.count, 0))
    return Int32(String(decoding: digits.prefix(count), as: UTF8.self)).map { "process \($0)" }
  }

  // The file stays: taking it away would let a third process lock another. Closing alone would not
  // let go while a process that is being started from this one still has its copy.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
