// The machine-readable description of the HTTP interface (OpenAPI 3.1), as GET /openapi.json
// answers it. The parts beside this file hold the paths and the schemas as JSON text. The rule to
// keep: a route that is added, changed or removed is so here as well; a test compares both.

enum OpenAPIDocument {
  static let json: [UInt8] = Array(
    """
    {\(head),
    "paths": {\(orderPaths), \(accountPaths), \(pluginPaths), \(tradingStatePaths), \(auditPath),
    \(streamPaths), \(fksPaths), \(subscriptionPaths), \(webhookPaths), \(bridgePaths),
    \(healthPaths)},
    "components": {"securitySchemes": {\(securitySchemes)},
    "parameters": {\(parameters), \(subscriptionParameters)},
    "responses": {\(responses), \(fksResponses)}, "schemas": {\(requestSchemas), \(answerSchemas),
    \(tradingStateSchemas), \(streamSchemas), \(trailSchemas),
    \(auditSchemas), \(fksSchemas), \(subscriptionSchemas), \(webhookSchemas)}}}
    """.utf8)

  private static let head = """
    "openapi": "3.1.0",
    "info": {
      "title": "FKS Execution", "version": "\(Application.version)",
      "summary": "The order gateway of FKS: one interface in front of all venues.",
      "description": "docs/API.md tells the rules in full: idempotency, states, pages, failures. \
    Money goes in as number or text and comes out as number, exact either way. Fields that are \
    not known are ignored, values that are not known are refused. Every path answers HEAD like \
    GET, and OPTIONS with Allow; another method is 405. Requests that the HTTP layer refuses are \
    answered with the same error body and 400, 408, 413, 414, 417, 431, 500, 501, 503 or 505. A \
    process that stands by answers what only the writer can with 307 or 503, and the error body."
    },
    "servers": [{"url": "/", "description": "Where this document came from."}],
    "security": [{"bearer": []}, {"apiKey": []}, {}],
    "tags": [
      {"name": "orders", "description": "Submit, list, look at, cancel."},
      {"name": "account", "description": "Positions, balances, fills."},
      {"name": "control", "description": "The operator's brake."},
      {"name": "webhooks", "description": "Alerts of TradingView and of relays."},
      {"name": "streams", "description": "What happens, as it happens."},
      {"name": "plugins", "description": "Venues, and the levers of the simulated exchange."},
      {"name": "reports", "description": "What happens, sent to those who subscribe."},
      {"name": "fks", "description": "The interface of earlier versions, for its callers."},
      {"name": "bridges", "description": "What terminals call; docs/BRIDGES.md has the protocol."},
      {"name": "health", "description": "For probes, monitors and Prometheus."}
    ]
    """

  private static let securitySchemes = """
    "bearer": {"type": "http", "scheme": "bearer",
      "description": "A key of FKS_API_KEYS. Without FKS_API_KEYS none is needed."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key",
      "description": "The same key in a header of its own."}
    """
}
