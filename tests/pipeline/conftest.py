import os
import subprocess

import pytest


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MiB, really mounted, so that it can really be full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(disk)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs Linux and root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
