// Bodies of answers as JSON text: what every field is and which are always there.

extension OpenAPIDocument {
  static let responses = [
    error("Malformed", "The request cannot be read: HTTP or JSON is malformed."),
    error(
      "Unauthenticated", "No API key, an unknown one, or two different ones.",
      header: #""WWW-Authenticate": {"schema": {"const": "Bearer"}}"#),
    error("Forbidden", "The key lacks the scope, or a web page calls and there are no keys."),
    error("NotFound", "There is no such order, instrument, asset or position."),
    error("Pruned", "Rows of the order were taken out of the journal; an archive has them."),
    error("IdempotencyConflict", "The key was used for another body."),
    error("NotCancelled", "The order has ended before, or the venue refused the cancel."),
    error(
      "NotChanged",
      "The order has ended, an earlier request for it is not answered, or the venue refused."),
    error("PluginHalted", "Somebody halted the plugin; PUT /trading-state lifts that."),
    error("TooManySubscriptions", "There are as many subscriptions as there can be."),
    error("ReportsOff", "REPORT_SECRET is not set."),
    error("NoLeverage", "The plugin trades without leverage."),
    error("TooLarge", "The body is longer than MAX_BODY_BYTES."),
    error("Invalid", "A field or parameter cannot be used; detail.field names it."),
    error(
      "OrderRefused",
      "Invalid (order_id is null: nothing was recorded), or denied by a limit, or rejected by the "
        + "venue (order_id is set)."),
    error(
      "RateLimited",
      "More new orders than MAX_ORDERS_PER_SECOND or the key's own limit; nothing was recorded.",
      header: #""Retry-After": {"required": true, "schema": {"type": "integer", "minimum": 1}}"#),
    error(
      "Unavailable", "The store, the venue or its breaker takes no orders now.",
      header: #""Retry-After": {"schema": {"type": "integer", "minimum": 1}}"#),
  ].joined(separator: ",\n")

  private static func error(_ name: String, _ meaning: String, header: String = "") -> String {
    """
    "\(name)": {
      "description": "\(meaning)", "headers": {\(header)},
      "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    }
    """
  }

  static let answerSchemas = """
    "Error": {
      "type": "object",
      "required": ["success", "order_id", "error", "code", "detail", "request_id"],
      "properties": {
        "success": {"const": false},
        "order_id": {"type": ["string", "null"], "format": "uuid"},
        "error": {"type": "string", "description": "One sentence that says what to do."},
        "code": {"type": "string", "pattern": "^[A-Z][A-Z_]*$", "description": "Stable."},
        "detail": {"type": "object", "additionalProperties": {"type": "string"}},
        "request_id": {"type": ["string", "null"]}
      }
    },
    "Text": {"type": ["string", "null"]},
    "Number": {"type": ["number", "null"]},
    "Status": {"enum": ["PENDING", "PARTIALLY_FILLED", "FILLED", "SETTLED", "CANCELLED", "EXPIRED",
      "REJECTED"]},
    "State": {"enum": ["RECEIVED", "DENIED", "HELD", "SUBMITTING", "UNKNOWN", "WORKING",
      "TRIGGERED", "SUSPENDED", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE", "FILLED",
      "SETTLED", "CANCELED", "EXPIRED", "REJECTED", "NOT_FOUND", "REPLACED"]},
    "Order": {
      "type": "object",
      "required": ["order_id", "client_order_id", "exchange_order_id", "status", "state",
        "exchange", "mode", "symbol", "side", "order_type", "time_in_force", "post_only", "purpose",
        "quantity", "price", "reference_price", "filled_quantity", "leaves_quantity",
        "average_price", "fee", "fee_asset", "strategy_id", "signal_id", "category", "confidence",
        "stop_loss", "take_profit", "code", "reason", "certainty", "timestamp", "updated_at"],
      "properties": {
        "order_id": {"type": "string", "format": "uuid"},
        "client_order_id": {"$ref": "#/components/schemas/Text"},
        "exchange_order_id": {"$ref": "#/components/schemas/Text"},
        "status": {"$ref": "#/components/schemas/Status"},
        "state": {"$ref": "#/components/schemas/State"},
        "exchange": {"type": "string"},
        "mode": {"enum": ["live", "paper", "mock"]},
        "symbol": {"type": "string"},
        "side": {"enum": ["BUY", "SELL"]},
        "order_type": {"$ref": "#/components/schemas/OrderType"},
        "time_in_force": {"enum": ["GTC", "IOC", "FOK", "GTD"]},
        "post_only": {"type": "boolean"},
        "purpose": {"enum": ["TRADE", "CLOSE", "PROTECT"]},
        "quantity": {"type": "number", "exclusiveMinimum": 0},
        "price": {"$ref": "#/components/schemas/Number"},
        "reference_price": {"$ref": "#/components/schemas/Number"},
        \(rareMembers),
        "filled_quantity": {"type": "number", "minimum": 0},
        "leaves_quantity": {"type": "number", "minimum": 0},
        "average_price": {"$ref": "#/components/schemas/Number"},
        "fee": {"type": "number"},
        "fee_asset": {"$ref": "#/components/schemas/Text"},
        "strategy_id": {"$ref": "#/components/schemas/Text"},
        "signal_id": {"$ref": "#/components/schemas/Text"},
        "category": {"$ref": "#/components/schemas/Text"},
        "confidence": {"$ref": "#/components/schemas/Number"},
        "signaled_at": {"type": "string", "format": "date-time",
          "description": "When its alert was sent, as the alert says."},
        "stop_loss": {"$ref": "#/components/schemas/Number"},
        "take_profit": {"$ref": "#/components/schemas/Number"},
        "code": {"$ref": "#/components/schemas/Text"},
        "reason": {"$ref": "#/components/schemas/Text"},
        "certainty": {"oneOf": [{"const": "confirmed"},
          {"type": "object", "required": ["unknown_since", "reason"], "properties": {
            "unknown_since": {"type": "string", "format": "date-time"},
            "reason": {"type": "string"}}}]},
        "timestamp": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"}
      }
    },
    "OrderType": {"enum": ["MARKET", "LIMIT", "STOP", "STOP_LIMIT", "TAKE_PROFIT",
      "TAKE_PROFIT_LIMIT", "TRAILING_STOP"]},
    "ShownOrder": {
      "allOf": [{"$ref": "#/components/schemas/Order"}],
      "required": ["success"], "properties": {"success": {"const": true}}
    },
    "SubmittedOrder": {
      "allOf": [{"$ref": "#/components/schemas/Order"}], "required": ["success", "warnings"],
      "properties": {"success": {"const": true},
        "warnings": {"type": "array", "items": {"type": "string"}}}
    },
    "OrderPage": {
      "type": "object", "required": ["orders", "next"],
      "properties": {
        "orders": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
        "next": {"type": ["string", "null"], "description": "For ?next=; null on the last page."}
      }
    },
    "OrderEvents": {
      "type": "object", "required": ["order_id", "events"],
      "properties": {
        "order_id": {"type": "string", "format": "uuid"},
        "events": {"type": "array", "items": {
          "type": "object", "required": ["sequence", "timestamp", "event"],
          "properties": {"sequence": {"type": "integer"}, "event": {"type": "string"},
            "timestamp": {"type": "string", "format": "date-time"}}}}
      }
    },
    \(accountSchemas), \(serviceSchemas), \(bulkSchemas)
    """

  /// What an order has only if it was asked for.
  private static let rareMembers = """
    "emulated": {"type": "boolean",
      "description": "Whether the gateway watches the trigger, because the venue does not."},
    "stop_price": {"type": "number"}, "trail_amount": {"type": "number"},
    "trail_percent": {"type": "number"}, "activation_price": {"type": "number"},
    "trailed_price": {"type": "number",
      "description": "The best price since an emulated trailing stop began to follow."},
    "expire_at": {"type": "string", "format": "date-time"}, "reduce_only": {"const": true},
    "quote_quantity": {"type": "number"}, "display_quantity": {"type": "number"},
    "parent_order_id": {"type": "string", "format": "uuid"},
    "leg": {"enum": ["STOP_LOSS", "TAKE_PROFIT", "FLATTEN"]}, "oco_group": {"type": "string"},
    "slice": {"type": "integer", "description": "Its place among its parent's slices, from 1."},
    "algorithm": {"type": "object", "required": ["type"],
      "description": "How the gateway sends it in slices.",
      "properties": {"type": {"enum": ["TWAP", "ICEBERG", "ROUTE"]},
        "exchanges": {"type": "array", "items": {"type": "string"}},
        "duration_seconds": {"type": "number"}, "slices": {"type": "integer"},
        "display_quantity": {"type": "number"}}},
    "protection": {"enum": ["WAITING", "ACTIVE", "ENDED", "NONE"]},
    "replaces": {"type": "string", "format": "uuid"},
    "replaced_by": {"type": "string", "format": "uuid"},
    "replace_requested": {"type": "object", "required": ["quantity", "price", "stop_price"],
      "properties": {"quantity": {"type": "number"},
        "price": {"$ref": "#/components/schemas/Number"},
        "stop_price": {"$ref": "#/components/schemas/Number"}}}
    """

  private static let accountSchemas = """
    "Fill": {
      "type": "object",
      "required": ["order_id", "exchange", "symbol", "side", "quantity", "price", "fee",
        "fee_asset", "is_maker", "trade_id", "timestamp"],
      "properties": {
        "order_id": {"type": "string", "format": "uuid"}, "exchange": {"type": "string"},
        "symbol": {"type": "string"}, "side": {"enum": ["BUY", "SELL"]},
        "quantity": {"type": "number", "exclusiveMinimum": 0}, "price": {"type": "number"},
        "fee": {"type": "number"}, "fee_asset": {"type": "string"},
        "is_maker": {"type": "boolean"}, "trade_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"}
      }
    },
    "FillPage": {
      "type": "object", "required": ["fills", "next"],
      "properties": {
        "fills": {"type": "array", "items": {"$ref": "#/components/schemas/Fill"}},
        "next": {"type": ["string", "null"]}
      }
    },
    "PositionPart": {
      "type": "object",
      "required": ["quantity", "average_entry_price", "mark_price", "realized_pnl",
        "unrealized_pnl", "fees", "updated_at"],
      "properties": {
        "exchange": {"type": "string"},
        "quantity": {"type": "number", "description": "Above 0 long, below 0 short."},
        "average_entry_price": {"$ref": "#/components/schemas/Number"},
        "mark_price": {"$ref": "#/components/schemas/Number"},
        "realized_pnl": {"type": "number"},
        "unrealized_pnl": {"$ref": "#/components/schemas/Number"},
        "fees": {"type": "number"}, "updated_at": {"type": "string", "format": "date-time"}
      }
    },
    "Position": {
      "allOf": [{"$ref": "#/components/schemas/PositionPart"}], "required": ["symbol", "accounts"],
      "properties": {"symbol": {"type": "string"}, "accounts": {
        "type": "array", "items": {"$ref": "#/components/schemas/PositionPart"}}}
    },
    "BalancePart": {
      "type": "object", "required": ["total", "free", "locked"],
      "properties": {"exchange": {"type": "string"}, "total": {"type": "number"},
        "free": {"type": "number"}, "locked": {"type": "number"}}
    },
    "Balance": {
      "allOf": [{"$ref": "#/components/schemas/BalancePart"}], "required": ["asset", "accounts"],
      "properties": {"asset": {"type": "string"}, "accounts": {
        "type": "array", "items": {"$ref": "#/components/schemas/BalancePart"}}}
    }
    """

  private static let serviceSchemas = """
    "Plugin": {
      "type": "object",
      "required": ["name", "default", "enabled", "priority", "symbols", "strategies", "healthy",
        "detail", "takes_orders", "live", "leverage", "order_types",
        "time_in_force", "post_only", "reduce_only", "display_quantity", "amend"],
      "properties": {
        "name": {"type": "string"}, "default": {"type": "boolean"}, "healthy": {"type": "boolean"},
        "enabled": {"type": "boolean"},
        "priority": {"type": ["integer", "null"],
          "description": "The lowest goes first; null beside a plugin that is executed on paper."},
        "symbols": {"type": "array", "items": {"type": "string"},
          "description": "Whose orders go here where they name no plugin."},
        "strategies": {"type": "array", "items": {"type": "string"},
          "description": "Whose orders go here where they name no plugin."},
        "leverage": {"type": "boolean", "description": "Whether it can be set."},
        "history": {"type": "array", "description": "How it was, the newest last; for one plugin.",
          "items": {"type": "object", "required": ["at", "healthy", "detail"], "properties": {
            "at": {"type": "string", "format": "date-time"}, "healthy": {"type": "boolean"},
            "detail": {"type": "string"}}}},
        "detail": {"type": "string"}, "takes_orders": {"type": "boolean"},
        "live": {"type": "boolean"},
        "order_types": {"type": "array", "items": {"type": "string"}},
        "time_in_force": {"type": "array", "items": {"type": "string"}},
        "post_only": {"type": "boolean"}, "reduce_only": {"type": "boolean"},
        "display_quantity": {"type": "boolean"}, "amend": {"type": "boolean"},
        "model": {"type": "array", "items": {"type": "string"},
          "description": "What a paper account assumes."}
      }
    },
    "Market": {
      "type": "object",
      "required": ["symbol", "exchange", "bid", "ask", "last", "bids", "asks", "timestamp"],
      "properties": {"symbol": {"type": "string"}, "exchange": {"type": "string"},
        "bid": {"$ref": "#/components/schemas/Number"},
        "ask": {"$ref": "#/components/schemas/Number"}, "last": {"type": "number"},
        "bids": {"type": "array", "items": {"$ref": "#/components/schemas/BookLevel"}},
        "asks": {"type": "array", "items": {"$ref": "#/components/schemas/BookLevel"}},
        "timestamp": {"type": "string", "format": "date-time"}}
    },
    "BookLevel": {
      "type": "object", "required": ["price", "quantity"],
      "properties": {"price": {"type": "number"}, "quantity": {"type": "number"}}
    },
    "MockPrice": {
      "type": "object", "required": ["symbol", "price", "quantity"],
      "properties": {"symbol": {"type": "string"}, "price": {"type": "number"},
        "quantity": {"$ref": "#/components/schemas/Number"}}
    },
    "MockFaults": {
      "type": "object", "required": ["rejects", "timeouts", "late_answers", "double_answers",
        "lost_answers", "lost_orders", "disconnects", "silent_queries", "fills_after_cancel",
        "overfills", "busts", "late_ms", "disconnect_ms", "latency_ms"],
      "additionalProperties": {"type": "integer"}
    },
    "Health": {
      "type": "object",
      "required": ["status", "service", "version", "timestamp", "exchange_connected"],
      "properties": {
        "status": {"enum": ["healthy", "degraded"]}, "service": {"const": "fks_execution"},
        "version": {"type": "string"}, "timestamp": {"type": "integer"},
        "exchange_connected": {"type": "boolean"}
      }
    },
    "Live": {
      "type": "object", "required": ["status", "service", "timestamp"],
      "properties": {"status": {"const": "alive"}, "service": {"const": "fks_execution"},
        "timestamp": {"type": "integer"}}
    },
    "Ready": {
      "type": "object", "required": ["status", "service", "timestamp", "dependencies", "reasons"],
      "properties": {
        "status": {"enum": ["ready", "not_ready"]}, "service": {"const": "fks_execution"},
        "timestamp": {"type": "integer"},
        "dependencies": {"type": "object", "additionalProperties": {"type": "string"}},
        "reasons": {"type": "array", "items": {"type": "string"}},
        "unprotected_orders": {"type": "array", "items": {"type": "string", "format": "uuid"},
          "description": "Orders whose fills asked for a stop and have none; at most 20."},
        "missed_heartbeats": {"type": "array", "items": {"type": "string"},
          "description": "Strategies of which nothing came when it was due."}
      }
    }
    """
}
