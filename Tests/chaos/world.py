"""What the single scenarios share: a service, its callers and its disk, for one fault."""
import time

from audit import audit
from callers import Client, Load
from service import Broken, Service, fresh_data, scratch

# Answers come soon although the venue is silent.
IMPATIENT = {"SUBMIT_WAIT_MS": "200", "OUTCOME_TIMEOUT_MS": "2000"}
NOTICE_SECONDS = 20
# Orders that were on their way when the store failed may still be answered for so long.
ON_THE_WAY_SECONDS = 0.5


class World:
    def __init__(self, seed, data=None, settings=None, environment=None, home=None):
        self.home, self.client = home or scratch(), Client(seed)
        self.settings, self.environment = dict(IMPATIENT, **(settings or {})), environment
        self.data = data or fresh_data(self.home)
        self.service = None
        self.start()

    def start(self):
        self.service = Service(self.data, self.home, self.settings, self.environment)

    def load(self, **options):
        return Load(self.service, self.client, **options)

    def restart_and_audit(self):
        """Ends the service as a crash does, starts it again and checks everything."""
        self.service.kill()
        self.start()
        return self.audit()

    def audit(self, acked_before=None):
        found = audit(self.service, self.client, acked_before=acked_before)
        if found.problems:
            raise Broken("; ".join(found.problems[:5]))
        return found

    def close(self):
        if self.service:
            self.service.kill()


def until(condition, what, seconds=NOTICE_SECONDS):
    """Waits for something that has to happen; how many seconds it took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise Broken(f"{what}: not within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - start


def end(load):
    if not load.end():
        raise Broken("a caller waits without an answer")


def turned_away(world):
    """Whether callers were told that the store cannot be written."""
    return any(code == "STORE_UNAVAILABLE" for _, _, code in world.client.refusals)


def acknowledged_in(world, seconds):
    """How many new orders are acknowledged while a load goes on, from their first byte on."""
    first = world.client.count
    time.sleep(seconds)
    return sum(number >= first for number in list(world.client.acks))


def must_stay_closed(world, seconds):
    """A store that has failed takes no order until a restart, and says so."""
    time.sleep(ON_THE_WAY_SECONDS)
    taken = acknowledged_in(world, seconds)
    if taken:
        raise Broken(f"{taken} orders were acknowledged after the store had failed")
    answer = world.service.ask("GET", "/ready")
    if answer.status != 503 or not answer.json["reasons"]:
        raise Broken(f"/ready is {answer.status} with {answer.json.get('reasons')}")
    return answer.json["reasons"][0]
