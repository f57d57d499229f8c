// Counters under the names that dashboards of the order-execution service use already. They say
// nothing that other metrics do not; those who build new dashboards need not look here.

internal import Telemetry
internal import Trading

final class OrderLifecycleMetrics {
  private let created: Counter
  private let canceled: Counter
  private let rejected: Counter
  private let filled: Counter
  private let partial: Counter

  init(_ registry: MetricRegistry) {
    func counter(_ name: String, _ help: String) -> Counter {
      registry.counter("order_execution_" + name, help).only
    }
    created = counter("orders_created_total", "Orders that were received.")
    canceled = counter("orders_canceled_total", "Orders that were cancelled.")
    rejected = counter("orders_rejected_total", "Orders that were denied or rejected.")
    filled = counter("orders_filled_total", "Orders that were filled.")
    partial = counter("orders_partial_total", "Partial fills.")
  }

  func count(_ entry: JournalEntry) {
    for event in entry.events {
      switch event {
      case .received: created.increment()
      case .canceled: canceled.increment()
      case .denied, .rejected: rejected.increment()
      case .filled:
        if entry.order.state == .filled || entry.order.state == .settled {
          filled.increment()
        } else {
          partial.increment()
        }
      case .held, .trailed, .submitting, .accepted, .becameUnknown, .busted, .cancelRequested,
        .cancelRefused, .expired, .notFound, .triggered, .suspended, .replaceRequested, .amended,
        .replaced, .replaceRefused, .protectionWaived, .protectionEnded, .progressed, .completed,
        .settled:
        break
      }
    }
  }
}
