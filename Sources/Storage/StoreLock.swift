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
      close(descriptor)
      throw StoreError.locked(.sqlite(path: path))
    }
    self.descriptor = descriptor
  }

  // The file stays: taking it away would let a third process lock another. Closing alone would not
  // let go while a process that is being started from this one still has its copy.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
