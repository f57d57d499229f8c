// Whether the service on this machine works, for health checks of containers: those have no curl.

internal import Network

enum HealthcheckCommand {
  /// Below the timeout of a container's health check.
  private static let timeoutSeconds = 3

  static func run(_ settings: Settings) -> Int32 {
    // Who listens on all addresses is asked on loopback.
    let host =
      switch settings.host {
      case "0.0.0.0": "127.0.0.1"
      case "::": "::1"
      default: settings.host
      }
    do throws(NetworkError) {
      let status = try Probe.status(
        host: host, port: settings.port, path: "/live", timeoutSeconds: timeoutSeconds)
      guard status == 200 else {
        Terminal.complain("The service answers /live with \(status).\n")
        return 1
      }
      return 0
    } catch {
      Terminal.complain("\(error.description)\n")
      return 1
    }
  }
}
