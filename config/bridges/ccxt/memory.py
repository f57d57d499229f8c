"""Which orders were ever sent, on disk: an id that stands here is never sent again."""
import os
import sqlite3
import time


class Memory:
    def __init__(self, path):
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged has to survive a power cut, or an order could be sent twice.
        self.database.execute("PRAGMA synchronous = FULL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS orders (client_order_id TEXT PRIMARY KEY, symbol TEXT NOT NULL,"
            " side TEXT NOT NULL, quantity TEXT NOT NULL, price TEXT, created_ms INTEGER NOT NULL,"
            " venue_order_id TEXT, is_over INTEGER NOT NULL DEFAULT 0)"
        )
        self.database.execute("CREATE INDEX IF NOT EXISTS by_venue_id ON orders (venue_order_id)")
        self.database.execute(
            "CREATE INDEX IF NOT EXISTS living ON orders (created_ms) WHERE is_over = 0"
        )
        self.database.row_factory = sqlite3.Row

    def begin(self, client_order_id, symbol, side, quantity, price):
        """Notes that an order is about to be sent; False if it was noted before."""
        cursor = self.database.execute(
            "INSERT OR IGNORE INTO orders (client_order_id, symbol, side, quantity, price, created_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (client_order_id, symbol, side, quantity, price, int(time.time() * 1000)),
        )
        return cursor.rowcount == 1

    def name(self, client_order_id, venue_order_id):
        self.database.execute(
            "UPDATE orders SET venue_order_id = ? WHERE client_order_id = ?",
            (venue_order_id, client_order_id),
        )

    def end(self, client_order_id):
        """Notes that nothing more will happen to an order."""
        self.database.execute(
            "UPDATE orders SET is_over = 1 WHERE client_order_id = ?", (client_order_id,)
        )

    def get(self, client_order_id):
        return self.database.execute(
            "SELECT * FROM orders WHERE client_order_id = ?", (client_order_id,)
        ).fetchone()

    def named(self, venue_order_id):
        return self.database.execute(
            "SELECT * FROM orders WHERE venue_order_id = ?", (venue_order_id,)
        ).fetchone()

    def live(self):
        """The orders that the exchange has taken. For others the gateway asks by itself."""
        return self.database.execute(
            "SELECT * FROM orders WHERE is_over = 0 AND venue_order_id IS NOT NULL ORDER BY created_ms"
        ).fetchall()

    def close(self):
        self.database.close()
