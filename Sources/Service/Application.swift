// The service put together: store, engine, plugins, routes, server; started in this order and
// stopped in the other one.

internal import Dispatch
internal import Glibc
internal import Network
internal import Plugins
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

/// What stops a start, in a sentence for the person who started it.
struct StartError: Error, CustomStringConvertible {
  let description: String
}

/// A running service.
@LoopActor final class Application {
  /// The version of the program.
  nonisolated static let version = "0.1.0"

  let settings: Settings
  private let log: Logger
  private let store: Store
  private let gateway: Gateway
  private let streams: StreamHub
  private let reports: Reports
  private let instances: Instances
  private let server: HTTPServer
  /// Where the service listens.
  let port: UInt16

  /// Starts the service. It is ready as soon as its plugins are.
  static func start(_ settings: Settings, log: Logger) async throws(StartError) -> Application {
    let directory = try makeDirectory(settings.store)
    // The store's thread speaks before the gateway is there to listen, so messages wait.
    let listener = StoreListener()
    let opened: (store: Store, state: RestoredState?)
    do throws(StoreError) {
      opened = try Store.open(settings.store, address: settings.advertisedURL) { message in
        EventLoop.shared.post { listener.receive(message) }
      }
    } catch {
      throw StartError(description: error.description)
    }
    do throws(StartError) {
      let application = try Application(
        settings, log: log, store: opened.store, directory: directory)
      if let state = opened.state {
        application.gateway.start(opened.store, state)
      } else {
        application.gateway.standBy(opened.store, .unknown)
      }
      listener.gateway = application.gateway
      application.reports.begin()
      application.instances.follow(for: application.gateway)
      return application
    } catch {
      opened.store.close()
      throw error
    }
  }

  private init(
    _ settings: Settings, log: Logger, store: Store, directory: String
  ) throws(StartError) {
    self.settings = settings
    self.log = log
    self.store = store
    let metrics = ServiceMetrics(version: Application.version)
    instances = try Instances(settings, directory: directory)
    gateway = Gateway(
      configuration: try EngineConfiguration(settings), registry: instances.registry,
      metrics: metrics,
      log: log, reconcileSeconds: settings.reconcileIntervalSeconds)
    streams = StreamHub(gateway: gateway)
    reports = try Reports(gateway: gateway, secret: settings.reportSecret)
    let (gateway, reports) = (gateway, reports)
    streams.onRecorded = { reports.recorded() }
    let router = Router(
      keys: settings.apiKeys, limits: settings.keyLimits, audit: gateway.audit,
      metrics: metrics.registry, log: log, standby: { gateway.standby })
    router.add(OrderRoutes(gateway: gateway).routes)
    router.add(BulkRoutes(gateway: gateway).routes)
    router.add(PreviewRoutes(gateway: gateway).routes)
    router.add(OutcomeRoutes(gateway: gateway).routes)
    router.add(TrailRoutes(gateway: gateway).routes)
    router.add(PositionRoutes(gateway: gateway).routes)
    router.add(BalanceRoutes(gateway: gateway).routes)
    router.add(PluginRoutes(gateway: gateway, instances: instances).routes)
    router.add(FKSRoutes(gateway: gateway).routes)
    router.add(MarketRoutes(gateway: gateway).routes)
    router.add(MockRoutes(gateway: gateway).routes)
    router.add(BridgeRoutes(gateway: gateway).routes)
    router.add(TradingStateRoutes(gateway: gateway).routes)
    router.add(
      SubscriptionRoutes(reports: reports, mayBePlain: { settings.mayBePlain($0) }).routes)
    router.add(AuditRoutes(gateway: gateway).routes)
    router.add(StreamRoutes(hub: streams, isOpenToAll: settings.apiKeys == nil).routes)
    let webhooks = try WebhookRoutes(settings, gateway: gateway)
    router.add(webhooks.routes)
    router.add(
      HealthRoutes(
        gateway: gateway, version: Application.version, heartbeats: webhooks.heartbeats
      ).routes)
    router.add([
      Route(.get, "/openapi.json", nil) { call in
        call.respond(HTTPResponse(status: 200, body: OpenAPIDocument.json))
      }
    ])
    var limits = HTTPServer.Limits()
    limits.connectionsMax = settings.connectionsMax
    limits.request.bodyBytesMax = settings.bodyBytesMax
    server = HTTPServer(limits: limits, metrics: metrics.registry) { request, responder in
      router.handle(request, responder)
    }
    do throws(NetworkError) {
      port = try server.listen(host: settings.host, port: settings.port)
    } catch {
      throw StartError(
        description: "\(error.description) Stop what listens there, or set HOST and SERVICE_PORT.")
    }
  }

  /// Has `body` called once another process has become the writer instead of this one.
  func onSuperseded(_ body: @escaping @LoopActor () -> Void) { gateway.onSuperseded = body }

  /// Makes the directory of the files, with its parents: that of the database file, or where it
  /// would be by default.
  private static func makeDirectory(_ location: StoreLocation) throws(StartError) -> String {
    let path =
      switch location {
      case .sqlite(let path): path
      case .postgresql: "data/execution.db"
      }
    let slashes = path.indices.filter { path[$0] == "/" && $0 != path.startIndex }
    for slash in slashes where mkdir(String(path[..<slash]), 0o755) != 0 && errno != EEXIST {
      let reason = String(cString: strerror(errno))
      throw StartError(
        description:
          "The directory \(path[..<slash]) cannot be made: \(reason). Make it, or choose "
          + "another DATABASE_URL.")
    }
    guard let last = path.lastIndex(of: "/") else { return "." }
    return last == path.startIndex ? "/" : String(path[..<last])
  }

  /// The one line that tells where the service is and what it is connected to.
  var greeting: String {
    let plugins = instances.registry.placements.keys.map(\.text).sorted().joined(separator: ", ")
    let access = settings.apiKeys == nil ? "no API keys" : "API keys required"
    let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
    return "FKS Execution \(Application.version) listens on http://\(host):\(port), "
      + "stores in \(settings.store), trades on \(plugins) (\(access))."
      + (gateway.standby == nil ? "" : " Another process is the writer; this one stands by.")
  }

  /// Stops accepting, answers what is under way, makes everything durable. False if answers were
  /// still owed when the time was up.
  func stop() async -> Bool {
    log.info("Stopping.")
    server.stopAccepting()
    streams.stop()
    reports.stop()
    for plugin in instances.registry.instances { (plugin as? BridgePlugin)?.turnAway() }
    let isDrained = await drained()
    server.closeAll()
    for plugin in instances.registry.instances { await plugin.stop() }
    gateway.flush()
    let store = store
    await withCheckedContinuation { continuation in
      // Closing waits for the disk, which the loop must not.
      DispatchQueue.global().async {
        store.close()
        continuation.resume()
      }
    }
    log.info("Stopped.", [("drained", "\(isDrained)")])
    return isDrained
  }

  private func drained() async -> Bool {
    let server = server
    let milliseconds = settings.shutdownTimeoutSeconds * 1_000
    return await withCheckedContinuation { continuation in
      let race = Race(continuation)
      _ = EventLoop.shared.schedule(afterMilliseconds: milliseconds) { race.finish(false) }
      LoopActor.task {
        await server.drain()
        race.finish(true)
      }
    }
  }
}

/// The first of two ends wins.
@LoopActor private final class Race {
  private var continuation: CheckedContinuation<Bool, Never>?

  init(_ continuation: CheckedContinuation<Bool, Never>) { self.continuation = continuation }

  func finish(_ result: Bool) {
    continuation?.resume(returning: result)
    continuation = nil
  }
}

/// Hands the store's messages to the gateway, once there is one.
@LoopActor private final class StoreListener {
  weak var gateway: Gateway? {
    didSet {
      let waiting = early
      early = []
      for message in waiting { gateway?.storeSays(message) }
    }
  }
  private var early: [StoreMessage] = []

  nonisolated init() {}

  func receive(_ message: StoreMessage) {
    if let gateway { gateway.storeSays(message) } else { early.append(message) }
  }
}
