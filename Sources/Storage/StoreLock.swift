// One writer a database: a lock file beside it, held for as long as the process lives. Two services
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
      close(descriptor)
      throw StoreError(
        code: "STORE_LOCKED",
        "Another process has the database \(path) open for writing. Stop it, or use another "
          + "DATABASE_URL.")
    }
    self.descriptor = descriptor
  }

  /// Gives the lock back. The file stays: taking it away would let a third process lock another.
  func release() { close(descriptor) }
}
