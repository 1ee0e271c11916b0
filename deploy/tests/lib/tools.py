"""Tools: Debian packages, Python tools in environments of their own, and running them."""

import os
import shutil
import subprocess
import sys

from .drill import CACHE


def apt(*packages):
    """Installs the Debian packages that are missing. None of them starts a service of its own:
    a policy for the time of the installation sees to it where the machine has none."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}"]
    is_missing = lambda name: subprocess.run(
        [*query, name], capture_output=True, text=True, check=False
    ).stdout[:2] != "ii"
    missing = [name for name in packages if is_missing(name)]
    if not missing:
        return
    if os.geteuid() != 0:
        sys.exit(f"install {' '.join(missing)} as root, then run this again")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    policy = "/usr/sbin/policy-rc.d"
    has_policy = os.path.exists(policy)
    if not has_policy:
        with open(policy, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)
    try:
        run("apt-get", "update", "-qq")
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        run(*install, env=environment)
    finally:
        if not has_policy:
            os.remove(policy)


def venv(name, *packages):
    """The folder of programs of a virtual environment that holds `packages`."""
    folder = CACHE / f"drill-{name}-venv"
    mark = folder / "packages.txt"
    wanted = "\n".join(packages)
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(folder / "bin/pip"), "install", "--quiet", *packages)
        mark.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def run(*command, check=True, **options):
    """What a program said; its last words as the error where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options,
    )
    if check and done.returncode != 0:
        words = " ".join(str(part) for part in command)
        raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def where(name):
    """The path of a program that only some machines have, or None."""
    return shutil.which(name)
