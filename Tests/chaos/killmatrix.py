"""SIGKILL at exact points of the order path, and at random ones.

With one caller the service makes the same calls for every order: the intent is written to the journal's
log in four parts and synced, then the venue's file likewise, then the answer is sent, then the outcome
is written and synced. A kill lands before the call is made.
"""
import random, time

from audit import Findings, audit
from callers import Client, Load
from service import Broken, Service, fresh_data, scratch
from tracing import Tracer

PARTS = 4  # writes of one commit: two pages, each with its frame's head
COMMITS = 2  # commits of the journal for one order: intent and outcome
LOAD_ORDERS = 400
MIXED_CALLERS = 4
RANDOM_SECONDS = (0.02, 0.6)
START_SECONDS = (0.001, 0.15)


def _nth(per_order, wanted):
    """The count of the call for the k-th kill of a row: each place of the first order, then of the next."""
    return lambda k: k // len(wanted) * per_order + wanted[k % len(wanted)]


# What happens next in the order path, the call, its file, and the count for the k-th kill.
EXACT = [
    ("journal: write the intent", "pwrite64", "execution.db-wal", _nth(PARTS * COMMITS, [1, 2, 3, 4])),
    ("journal: sync the intent", "fdatasync", "execution.db-wal", _nth(COMMITS, [1])),
    ("venue: write the order", "pwrite64", "mock.db-wal", _nth(PARTS, [1, 2, 3, 4])),
    ("venue: sync the order", "fdatasync", "mock.db-wal", _nth(1, [1])),
    ("caller: send the answer", "sendto", None, _nth(1, [1])),
    ("journal: write the outcome", "pwrite64", "execution.db-wal", _nth(PARTS * COMMITS, [5, 6, 7, 8])),
    ("journal: sync the outcome", "fdatasync", "execution.db-wal", _nth(COMMITS, [2])),
]
# The same calls while several callers share commits: any of them, not a known one.
MIXED = [("pwrite64", "execution.db-wal"), ("fdatasync", "execution.db-wal"), ("pwrite64", "mock.db-wal"),
         ("fdatasync", "mock.db-wal"), ("sendto", None)]
ROWS = [row[0] for row in EXACT] + ["four callers: any of these", "four callers: any moment", "while it starts"]


class Matrix:
    def __init__(self, kills, seed, why_not):
        self._chance = random.Random(seed)
        self._seed, self._kills, self._why_not = seed, kills, why_not
        self.rows = {name: Findings() for name in ROWS}
        self.missed = 0
        self.start_seconds = []

    def run(self):
        names = ROWS[-2:] if self._why_not else ROWS
        for number in range(self._kills):
            name = names[number % len(names)]
            self._one(name, number // len(names), self._seed * 100_000 + number)

    def _one(self, name, k, seed):
        home, client = scratch(), Client(seed)
        service = Service(fresh_data(home), home)
        try:
            if self._kill(name, k, service, client):
                service = Service(service.data, home)
                self.start_seconds.append(service.ready_seconds)
                found = audit(service, client)
                found.problems = [f"seed {seed}, {name}, kill {k}: {text}" for text in found.problems]
                self.rows[name].add(found)
            else:
                self.missed += 1
        except (Broken, OSError, KeyError) as error:
            self.rows[name].note(None, f"seed {seed}, {name}, kill {k}: {error!r}\n{service.log()[-600:]}")
        finally:
            service.kill()
            service.remove_home()

    def _kill(self, name, k, service, client):
        """Ends the service there; false if the point was not reached."""
        exact = next((row for row in EXACT if row[0] == name), None)
        if exact:
            _, call, file, count = exact
            return self._kill_at(service, client, call, file, count(k), callers=1)
        if name == ROWS[-3]:
            call, file = MIXED[k % len(MIXED)]
            return self._kill_at(service, client, call, file, self._chance.randint(1, 60), MIXED_CALLERS)
        load = Load(service, client, MIXED_CALLERS)
        time.sleep(self._chance.uniform(*RANDOM_SECONDS))
        service.kill()
        if not load.wait():
            raise Broken("a caller waits for a dead service")
        if name == ROWS[-1]:
            for _ in range(3):
                starting = Service(service.data, service.home, wait=False)
                time.sleep(self._chance.uniform(*START_SECONDS))
                starting.kill()
        return True

    def _kill_at(self, service, client, call, file, count, callers):
        path = service.data / file if file else None
        tracer = Tracer(service, call, f"signal=KILL:when={count}", path)
        try:
            load = Load(service, client, callers, orders=LOAD_ORDERS, mixed=callers > 1)
            while load.is_running and service.process.poll() is None:
                time.sleep(0.005)
            has_died = service.has_died(0.5)
            if not load.end():
                raise Broken("a caller waits for a dead service")
            return has_died
        finally:
            tracer.end()

    @property
    def total(self):
        total = Findings()
        for row in self.rows.values():
            total.add(row)
        return total

    def table(self):
        lines = [f"{'killed before, or at':<28}{'kills':>6}{'acked':>8}{'at venue':>10}{'known':>8}{'lost':>6}"
                 f"{'twice':>7}{'differ':>8}"]
        for name, row in [*self.rows.items(), ("all", self.total)]:
            lines.append(f"{name:<28}{row.rounds:>6}{row.acked:>8}{row.venue:>10}{row.known:>8}{row.lost:>6}"
                         f"{row.twice:>7}{row.differ:>8}")
        return "\n".join(lines)
