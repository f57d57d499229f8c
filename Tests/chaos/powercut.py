"""Power cuts: a copy of the disk's image at a random instant has what the disk would have after one.

What the service wrote and did not sync is in the kernel's memory and not in the image. The process is
held still while the image is copied, so that the copy is of one instant.
"""
import random, signal, time

import disks
from audit import Findings, audit
from callers import Client, Load
from service import Broken, Service, scratch

CALLERS = 4
LOAD_SECONDS = (0.05, 1.5)


class PowerCuts:
    def __init__(self, cuts, seed):
        self._cuts, self._seed, self._chance = cuts, seed, random.Random(seed)
        self.total = Findings()
        self.start_seconds = []

    def run(self):
        for number in range(self._cuts):
            seed = self._seed * 100_000 + 50_000 + number
            try:
                found = self._one(seed)
                found.problems = [f"seed {seed}, cut {number}: {text}" for text in found.problems]
                self.total.add(found)
            except (Broken, OSError) as error:
                self.total.note(None, f"seed {seed}, cut {number}: {error!r}")

    def _one(self, seed):
        home, client = scratch(), Client(seed)
        image, copy = home / "image", home / "copy"
        disks.new_image(image)
        disk = disks.image_disk(home, "before", image)
        service = Service(disk.data, home)
        try:
            load = Load(service, client, CALLERS)
            time.sleep(self._chance.uniform(*LOAD_SECONDS))
            service.signal(signal.SIGSTOP)
            cut_at = time.monotonic()
            disks.copy_image(image, copy)
            service.kill()
            if not load.wait():
                raise Broken("a caller waits for a dead service")
        finally:
            service.kill()
            disk.unmount()
        disk = disks.image_disk(home, "after", copy)
        service = None
        try:
            service = Service(disk.data, home)
            self.start_seconds.append(service.ready_seconds)
            return audit(service, client, acked_before=cut_at)
        finally:
            if service:
                service.kill()
            disk.unmount()
            image.unlink()
            copy.unlink()
