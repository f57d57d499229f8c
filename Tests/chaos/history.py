"""The soak in which history grows: orders as fast as they are taken, until the store has very many of them.

The callers are one load generator, since callers in Python would be the slowest part. It keeps no list of what
it was answered, so the end is a comparison of counts, and of the two files order by order.
"""
import re, signal, sqlite3, subprocess, time

from audit import wait_for_outcomes
from service import Broken, forget, later

STEP_ORDERS = 100_000
CONNECTIONS = 64
# Long enough for any history; the generator is told to end when there are enough.
GENERATOR_SECONDS = 86_400
POLL_SECONDS = 0.2
# The set of keys doubles when it is three quarters full: 11 to 22 bytes a key, and up to as much again between.
BYTES_AN_ORDER_MAX = 32
SCRIPT = """
local count = 0
local line = '{"symbol":"BTCUSDT","side":"%s","order_type":"MARKET","quantity":0.001,"signal_id":"soak-%d"}'
function request()
  count = count + 1
  return wrk.format("POST", "/orders", nil, line:format(count % 2 == 0 and "SELL" or "BUY", count))
end
"""


def grow(running, orders, tend):
    """Samples of (kibibytes, descriptors, orders a second), one for each step, and how many orders were answered.
    `tend` is called again and again meanwhile."""
    script = running.home / "orders.lua"
    script.write_text(SCRIPT)
    generator = subprocess.Popen(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{GENERATOR_SECONDS}s", "-s", str(script),
         f"http://127.0.0.1:{running.port}"], stdout=subprocess.PIPE, text=True)
    entry = later(generator.kill)
    samples, done, moment = [], 0, time.monotonic()
    while done < orders:
        if generator.poll() is not None:
            raise Broken(f"the load generator has ended:\n{generator.stdout.read()}")
        tend()
        time.sleep(POLL_SECONDS)
        count, now = _created(running), time.monotonic()
        if count >= done + STEP_ORDERS:
            samples.append((running.resident_kibibytes(), running.descriptors(), (count - done) / (now - moment)))
            done, moment = count, now
            print("{:9,d} orders {:7.1f} MiB {:4d} descriptors {:7.0f} orders/s".format(
                done, samples[-1][0] / 1024, *samples[-1][1:]), flush=True)
    generator.send_signal(signal.SIGINT)
    text = generator.communicate(timeout=10)[0]
    forget(entry)
    if "Non-2xx" in text or "Socket errors" in text:
        raise Broken(f"the load generator saw errors:\n{text}")
    return samples, int(re.search(r"(\d+) requests in", text)[1])


def _created(running):
    metrics = running.ask("GET", "/metrics").body.decode()
    return int(re.search(r"^order_execution_orders_created_total (\d+)", metrics, re.MULTILINE)[1])


def compare(running, answered):
    """Stops the service and compares its file with the venue's: the figures, and what is wrong."""
    wait_for_outcomes(running)
    running.stop()
    file = sqlite3.connect(f"file:{running.data}/execution.db?mode=ro", uri=True)
    file.execute("ATTACH ? AS venue", (f"file:{running.data}/mock.db?mode=ro",))

    def number(sql):
        return file.execute(f"SELECT {sql}").fetchone()[0]

    known, venue = number("count(*) FROM orders"), number("count(*) FROM venue.mock_orders")
    fills = number("count(*) FROM fills")
    filled = number("count(*) FROM orders WHERE state IN ('FILLED', 'SETTLED')")
    counter = number("CAST(value AS INTEGER) FROM venue.mock_values WHERE kind = 'counter'")
    strangers = number("count(*) FROM venue.mock_orders WHERE order_id NOT IN (SELECT order_id FROM orders)")
    never_there = number("count(*) FROM orders WHERE state = 'NOT_FOUND' "
                         "AND order_id NOT IN (SELECT order_id FROM venue.mock_orders)")
    file.close()
    status, text = running.tool("verify")
    checks = {
        "answered orders are missing": answered <= known,
        "there are more orders than requests": known <= answered + CONNECTIONS,
        "the venue has orders that the service does not know": strangers == 0,
        "orders that are not at the venue are not NOT_FOUND": venue + never_there == known,
        "orders at the venue are not filled": filled == venue,
        "fills are not one an order": fills == venue,
        "the venue counted more orders and trades than it has": counter == 2 * venue,
        f"verify is not content: {text.strip()[-300:]}": status == 0,
    }
    print(f"{answered:,} answered, {known:,} known, {venue:,} at the venue, {never_there} never got there; "
          f"{fills:,} fills; verify: {text.strip()}")
    return [problem for problem, holds in checks.items() if not holds]
