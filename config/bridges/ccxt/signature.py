"""Who may ask: requests are signed with the secret that the gateway has too."""
import hashlib
import hmac
import time

# How far the time of a request may be from ours.
WINDOW_SECONDS = 30


def code(secret, message):
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(secret, method, target, body, headers, now=None):
    """Whether a request of the contract is signed, for now (docs/PLUGINS.md)."""
    stamp = headers.get("x-fks-timestamp", "")
    if not stamp.isascii() or not stamp.isdecimal():
        return False
    signed = f"{stamp}\n{method}\n{target}\n".encode() + body
    proof = headers.get("x-fks-signature", "").encode("latin-1")
    now = time.time() if now is None else now
    is_now = abs(now - int(stamp) / 1000) <= WINDOW_SECONDS
    return hmac.compare_digest(code(secret, signed).encode(), proof) and is_now


def is_webhook_signed(secret, body, headers):
    """Whether a webhook is signed as it always has been: over the body alone."""
    proof = headers.get("x-webhook-signature", "").encode("latin-1")
    return hmac.compare_digest(code(secret, body).encode(), proof)
