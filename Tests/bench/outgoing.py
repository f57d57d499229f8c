"""Measures requests to a server over TLS on kept connections: ours beside curl, against the same nginx."""
import pathlib, statistics, subprocess, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / ".build/release/client-bench"
# About as long as a venue's answer to an order, and as the order that client-bench sends.
ANSWER = '{"symbol":"BTCUSDT","orderId":28,"status":"NEW","fills":[],"note":"' + "x" * 320 + '"}'
BODY = "symbol=BTCUSDT&side=BUY&type=LIMIT&note=" + "x" * 230


def make_certificate(directory):
    path = f"{directory}/server"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", f"{path}.key", "-out", f"{path}.pem", "-days", "2", "-subj", "/CN=bench",
         "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return path


def ours(url, certificate, seconds, at_once):
    text = subprocess.run(
        [CLIENT, url, certificate + ".pem", str(seconds), str(at_once)], capture_output=True, text=True,
        check=True).stdout
    return [int(word) for word in text.split()]


def curl(url, certificate, count):
    """One connection for all; curl's own times, and the rate by the clock on the wall."""
    started = time.perf_counter()
    text = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--http1.1", "--cacert", certificate + ".pem",
         "--data", BODY, "--output", "/dev/null", "--write-out", "%{time_total}\n", f"{url}/[1-{count}]"],
        capture_output=True, text=True, check=True).stdout
    elapsed = time.perf_counter() - started
    times = sorted(float(line) * 1_000_000 for line in text.split())
    return [count / elapsed, times[count // 2], times[count * 99 // 100]]


def rows(nginx, certificate, seconds, rounds):
    """One request after the other, ours and curl in turns; then ours with several at once."""
    pairs, busy = [], []
    for _ in range(rounds):
        one = ours(nginx.secure_url, certificate, seconds, 1)
        pairs.append((one, curl(nginx.secure_url, certificate, one[0] * seconds)))
        busy.append(ours(nginx.secure_url, certificate, seconds, 8))
    mine, peer = ([statistics.median(pair[who][index] for pair in pairs) for index in range(3)] for who in (0, 1))
    ratio = statistics.median(a[0] / b[0] for a, b in pairs)
    many = [statistics.median(run[index] for run in busy) for index in range(3)]
    return [
        ("requests over TLS on one kept connection, beside curl", f"{mine[0]:,.0f}/s", f"{peer[0]:,.0f}/s",
         f"{ratio:.2f}"),
        ("  their latency, p50 / p99", f"{mine[1]:.0f} / {mine[2]:.0f} us", f"{peer[1]:.0f} / {peer[2]:.0f} us", ""),
        ("  eight at once, on eight connections", f"{many[0]:,.0f}/s", "", ""),
        ("  their latency, p50 / p99", f"{many[1]:.0f} / {many[2]:.0f} us", "", "")]
