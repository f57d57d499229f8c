// Alerts over HTTP: `/webhook/tradingview`, and beneath it the addresses with a secret part.

internal import Network
internal import Trading
internal import Wire

@LoopActor final class WebhookRoutes {
  /// The plain address. It stands for all of them in the audit log: the others hold secrets.
  nonisolated static let path = "/webhook/tradingview"

  private let gateway: Gateway
  private let metrics: WebhookMetrics
  private let watch: WebhookGuard
  private let desk: AlertDesk
  private let strangers = StrangerBudget()
  let heartbeats: Heartbeats

  init(
    gateway: Gateway, _ plan: WebhookPlan, guard guardRules: WebhookGuard.Rules,
    desk deskRules: AlertDesk.Rules
  ) {
    self.gateway = gateway
    metrics = WebhookMetrics(gateway.metrics.registry)
    watch = WebhookGuard(guardRules, metrics: metrics, venues: gateway.metrics.venues)
    desk = AlertDesk(deskRules, plan, gateway: gateway, metrics: metrics)
    heartbeats = Heartbeats(plan, gateway: gateway, metrics: metrics)
  }

  var routes: [Route] {
    [
      Route(.post, WebhookRoutes.path, nil, isAudited: false) { [self] in receive($0) },
      Route(.post, WebhookRoutes.path + "/{token}", nil, isAudited: false) { [self] in
        receive($0)
      },
    ]
  }

  private func receive(_ call: Call) {
    let work = WebhookWork(call, gateway: gateway, metrics: metrics, budget: strangers)
    let admission: WebhookAdmission
    do throws(WebhookRefusal) {
      admission = try watch.admit(work)
    } catch {
      if work.source != nil { metrics.notUnderstood(work.sourceName, code: error.error.code) }
      return work.answer(.refused(error.error, detail: error.detail))
    }
    do throws(APIError) {
      var alert = try Alert(admission.body)
      alert.sentAt = alert.sentAt ?? admission.signedAt.flatMap { Timestamp(text: $0) }
      work.alert = alert
      heartbeats.heard(alert.strategy)
      guard alert.action != .heartbeat else { return work.answer(.heartbeat) }
      gateway.metrics.validated(nanoseconds: call.elapsedNanoseconds)
      desk.trade(alert, admission, work)
    } catch {
      metrics.notUnderstood(work.sourceName, code: error.code)
      work.answer(.refused(error))
    }
  }
}
