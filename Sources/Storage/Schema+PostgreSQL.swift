// The migrations of a PostgreSQL database. The tables are those of SQLite, with money as NUMERIC
// and ids as UUID. The journal's bodies are JSON and not JSONB: JSON keeps the text byte for byte,
// which the hash chain needs, and takes every text that a venue can send.

extension Schema {
  static let postgresqlMigrations = [
    """
    CREATE TABLE writer (
      id SMALLINT PRIMARY KEY CHECK (id = 1),
      epoch BIGINT NOT NULL,
      address TEXT
    );
    INSERT INTO writer VALUES (1, 0, NULL);
    CREATE FUNCTION assert_writer(expected BIGINT) RETURNS void LANGUAGE plpgsql AS $body$
    BEGIN
      PERFORM 1 FROM writer WHERE epoch = expected FOR SHARE;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'another process has become the writer' USING ERRCODE = 'FKS01';
      END IF;
    END
    $body$;

    CREATE TABLE order_events (
      sequence BIGINT PRIMARY KEY,
      order_id UUID NOT NULL,
      recorded_at BIGINT NOT NULL,
      body JSON NOT NULL,
      hash BYTEA NOT NULL
    );
    CREATE INDEX order_events_by_order ON order_events (order_id);

    CREATE TABLE orders (
      order_id UUID PRIMARY KEY,
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      side TEXT NOT NULL,
      type TEXT NOT NULL,
      time_in_force TEXT NOT NULL,
      is_post_only SMALLINT NOT NULL,
      quantity NUMERIC NOT NULL,
      limit_price NUMERIC,
      reference_price NUMERIC,
      client_order_id TEXT,
      idempotency_key TEXT,
      purpose TEXT NOT NULL,
      strategy_id TEXT,
      signal_id TEXT,
      category TEXT,
      confidence NUMERIC,
      stop_loss NUMERIC,
      take_profit NUMERIC,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      state TEXT NOT NULL,
      phase TEXT NOT NULL,
      pending SMALLINT NOT NULL,
      unknown_since BIGINT,
      unknown_reason TEXT,
      venue_order_id TEXT,
      filled_quantity NUMERIC NOT NULL,
      filled_notional NUMERIC NOT NULL,
      fee NUMERIC NOT NULL,
      fee_asset TEXT,
      code TEXT,
      reason TEXT,
      denied_value TEXT,
      denied_limit TEXT,
      last_sequence BIGINT NOT NULL,
      extras JSONB,
      parent_id UUID,
      is_protecting SMALLINT NOT NULL DEFAULT 0
    );
    CREATE UNIQUE INDEX orders_by_client_order_id ON orders (client_order_id)
      WHERE client_order_id IS NOT NULL;
    CREATE UNIQUE INDEX orders_by_idempotency_key ON orders (idempotency_key)
      WHERE idempotency_key IS NOT NULL;
    CREATE INDEX orders_by_symbol ON orders (symbol, order_id);
    CREATE INDEX orders_by_strategy ON orders (strategy_id, order_id)
      WHERE strategy_id IS NOT NULL;
    CREATE INDEX orders_by_rare_state ON orders (state, order_id) WHERE state <> 'SETTLED';
    CREATE INDEX orders_by_parent ON orders (parent_id) WHERE parent_id IS NOT NULL;
    CREATE INDEX orders_protecting ON orders (order_id) WHERE is_protecting = 1;

    CREATE TABLE fills (
      fill_id BIGINT PRIMARY KEY,
      order_id UUID NOT NULL,
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      side TEXT NOT NULL,
      trade_id TEXT NOT NULL,
      quantity NUMERIC NOT NULL,
      price NUMERIC NOT NULL,
      fee NUMERIC NOT NULL,
      fee_asset TEXT NOT NULL,
      is_maker SMALLINT NOT NULL,
      traded_at BIGINT NOT NULL
    );
    CREATE INDEX fills_by_order ON fills (order_id, fill_id);

    CREATE TABLE positions (
      account TEXT NOT NULL,
      symbol TEXT NOT NULL,
      quantity NUMERIC NOT NULL,
      open_cost NUMERIC NOT NULL,
      realized_pnl NUMERIC NOT NULL,
      fees TEXT NOT NULL,
      updated_at BIGINT NOT NULL,
      last_sequence BIGINT NOT NULL,
      PRIMARY KEY (account, symbol)
    );

    CREATE TABLE trading_states (
      scope TEXT PRIMARY KEY,
      state TEXT NOT NULL,
      reason TEXT NOT NULL,
      author TEXT NOT NULL,
      changed_at BIGINT NOT NULL
    );

    CREATE TABLE loss_marks (
      id SMALLINT PRIMARY KEY CHECK (id = 1),
      day BIGINT NOT NULL,
      start_pnl NUMERIC NOT NULL,
      peak_pnl NUMERIC NOT NULL,
      is_day_lost SMALLINT NOT NULL
    );

    CREATE TABLE projection (
      id SMALLINT PRIMARY KEY CHECK (id = 1),
      projected_through BIGINT NOT NULL,
      written_through BIGINT NOT NULL
    );
    INSERT INTO projection VALUES (1, 0, 0);

    CREATE TABLE audit (
      audit_id BIGINT PRIMARY KEY,
      at BIGINT NOT NULL,
      key TEXT NOT NULL,
      request_id TEXT NOT NULL,
      method TEXT NOT NULL,
      path TEXT NOT NULL,
      digest BYTEA NOT NULL,
      status SMALLINT NOT NULL
    );
    """,
    // JSONB would give another text back than was written, and so other rows to a file of SQLite.
    """
    ALTER TABLE orders ALTER COLUMN extras TYPE TEXT USING extras::text;
    """,
    // A list of months and no range of times, because a clock may go back; without a primary key of
    // the whole, which would need the month in it and so promise less than one of each part.
    """
    ALTER TABLE order_events RENAME TO old_order_events;
    DROP INDEX order_events_by_order;
    CREATE TABLE order_events (
      sequence BIGINT NOT NULL,
      order_id UUID NOT NULL,
      recorded_at BIGINT NOT NULL,
      body JSON NOT NULL,
      hash BYTEA NOT NULL,
      month INTEGER NOT NULL
    ) PARTITION BY LIST (month);
    CREATE INDEX order_events_by_order ON order_events (order_id);

    CREATE TABLE journal_months (month INTEGER PRIMARY KEY, first_sequence BIGINT NOT NULL);
    CREATE TABLE journal_anchor (
      id SMALLINT PRIMARY KEY CHECK (id = 1),
      sequence BIGINT NOT NULL,
      hash BYTEA NOT NULL
    );
    INSERT INTO journal_anchor VALUES (1, 0, decode(repeat('00', 32), 'hex'));

    -- Attaching does not wait for readers, as making a partition at its place would.
    CREATE FUNCTION open_journal_month(number BIGINT) RETURNS void LANGUAGE plpgsql AS $body$
    DECLARE
      name TEXT := 'order_events_' || number;
    BEGIN
      IF to_regclass(name) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE order_events)', name);
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (sequence)', name);
        EXECUTE format(
          'ALTER TABLE order_events ATTACH PARTITION %I FOR VALUES IN (%s)', name, number);
      END IF;
    END
    $body$;

    INSERT INTO journal_months
    SELECT month, min(sequence) FROM (
      SELECT sequence, to_char(
        to_timestamp(max(recorded_at) OVER (ORDER BY sequence) / 1000000) AT TIME ZONE 'UTC',
        'YYYYMM')::integer AS month
      FROM old_order_events) AS rows
    GROUP BY month;
    SELECT open_journal_month(month) FROM journal_months;
    INSERT INTO order_events
    SELECT e.*, (SELECT max(month) FROM journal_months WHERE first_sequence <= e.sequence)
    FROM old_order_events AS e;
    DROP TABLE old_order_events;
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
    );
    """,
  ]
}
