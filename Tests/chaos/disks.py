"""Disks that can be cut off, filled and taken away: ext4 in a file on a loop device, and tmpfs."""
import os, pathlib, shutil, subprocess

from service import Broken, forget, later

IMAGE_MEGABYTES = 96
# The kernel's own writing back comes late, so that what was not synced is lost with a cut.
COMMIT_SECONDS = 60


def _run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Broken(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def missing():
    """Why no disk can be mounted here; empty if one can."""
    if os.geteuid() != 0:
        return "mounting needs root"
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is not installed"
    return "" if pathlib.Path("/dev/loop-control").exists() else "there are no loop devices"


class Disk:
    """A mounted disk; `data` is a folder on it for a service."""

    def __init__(self, home, name, mount):
        self.path = pathlib.Path(home, name)
        self.path.mkdir()
        _run("mount", *mount, self.path)
        self._entry = later(self.unmount)
        self.data = self.path / "data"
        self.data.mkdir(exist_ok=True)

    def unmount(self):
        """mount -o loop made the loop device, and it goes with the mount."""
        _run("umount", self.path)
        forget(self._entry)

    def option(self, option):
        _run("mount", "-o", f"remount,{option}", self.path)


def new_image(path):
    with open(path, "wb") as file:
        file.truncate(IMAGE_MEGABYTES << 20)
    _run("mkfs.ext4", "-q", "-F", path)


def image_disk(home, name, image):
    return Disk(home, name, ["-o", f"loop,commit={COMMIT_SECONDS}", image])


def memory_disk(home, name, megabytes):
    return Disk(home, name, ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs"])


def copy_image(image, copy):
    _run("cp", "--sparse=always", image, copy)
