"""The stand-in for Binance as a process of its own, and nginx before it that speaks TLS."""
import http.client, os, pathlib, signal, subprocess, sys, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STAND_IN = ROOT / ".build/release/stand-in"
# No limit of the venue's is to stand in the way.
WEIGHT = 1_000_000_000


def wait_for(url, context=None):
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=10, context=context):
                return
        except OSError:
            time.sleep(0.01)
    sys.exit(f"{url} did not answer.")


class StandIn:
    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        self.process = subprocess.Popen(
            [STAND_IN, str(port), str(WEIGHT)], stdout=subprocess.DEVNULL)
        wait_for(self.address + "/api/v3/time")

    def settings(self, address):
        return dict(
            PLUGINS="binance", BINANCE_SPOT_URL=address, BINANCE_API_KEY="stand-in-key",
            BINANCE_API_SECRET="stand-in-secret")

    def last_arrival(self):
        """When the last order arrived, in nanoseconds of the monotonic clock."""
        with urllib.request.urlopen(self.address + "/stand-in/last") as answer:
            return int(answer.read())


class TLSFront:
    """nginx with one worker that ends TLS before the stand-in."""

    def __init__(self, directory, port, stand_in):
        self.address = f"https://localhost:{port}"
        self.certificate = f"{directory}/certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{directory}/key.pem",
             "-out", self.certificate], check=True, capture_output=True)
        os.makedirs(f"{directory}/logs", exist_ok=True)
        temporary = "".join(
            f"{kind}_temp_path {directory}/tmp; "
            for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        user = "user root;" if os.geteuid() == 0 else ""
        path = pathlib.Path(directory, "tls.conf")
        path.write_text(f"""{user} worker_processes 1; daemon off; pid {directory}/tls.pid;
            error_log {directory}/tls.log; events {{ worker_connections 1024; }}
            http {{ access_log off; keepalive_requests 100000000; {temporary}
            map $http_upgrade $connection_header {{ default upgrade; '' ''; }}
            upstream venue {{ server 127.0.0.1:{stand_in.port}; keepalive 64; keepalive_requests 100000000; }}
            server {{ listen 127.0.0.1:{port} ssl; server_name localhost;
            ssl_certificate {self.certificate}; ssl_certificate_key {directory}/key.pem;
            location / {{ proxy_pass http://venue; proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_header; }} }} }}""")
        self.process = subprocess.Popen(
            ["nginx", "-p", directory, "-c", str(path)], stderr=subprocess.DEVNULL)
        time.sleep(0.3)

    def stop(self):
        # In order: a killed master would leave its worker behind.
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def delays_microseconds(port, stand_in, count):
    """From the last byte of an order to the first byte of it at the venue, one after the other."""
    client, delays = http.client.HTTPConnection("127.0.0.1", port), []
    body = '{"symbol":"BTCUSDT","side":"BUY","order_type":"LIMIT","quantity":0.001,"price":60000}'
    for _ in range(count):
        if client.sock is None:
            client.connect()
        request = (
            f"POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()
        sent = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        client.sock.sendall(request)
        answer = http.client.HTTPResponse(client.sock, method="POST")
        answer.begin()
        answer.read()
        delays.append((stand_in.last_arrival() - sent) / 1_000)
    return sorted(delays)
