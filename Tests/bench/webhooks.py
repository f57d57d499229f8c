"""Measures alerts with all five layers: at a steady rate as a market's busy minute has it, and as fast as they come."""
import hashlib, hmac, json, socket, threading, time

SECRET = "bench-secret-0123456789abcdef"
RATE = 400
CONNECTIONS = 16
# What the service that this one takes the place of documents for its webhook.
DOCUMENTED = "4.24 ms at 419.8/s"
SETTINGS = {
    "WEBHOOK_SECRET": SECRET, "IP_WHITELIST": "127.0.0.1,tradingview", "RATE_LIMIT_REQUESTS": "100000",
    "RATE_LIMIT_WINDOW": "1"}
SCRIPT = """
local count = 1000000000
local before = '{"secret":"%s","symbol":"BINANCE:BTCUSDT","quantity":0.001,"strategy":"bench","confidence":0.8,' ..
  '"timestamp":%d,"alert_id":"%s-'
function request()
  count = count + 1
  local body = before .. string.format("%%.0f", count) .. '","action":"' .. (count %% 2 == 0 and "buy" or "sell") .. '"}'
  return wrk.format("POST", "/webhook/tradingview", {["Content-Type"] = "text/plain"}, body)
end
"""


def script(run):
    return SCRIPT % (SECRET, int(time.time()), run)


def request(number, run):
    """An alert that is signed, with all that the layers look at."""
    body = json.dumps({
        "symbol": "BINANCE:BTCUSDT", "action": "buy" if number % 2 else "sell", "quantity": 0.001,
        "strategy": "bench", "confidence": 0.8, "timestamp": int(time.time()), "alert_id": f"{run}-{number}"}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = f"POST /webhook/tradingview HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" \
        f"X-Webhook-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def milliseconds_at_rate(port, seconds, run):
    """Times of alerts, each from the moment that it was due: one that waits for a slow one before it counts as slow."""
    alerts = [request(number, run) for number in range(RATE * seconds)]
    times, start = [], time.perf_counter() + 0.5
    lock = threading.Lock()

    def send(first):
        connection, mine = socket.create_connection(("127.0.0.1", port)), []
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(first, len(alerts), CONNECTIONS):
            due = start + number / RATE
            time.sleep(max(0, due - time.perf_counter()))
            connection.sendall(alerts[number])
            answer = connection.recv(8192)
            mine.append((time.perf_counter() - due) * 1_000)
            if not answer.startswith(b"HTTP/1.1 200") or b'"duplicate":false' not in answer:
                raise SystemExit(f"An alert was answered {answer.decode()}")
        connection.close()
        with lock:
            times.extend(mine)

    threads = [threading.Thread(target=send, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) != len(alerts):
        raise SystemExit("Not all alerts were answered.")
    return sorted(times)
