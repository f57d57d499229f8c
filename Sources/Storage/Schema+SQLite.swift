// The migrations of a SQLite file. What is added here is added to those of PostgreSQL as well.

extension Schema {
  static let sqliteMigrations: [String] = [
    """
    CREATE TABLE order_events (
      sequence INTEGER PRIMARY KEY,
      order_id BLOB NOT NULL,
      recorded_at INTEGER NOT NULL,
      body TEXT NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX order_events_by_order ON order_events (order_id);

    CREATE TABLE orders (
      order_id BLOB PRIMARY KEY,
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      side TEXT NOT NULL,
      type TEXT NOT NULL,
      time_in_force TEXT NOT NULL,
      is_post_only INTEGER NOT NULL,
      quantity TEXT NOT NULL,
      limit_price TEXT,
      reference_price TEXT,
      client_order_id TEXT,
      idempotency_key TEXT,
      purpose TEXT NOT NULL,
      strategy_id TEXT,
      signal_id TEXT,
      category TEXT,
      confidence TEXT,
      stop_loss TEXT,
      take_profit TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      state TEXT NOT NULL,
      phase TEXT NOT NULL,
      pending INTEGER NOT NULL,
      unknown_since INTEGER,
      unknown_reason TEXT,
      venue_order_id TEXT,
      filled_quantity TEXT NOT NULL,
      filled_notional TEXT NOT NULL,
      fee TEXT NOT NULL,
      fee_asset TEXT,
      code TEXT,
      reason TEXT,
      denied_value TEXT,
      denied_limit TEXT,
      last_sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX orders_by_client_order_id ON orders (client_order_id)
      WHERE client_order_id IS NOT NULL;
    CREATE UNIQUE INDEX orders_by_idempotency_key ON orders (idempotency_key)
      WHERE idempotency_key IS NOT NULL;
    CREATE INDEX orders_by_symbol ON orders (symbol, order_id);
    CREATE INDEX orders_by_strategy ON orders (strategy_id, order_id)
      WHERE strategy_id IS NOT NULL;
    CREATE INDEX orders_by_rare_state ON orders (state, order_id) WHERE state <> 'SETTLED';

    CREATE TABLE fills (
      fill_id INTEGER PRIMARY KEY,
      order_id BLOB NOT NULL,
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      side TEXT NOT NULL,
      trade_id TEXT NOT NULL,
      quantity TEXT NOT NULL,
      price TEXT NOT NULL,
      fee TEXT NOT NULL,
      fee_asset TEXT NOT NULL,
      is_maker INTEGER NOT NULL,
      traded_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX fills_by_order ON fills (order_id);

    CREATE TABLE positions (
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      quantity TEXT NOT NULL,
      open_cost TEXT NOT NULL,
      realized_pnl TEXT NOT NULL,
      fees TEXT NOT NULL,
      updated_at INTEGER NOT NULL,
      last_sequence INTEGER NOT NULL,
      PRIMARY KEY (account, symbol)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE trading_states (
      scope TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      author TEXT NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE projection (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      projected_through INTEGER NOT NULL,
      written_through INTEGER NOT NULL
    ) STRICT;
    INSERT INTO projection VALUES (1, 0, 0);
    """,
    """
    ALTER TABLE orders ADD COLUMN extras TEXT;
    ALTER TABLE orders ADD COLUMN parent_id BLOB;
    ALTER TABLE orders ADD COLUMN is_protecting INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX orders_by_parent ON orders (parent_id) WHERE parent_id IS NOT NULL;
    CREATE INDEX orders_protecting ON orders (order_id) WHERE is_protecting = 1;
    CREATE TABLE loss_marks (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      day INTEGER NOT NULL,
      start_pnl TEXT NOT NULL,
      peak_pnl TEXT NOT NULL,
      is_day_lost INTEGER NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE audit (
      audit_id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      key TEXT NOT NULL,
      request_id TEXT NOT NULL,
      method TEXT NOT NULL,
      path TEXT NOT NULL,
      digest BLOB NOT NULL,
      status INTEGER NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE journal_months (
      month INTEGER PRIMARY KEY,
      first_sequence INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE journal_anchor (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      sequence INTEGER NOT NULL,
      hash BLOB NOT NULL
    ) STRICT;
    INSERT INTO journal_anchor VALUES (1, 0, zeroblob(32));
    INSERT INTO journal_months
    SELECT month, min(sequence) FROM (
      SELECT sequence, CAST(strftime('%Y%m', max(recorded_at) OVER (ORDER BY sequence) / 1000000,
        'unixepoch') AS INTEGER) AS month
      FROM order_events)
    GROUP BY month;
    """,
    """
    CREATE INDEX orders_by_account ON orders (account, order_id);
    CREATE INDEX orders_by_rare_state_of_symbol ON orders (state, symbol, order_id)
      WHERE state <> 'SETTLED';
    CREATE INDEX fills_by_symbol ON fills (symbol, fill_id);
    CREATE INDEX fills_by_account ON fills (account, fill_id);
    """,
    """
    CREATE TABLE documents (
      name TEXT PRIMARY KEY,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
  ]
}
