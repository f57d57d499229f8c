"""A made-up past: so many orders with their fills, written by the database itself, beside a service's own tables.

What is rare (a strategy, an instrument, an account, a state) is old as well: the hardest to find from the newest end.
"""
import json, sqlite3, uuid

OPEN_ORDERS = 10_000
# The milliseconds of the first id; the orders are ten apart.
FIRST, STEP = 1_750_000_000_000, 10
# Every so many of the older half of the orders is a rare one.
RARE = 10_000

ORDERS = """
INSERT INTO orders (order_id, account, symbol, side, type, time_in_force, is_post_only, quantity, limit_price,
  client_order_id, idempotency_key, purpose, strategy_id, created_at, updated_at, state, phase, pending,
  venue_order_id, filled_quantity, filled_notional, fee, fee_asset, last_sequence)
SELECT {id}, CASE WHEN is_rare THEN 'mock-2' ELSE 'mock' END,
  CASE WHEN is_rare THEN 'SOLUSDT' WHEN i % 3 = 0 THEN 'ETHUSDT' ELSE 'BTCUSDT' END,
  CASE WHEN i % 2 = 0 THEN 'BUY' ELSE 'SELL' END, 'LIMIT', 'GTC', 0, {money_1}, {money_price},
  CASE WHEN i % 2 = 0 THEN 'client-' || i END, CASE WHEN i % 2 = 1 THEN 'signal:' || i END, 'TRADE',
  CASE WHEN is_rare THEN 'rare' ELSE 'strategy-' || (i % 4) END, {at}, {at}, state,
  CASE state WHEN 'WORKING' THEN 'venue.working' WHEN 'CANCELED' THEN 'sealed.canceled'
    WHEN 'REJECTED' THEN 'sealed.rejected' WHEN 'DENIED' THEN 'sealed.denied' WHEN 'EXPIRED' THEN 'sealed.expired'
    ELSE 'sealed.filled' END, 0, 'MOCK-' || i,
  CASE state WHEN 'SETTLED' THEN {money_1} ELSE {money_0} END,
  CASE state WHEN 'SETTLED' THEN {money_price} ELSE {money_0} END, {money_0}, 'USDT', i
FROM (SELECT i, is_rare, CASE WHEN i > {count} - {open} THEN 'WORKING' WHEN is_rare THEN 'EXPIRED'
    WHEN i % 100 < 5 THEN 'CANCELED' WHEN i % 100 < 7 THEN 'REJECTED' WHEN i % 100 < 8 THEN 'DENIED'
    ELSE 'SETTLED' END AS state
  FROM (SELECT i, i < {count} / 2 AND i % {rare} = 77 AS is_rare FROM {series}) AS numbers) AS orders_to_be
"""
FILLS = """
INSERT INTO fills SELECT last_sequence * 65536, order_id, account, symbol, side, 'T' || last_sequence, quantity,
  limit_price, {money_0}, 'USDT', 0, created_at FROM orders WHERE state = 'SETTLED'
"""


def order_id(number):
    """The id of an order, in the shape of a UUID of version 7."""
    return uuid.UUID(int=(FIRST + number * STEP) << 80 | 7 << 76 | 2 << 62 | number)


def _texts(count, **parts):
    parts.update(count=count, open=min(OPEN_ORDERS, count // 10), rare=RARE)
    return [text.format(**parts) for text in (ORDERS, FILLS)]


def fill_postgresql(cluster, database, count):
    hexadecimal = (f"lpad(to_hex({FIRST} + i::bigint * {STEP}), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0')")
    for text in _texts(count, id=f"({hexadecimal})::uuid", at=f"({FIRST} + i::bigint * {STEP}) * 1000", money_0="0::numeric",
                       money_1="1::numeric", money_price="60000::numeric",
                       series=f"generate_series(1, {count}) AS i"):
        cluster.client("psql", "-d", database, "-v", "ON_ERROR_STOP=1", "-c", text)
    cluster.client("psql", "-d", database, "-c", "VACUUM ANALYZE")


def fill_sqlite(path, count):
    file = sqlite3.connect(path)
    file.create_function("id_of", 1, lambda number: order_id(number).bytes, deterministic=True)
    file.execute("PRAGMA synchronous = OFF")
    series = (f"(WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count}) "
              "SELECT i FROM numbers)")
    for text in _texts(count, id="id_of(i)", at=f"({FIRST} + i * {STEP}) * 1000", money_0="'0'", money_1="'1'",
                       money_price="'60000'", series=series):
        file.execute(text)
    file.commit()
    file.close()


def fill_exchange(path, count):
    """The open orders as the simulated exchange has them."""
    file = sqlite3.connect(path)
    file.executemany(
        "INSERT INTO mock_orders VALUES (?, 1, ?)",
        ((order_id(number).bytes, json.dumps(
            {"venue_order_id": f"MOCK-{number}", "symbol": "ETHUSDT" if number % 3 == 0 else "BTCUSDT",
             "side": "BUY" if number % 2 == 0 else "SELL", "quantity": "1", "price": "60000", "status": "working",
             "fills": []}))
         for number in range(count - min(OPEN_ORDERS, count // 10) + 1, count + 1)))
    file.commit()
    file.close()
