// Parameters and bodies of requests as JSON text. Bounds stand here where the code has them.

extension OpenAPIDocument {
  static let parameters = """
    "IdempotencyKey": {"name": "Idempotency-Key", "in": "header", "example": "signal-17",
      "description": "Makes a repetition recognisable; goes before client_order_id and signal_id.",
      "schema": {"$ref": "#/components/schemas/Label"}},
    "OrderID": {"name": "id", "in": "path", "required": true,
      "schema": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"},
      "description": "The order_id, or the caller's client_order_id."},
    "SymbolInPath": {"name": "symbol", "in": "path", "required": true, "example": "BTCUSDT",
      "schema": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$"},
      "description": "In any spelling; a slash as %2F, as in BTC%2FUSDT."},
    "Symbol": {"name": "symbol", "in": "query", "example": "BTCUSDT",
      "schema": {"$ref": "#/components/schemas/Symbol"}},
    "Plugin": {"name": "plugin", "in": "query", "example": "mock",
      "schema": {"$ref": "#/components/schemas/PluginName"}},
    "Exchange": {"name": "exchange", "in": "query", "example": "mock",
      "description": "Another name of plugin, which goes before it.",
      "schema": {"$ref": "#/components/schemas/PluginName"}},
    "Limit": {"name": "limit", "in": "query", "description": "Entries of a page.",
      "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}}
    """

  static let requestSchemas = """
    "Money": {"type": ["number", "string"], "examples": [0.01, "67500.25"],
      "description": "A decimal number, as JSON number or as text; exact either way. At most 15 \
    digits before the point, 18 after it and 28 in all."},
    "OptionalMoney": {"type": ["number", "string", "null"],
      "description": "As Money; null is the same as left out."},
    "Label": {"type": "string", "minLength": 1, "maxLength": 128,
      "description": "At most 128 bytes of UTF-8 without control characters."},
    "OptionalLabel": {"type": ["string", "null"], "minLength": 1, "maxLength": 128},
    "Symbol": {"type": "string", "minLength": 1, "pattern": "^[!-~]+$",
      "description": "An instrument in any spelling: BTCUSDT, btc/usdt, BTC-USDT, BTC_USDT.",
      "examples": ["BTCUSDT", "BTC/USDT"]},
    "PluginName": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
    "OptionalPluginName": {"type": ["string", "null"], "minLength": 1, "maxLength": 64,
      "description": "The plugin that executes the order; without it the default one."},
    "SideInput": {"type": "string", "pattern": "^([bB][uU][yY]|[sS][eE][lL][lL])$",
      "description": "BUY or SELL, in any case.", "examples": ["BUY", "sell"]},
    "TypeInput": {"type": ["string", "null"], "pattern": "^[A-Za-z_]+$",
      "description": "MARKET, LIMIT, STOP, STOP_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT or \
    TRAILING_STOP, in any case, or another usual name of one of them.", "examples": ["MARKET"]},
    "TimeInForceInput": {"type": ["string", "null"],
      "pattern": "^([gG][tT][cCdDxX]|[iI][oO][cC]|[fF][oO][kK])$",
      "description": "GTC, IOC, FOK, GTD, or GTX for post-only. Default: IOC for MARKET, else GTC, \
    or GTD with expire_at."},
    "MomentInput": {"type": ["string", "integer", "null"], "examples": ["2099-01-31T12:00:00Z"],
      "description": "RFC 3339 in UTC, or Unix seconds or milliseconds."},
    "Moment": {"type": "string", "examples": ["2026-01-31T12:00:00Z", "1769860800"],
      "description": "RFC 3339 in UTC, or Unix seconds, or Unix milliseconds from 10^11 on.",
      "anyOf": [{"format": "date-time", "pattern": "^[0-9]{4}-.*Z$"},
        {"pattern": "^[0-9]{1,14}$"}]},
    "StatusFilter": {"type": "string", "examples": ["FILLED", "pending"]},
    "NewOrder": {
      "type": "object", "required": ["symbol", "side"],
      "anyOf": [{"required": ["order_type"]}, {"required": ["type"]}],
      "description": "Fields that are not listed are ignored; a listed one that the order's type \
    cannot use is refused, because without it, it would be another order.",
      "properties": {
        "symbol": {"$ref": "#/components/schemas/Symbol"},
        "side": {"$ref": "#/components/schemas/SideInput"},
        "order_type": {"$ref": "#/components/schemas/TypeInput"},
        "type": {"$ref": "#/components/schemas/TypeInput"},
        "quantity": {"$ref": "#/components/schemas/Money"},
        "price": {"$ref": "#/components/schemas/OptionalMoney"},
        "time_in_force": {"$ref": "#/components/schemas/TimeInForceInput"},
        "tif": {"$ref": "#/components/schemas/TimeInForceInput"},
        "post_only": {"type": ["boolean", "null"]},
        "reduce_only": {"type": ["boolean", "null"]},
        "stop_price": {"$ref": "#/components/schemas/OptionalMoney"},
        "trigger_price": {"$ref": "#/components/schemas/OptionalMoney"},
        "trail_amount": {"$ref": "#/components/schemas/OptionalMoney"},
        "trail_percent": {"$ref": "#/components/schemas/OptionalMoney"},
        "activation_price": {"$ref": "#/components/schemas/OptionalMoney"},
        "quote_quantity": {"$ref": "#/components/schemas/OptionalMoney"},
        "display_quantity": {"$ref": "#/components/schemas/OptionalMoney"},
        "algorithm": {"$ref": "#/components/schemas/AlgorithmInput"},
        "expire_at": {"$ref": "#/components/schemas/MomentInput"},
        "client_order_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 64,
          "pattern": "^[!-~]+$"},
        "exchange": {"$ref": "#/components/schemas/OptionalPluginName"},
        "plugin": {"$ref": "#/components/schemas/OptionalPluginName"},
        "account": {"$ref": "#/components/schemas/OptionalPluginName"},
        "strategy_id": {"$ref": "#/components/schemas/OptionalLabel"},
        "strategy": {"$ref": "#/components/schemas/OptionalLabel"},
        "signal_id": {"$ref": "#/components/schemas/OptionalLabel"},
        "category": {"$ref": "#/components/schemas/OptionalLabel"},
        "confidence": {"$ref": "#/components/schemas/OptionalMoney"},
        "stop_loss": {"$ref": "#/components/schemas/OptionalMoney"},
        "take_profit": {"$ref": "#/components/schemas/OptionalMoney"},
        "oco_group": {"$ref": "#/components/schemas/OptionalLabel"}
      },
      "examples": [
        {"symbol": "BTCUSDT", "side": "BUY", "order_type": "MARKET", "quantity": 0.01},
        {"symbol": "ETH/USDT", "side": "sell", "order_type": "LIMIT", "quantity": "0.5",
          "price": "3600.00", "time_in_force": "GTC", "client_order_id": "desk-17"}
      ]
    },
    "AlgorithmInput": {
      "type": ["object", "null"], "required": ["type"],
      "description": "TWAP sends the order in slices: `slices` of them, or one every \
    `interval_seconds`; one of the two. ROUTE sends it to the one of `exchanges` where it costs \
    least.",
      "properties": {
        "type": {"type": "string", "pattern": "^([Tt][Ww][Aa][Pp]|[Rr][Oo][Uu][Tt][Ee])$"},
        "duration_seconds": {"type": "integer", "minimum": 1, "maximum": 86400},
        "slices": {"type": ["integer", "null"], "minimum": 2, "maximum": 1000},
        "interval_seconds": {"type": ["integer", "null"], "minimum": 1},
        "exchanges": {"type": "array", "minItems": 2, "maxItems": 16,
          "items": {"type": "string"}}
      },
      "examples": [{"type": "TWAP", "duration_seconds": 600, "slices": 10},
        {"type": "ROUTE", "exchanges": ["mock", "mock-2"]}]
    },
    "OrderChange": {
      "type": "object",
      "properties": {
        "quantity": {"$ref": "#/components/schemas/OptionalMoney"},
        "price": {"$ref": "#/components/schemas/OptionalMoney"},
        "stop_price": {"$ref": "#/components/schemas/OptionalMoney"}
      },
      "examples": [{"quantity": 0.02}, {"price": "65000"}]
    },
    "StatedOutcome": {
      "type": "object", "required": ["status", "reason"],
      "properties": {
        "status": {"type": "string",
          "description": "FILLED, CANCELLED or REJECTED, in any case."},
        "reason": {"type": "string", "minLength": 1, "maxLength": 500,
          "description": "Where it was seen."},
        "filled_quantity": {"$ref": "#/components/schemas/OptionalMoney"},
        "average_price": {"$ref": "#/components/schemas/OptionalMoney"}
      },
      "examples": [{"status": "FILLED", "average_price": 4999.5, "reason": "seen at the broker"}]
    },
    "MockPriceInput": {
      "type": "object", "required": ["price"],
      "properties": {
        "price": {"$ref": "#/components/schemas/Money"},
        "quantity": {"type": ["number", "string", "null"],
          "description": "How much can be traded at the price; null for any quantity."}
      },
      "examples": [{"price": 66000}, {"price": "66000", "quantity": "0.005"}]
    },
    "MockFaultsInput": {
      "type": "object",
      "properties": {
        "rejects": {"$ref": "#/components/schemas/Count"},
        "timeouts": {"$ref": "#/components/schemas/Count"},
        "late_answers": {"$ref": "#/components/schemas/Count"},
        "double_answers": {"$ref": "#/components/schemas/Count"},
        "lost_answers": {"$ref": "#/components/schemas/Count"},
        "lost_orders": {"$ref": "#/components/schemas/Count"},
        "disconnects": {"$ref": "#/components/schemas/Count"},
        "silent_queries": {"$ref": "#/components/schemas/Count"},
        "fills_after_cancel": {"$ref": "#/components/schemas/Count"},
        "overfills": {"$ref": "#/components/schemas/Count"},
        "busts": {"$ref": "#/components/schemas/Count"},
        "late_ms": {"$ref": "#/components/schemas/OptionalMilliseconds"},
        "disconnect_ms": {"$ref": "#/components/schemas/OptionalMilliseconds"},
        "latency_ms": {"$ref": "#/components/schemas/OptionalMilliseconds"}
      },
      "examples": [{"lost_answers": 1}]
    },
    "OptionalMilliseconds": {"type": ["integer", "null"], "minimum": 0, "maximum": 600000,
      "description": "null leaves it as it is."},
    "Count": {"type": ["integer", "null"], "minimum": 0, "maximum": 600000}
    """
}
