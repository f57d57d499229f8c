"""Faults of the machine: a stopped process, a full disk, one that is taken away, and failed syncs."""
import os, signal, time

import disks
from service import Broken, scratch
from tracing import Tracer
from world import World, acknowledged_in, end, must_stay_closed, turned_away, until

CLOSED_SECONDS = 1.5
FULL_SECONDS = 1
DISK_MEGABYTES = 48
# Just before the log is copied into the database the first time: 4,096 pages of 4 KiB.
LONG_LOG_BYTES = 15_500_000
LONG_LOG_SECONDS = 60


def stopped(seed, seconds):
    """The process stands still under load and goes on."""
    world = World(seed)
    try:
        load = world.load()
        time.sleep(0.5)
        world.service.signal(signal.SIGSTOP)
        time.sleep(seconds)
        before = len(world.client.acks)
        world.service.signal(signal.SIGCONT)
        resumed = until(lambda: len(world.client.acks) > before + 20, "orders after SIGCONT")
        end(load)
        if world.client.unanswered:
            raise Broken(f"{len(world.client.unanswered)} callers lost their connection")
        return f"stood still for {seconds} s, 20 orders {resumed:.2f} s later; {world.audit()}"
    finally:
        world.close()


def _fill(path):
    """Leaves no byte of room."""
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def full_disk(seed):
    """The disk has no room under load, and has room again."""
    home = scratch()
    disk = disks.memory_disk(home, "disk", DISK_MEGABYTES)
    world = None
    try:
        world = World(seed, data=disk.data, home=home)
        load = world.load(stubborn=True)
        until(lambda: len(world.client.acks) > 100, "orders")
        _fill(disk.path / "filler")
        noticed = until(lambda: turned_away(world), "refusals with STORE_UNAVAILABLE")
        until(lambda: not world.service.is_ready(), "/ready says 503")
        taken = acknowledged_in(world, FULL_SECONDS)
        os.unlink(disk.path / "filler")
        before = len(world.client.acks)
        resumed = until(lambda: len(world.client.acks) > before + 20, "orders after there is room")
        until(world.service.is_ready, "/ready says 200")
        end(load)
        found = world.restart_and_audit()
        return (f"refused after {noticed:.2f} s, {taken} acknowledged in {FULL_SECONDS} s while full, 20 orders "
                f"{resumed:.2f} s after there was room; {found}")
    finally:
        if world:
            world.close()
        disk.unmount()


def read_only_disk(seed):
    """The file system goes read-only under load, as it does after an error of the device. In that moment
    fdatasync says of some writes that they are safe, and they are gone (Linux 6.18, any program): only what
    was answered before has to be there."""
    home = scratch()
    image = home / "image"
    disks.new_image(image)
    disk = disks.image_disk(home, "before", image)
    world = None
    try:
        world = World(seed, data=disk.data, home=home)
        load = world.load(stubborn=True)
        until(lambda: len(world.client.acks) > 100, "orders")
        aborted_at = time.monotonic()
        disk.option("abort")
        noticed = until(lambda: turned_away(world), "refusals with STORE_UNAVAILABLE")
        reason = must_stay_closed(world, CLOSED_SECONDS)
        world.service.kill()
        end(load)
        disk.unmount()
        disk = disks.image_disk(home, "after", image)
        world.data = disk.data
        world.start()
        return f"refused after {noticed:.2f} s and for good ({reason}); {world.audit(acked_before=aborted_at)}"
    finally:
        if world:
            world.close()
        disk.unmount()


def failed_sync(seed, count, callers):
    """The count-th sync of the journal's log fails once; the next ones would succeed."""
    world = World(seed)
    tracer = None
    try:
        tracer = Tracer(world.service, "fdatasync", f"error=EIO:when={count}", world.data / "execution.db-wal")
        load = world.load(callers=callers, stubborn=True, mixed=callers > 1)
        noticed = until(lambda: turned_away(world), "refusals with STORE_UNAVAILABLE")
        return _refused_for_good(world, tracer, load, noticed)
    finally:
        if tracer:
            tracer.end()
        world.close()


def failed_copy(seed, count):
    """A sync fails while the write-ahead log is copied into the database, beside the writer."""
    world = World(seed)
    tracer = None
    try:
        load = world.load(stubborn=True, callers=8)
        log = world.data / "execution.db-wal"
        until(lambda: log.stat().st_size > LONG_LOG_BYTES, "a long log", LONG_LOG_SECONDS)
        tracer = Tracer(world.service, "fdatasync", f"error=EIO:when={count}", world.data / "execution.db")
        noticed = until(lambda: turned_away(world), "refusals with STORE_UNAVAILABLE", LONG_LOG_SECONDS)
        return _refused_for_good(world, tracer, load, noticed)
    finally:
        if tracer:
            tracer.end()
        world.close()


def _refused_for_good(world, tracer, load, noticed):
    """After the one sync that failed, and refusals: no order is taken until a restart, and nothing is lost."""
    tracer.end()
    reason = must_stay_closed(world, CLOSED_SECONDS)
    if tracer.calls("(INJECTED)") != 1:
        raise Broken(f"{tracer.calls('(INJECTED)')} syncs failed instead of one")
    end(load)
    return f"refused after {noticed:.2f} s and for good ({reason}); {world.restart_and_audit()}"
