// All subscriptions to reports: loaded when this process is the writer, told of every commit, and
// written down once a second while they move. Who delivers is who writes, so of several processes
// only one does.

internal import Crypto
internal import Network
internal import Storage
internal import Telemetry
internal import Trading
internal import Wire

@LoopActor final class Reports {
  let gateway: Gateway
  private let client: HTTPClient
  /// What the keys of subscriptions are derived from; nil where it is not set.
  private let secret: RequestSigner?
  private let metrics: ReportMetrics
  private(set) var deliveries: [String: ReportDelivery] = [:]
  private var isLoaded = false
  private var isLoading = false

  /// Throws if the secret or the proxy of the environment cannot be used.
  init(gateway: Gateway, secret: Secret) throws(StartError) {
    self.gateway = gateway
    metrics = ReportMetrics(gateway.metrics.registry)
    do {
      let text = secret.reveal()
      self.secret = text.isEmpty ? nil : try RequestSigner(text)
      client = try HTTPClient(
        limits: ReportLimits.client, proxy: try HTTPProxy(environment: Settings.processEnvironment))
    } catch {
      throw StartError(description: "Reports cannot be sent. \(error)")
    }
    for outcome in ["taken", "refused", "failed"] { metrics.sent.with(outcome).increment(by: 0) }
  }

  /// Whether reports can be signed at all.
  var isEnabled: Bool { secret != nil }

  /// Loads and saves from now on.
  func begin() {
    guard isEnabled else { return }
    keepTime()
  }

  private func keepTime() {
    _ = EventLoop.shared.schedule(afterMilliseconds: ReportLimits.saveMilliseconds) { [weak self] in
      guard let self else { return }
      if gateway.standby == nil {
        isLoaded ? save() : load()
      }
      metrics.failing.set(Double(deliveries.values.count { $0.problem != nil }))
      keepTime()
    }
  }

  /// The journal has grown.
  func recorded() {
    for delivery in deliveries.values { delivery.wake() }
  }

  private func load() {
    guard !isLoading else { return }
    isLoading = true
    LoopActor.task { [self] in
      let found = await gateway.read { (reader) throws(StoreError) in
        try reader.documents(Subscription.documentPrefix)
      }
      isLoading = false
      guard case .success(let documents) = found, !isLoaded else { return }
      isLoaded = true
      for document in documents {
        guard let subscription = Subscription(document) else {
          gateway.log.error(
            "A subscription cannot be read; nothing is reported to it.", [("name", document.name)])
          continue
        }
        deliver(subscription)
      }
    }
  }

  private func deliver(_ subscription: Subscription) {
    guard let signer = signer(of: subscription.id) else { return }
    let delivery = ReportDelivery(
      subscription, signer: signer, client: client, gateway: gateway, metrics: metrics)
    deliveries[subscription.id] = delivery
    delivery.wake()
  }

  /// The key that a subscription's reports are signed with, in the form in which its owner has it:
  /// derived from the secret of all, so that none is stored.
  func key(of id: String) -> String? {
    secret.map { Hex.encode($0.sign(Array("\(Subscription.documentPrefix)\(id)".utf8))) }
  }

  private func signer(of id: String) -> RequestSigner? {
    key(of: id).flatMap { try? RequestSigner($0) }
  }

  // MARK: Keeping

  private func save() {
    let moved = deliveries.values.filter(\.isUnsaved)
    guard !moved.isEmpty else { return }
    for delivery in moved { delivery.isUnsaved = false }
    gateway.keep(moved.map(\.subscription.document)) { error in
      // The next second tries again.
      if error != nil { for delivery in moved { delivery.isUnsaved = true } }
    }
  }

  /// Adds a subscription; it is durable when `done` is called without an error.
  func add(_ subscription: Subscription, done: @escaping @LoopActor (StoreError?) -> Void) {
    gateway.keep([subscription.document]) { [self] error in
      if error == nil { deliver(subscription) }
      done(error)
    }
  }

  /// Takes a subscription away; it does not come back once `done` is called without an error.
  func remove(_ id: String, done: @escaping @LoopActor (StoreError?) -> Void) {
    deliveries.removeValue(forKey: id)?.stop()
    let document = StoredDocument(name: Subscription.documentPrefix + id, body: nil)
    gateway.keep([document], done: done)
  }

  /// Whether subscriptions are known yet.
  var isReady: Bool { isLoaded }

  /// Sends no more, and writes down how far all have come.
  func stop() {
    for delivery in deliveries.values { delivery.stop() }
    save()
    client.close()
  }
}

extension Gateway {
  /// Writes documents, durably and all or none; `done` is told what went wrong.
  func keep(
    _ documents: [StoredDocument], done: @escaping @LoopActor (StoreError?) -> Void
  ) {
    guard let store else {
      return done(StoreError(code: "STORE_UNAVAILABLE", "The store is not open."))
    }
    store.keep(documents) { error in EventLoop.shared.post { done(error) } }
  }
}
