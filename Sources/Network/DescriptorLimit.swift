// The limit of open descriptors of this process.
// It raises the soft limit only, to the hard one; the rest is the operator's.
// The rule to keep: never lower it.

internal import Glibc

enum DescriptorLimit {
  /// Raises the soft limit to the hard one if it is below what is needed.
  static func raise(toAtLeast count: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(count), limit.rlim_cur < limit.rlim_max
    else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
