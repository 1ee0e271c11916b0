"""The Debian package: built with cargo-deb, installed, started by a real systemd (of a container),
upgraded, removed and purged; and the unit's hardening judged by systemd's own scale."""

import json
import re
import shutil
import sys

from lib import packages
from lib.containers import BASE, Containers
from lib.documented import block
from lib.drill import BINARY, DEPLOY, ROOT, Drill, wait_until
from lib.tools import apt, run

IMAGE, NAME = "localhost/pynomaly-systemd:drill", "pynomaly-drill-systemd"
#: Of 10, of which 9.6 is a unit without any hardening: what systemd calls OK begins below 5.
EXPOSURE_MAX = 1.5


def main():
    """The whole drill."""
    with Drill("package") as drill:
        with drill.step("install what is missing"):
            apt("dpkg", "binutils", "xz-utils", "systemd")
            containers = Containers(drill)
        with drill.step("the list of what is in it (CycloneDX): the crates of Cargo.lock, each with its licence"):
            drill.figure(f"{packages.check_sbom(packages.sbom(drill.folder))} crates")
        check_binary(drill)
        with drill.step("build two versions of the package"):
            first, second = (
                packages.deb(BINARY, drill.folder, version, drill.folder / f"pynomaly_{version}.deb")
                for version in ("0.1.0-1", "0.1.0-2"))
            check_contents(first)
        with drill.step("the unit is well formed and hardened"):
            judge(drill)
        with drill.step("a machine with systemd"):
            containers.base(drill)
            machine = Machine(drill, containers)
        with drill.step("install: enabled, started, ready, by an account of its own"):
            machine.dpkg("--install", first)
            machine.check_running()
            machine.check_confined()
        with drill.step("upgrade: restarted, data and settings kept"):
            machine.run("sed", "-i", "s/8000/8001/", "/etc/pynomaly/pynomaly.env")
            before = machine.files()
            machine.dpkg("--install", second)
            machine.check_running(port=8001)
            assert before <= machine.files(), f"lost: {before - machine.files()}"
        with drill.step("a backup as the timer makes it; all data lost, and restored"):
            machine.lose_and_restore()
            machine.check_running(port=8001)
        with drill.step("remove: stopped, data and settings stay; purge: nothing stays"):
            machine.dpkg("--remove", "pynomaly")
            for unit in ("pynomaly", "pynomaly-backup.timer"):
                assert machine.state(unit) != "active", f"{unit} still runs"
            assert machine.exists("/etc/pynomaly/pynomaly.env") and machine.files()
            machine.dpkg("--purge", "pynomaly")
            # Not even then what may be needed to undo it.
            assert machine.exists("/var/lib/pynomaly-backups/*.age")
            machine.run("rm", "-r", "/var/lib/pynomaly-backups", "/var/lib/private/pynomaly-backups", "/etc/pynomaly")
            left = machine.run("find", "/etc", "/usr", "/var/lib", "/run", "-iname", "*pynomaly*").split()
            left = [path for path in left if "/var/lib/dpkg" not in path and "/proc" not in path]
            assert not left, f"left behind: {left}"


def check_binary(drill):
    """It says itself what it was built from, as scanners of images read it; where it was built so."""
    said = packages.dependencies(BINARY, drill.folder)
    if said is None:
        drill.not_run("what the binary says of itself", "it was not built by `cargo xtask package`")
        return
    with drill.step("the binary says what it was built from"):
        listed = {(one["name"], one["version"]) for one in json.loads(packages.SBOM.read_text())["components"]}
        runs = {(one["name"], one["version"]) for one in said if one.get("kind") != "build"} - {("pynomaly", packages.version())}
        assert runs <= listed, f"not in the list: {runs - listed}"
        drill.figure(f"{len(said)} crates")


def check_contents(package):
    """All plugins, the unit, the settings, and what it depends on."""
    listed = run("dpkg-deb", "--contents", package)
    plugins = {path.name for path in (ROOT / "target/plugins").glob("*.wasm")}
    assert plugins and all(name in listed for name in plugins), listed
    for path in ("./usr/bin/pynomaly", "system/pynomaly.service", "system/pynomaly-backup.service",
                 "system/pynomaly-backup.timer", "./etc/pynomaly/pynomaly.env",
                 "./usr/share/doc/pynomaly/pynomaly.cdx.json"):
        assert path in listed, f"{path} is missing:\n{listed}"
    fields = run("dpkg-deb", "--field", package)
    assert "libc6" in fields, fields
    for name in ("pynomaly", "backup"):
        assert re.search(rf"^-rw-------.*/{name}\.env$", listed, re.M), "settings that everybody may read"


def judge(drill):
    """By systemd-analyze, without starting it."""
    for name in ("pynomaly", "pynomaly-backup"):
        unit = drill.folder / f"{name}.service"
        text = (DEPLOY / f"deb/{unit.name}").read_text(encoding="utf-8")
        unit.write_text(text.replace("/usr/bin/pynomaly", "/bin/true"), encoding="utf-8")
        said = run("systemd-analyze", "verify", "--man=no", unit, check=False)
        wrong = [line for line in said.splitlines() if unit.name in line]
        assert not wrong, "\n".join(wrong)
        said = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit, check=False)
        exposure = float(re.search(rf"Overall exposure level for {unit.name}: ([\d.]+)", said)[1])
        assert exposure <= EXPOSURE_MAX, said
        drill.figure(f"{name}: exposure {exposure} of 10")


class Machine:
    """A container whose first process is systemd."""

    def __init__(self, drill, containers):
        self.podman, self.folder = containers.podman, drill.folder
        if not containers.has(IMAGE):
            context = drill.folder / "systemd"
            context.mkdir()
            (context / "Dockerfile").write_text(
                f"FROM {BASE}\nRUN apt-get update -qq && apt-get install -y -qq --no-install-recommends "
                "systemd systemd-sysv dbus curl ca-certificates && apt-get clean\n"
                "CMD [\"/lib/systemd/systemd\"]\n", encoding="utf-8")
            shutil.copy("/etc/resolv.conf", context)
            run("buildah", "bud", "--isolation", "chroot", "--network", "host", "--tag", IMAGE, context,
                env=containers.env)
        self.podman("rm", "--force", NAME, check=False)
        drill.ends.callback(self.podman, "rm", "--force", "--time", "2", NAME, check=False)
        self.podman("run", "--detach", "--name", NAME, "--systemd", "always", "--privileged",
                    "--network", "none", "--volume", f"{drill.folder}:/packages:ro", IMAGE)
        is_up = lambda: self.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded")
        try:
            wait_until("systemd is up", is_up, seconds=60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.podman('logs', NAME, check=False)}") from None

    def run(self, *command, check=True):
        """What a program in it says."""
        return self.podman("exec", NAME, *command, check=check)

    def dpkg(self, what, package):
        """With the settings that are there kept."""
        package = f"/packages/{package.name}" if hasattr(package, "name") else package
        self.run("dpkg", "--force-confold", what, package)

    def state(self, unit="pynomaly"):
        """active, failed, …"""
        return self.run("systemctl", "is-active", unit, check=False).strip()

    def exists(self, path):
        """Whether there is such a file."""
        return self.run("sh", "-c", f"test -e {path} && echo yes || true").strip() == "yes"

    def files(self):
        """What it has kept."""
        found = self.run("find", "/var/lib/private/pynomaly", "-maxdepth", "1", "-type", "f", check=False)
        return {path for path in found.split() if not path.endswith(("-wal", "-shm"))}

    def check_running(self, port=8000):
        """Started, enabled, ready, and a plugin compiled under the filter of system calls."""
        ask = lambda: self.run("curl", "-s", f"http://127.0.0.1:{port}/ready", check=False)
        try:
            answer = wait_until("ready", lambda: ask() if '"ready"' in ask() else None, seconds=60)
        except AssertionError as error:
            journal = self.run("journalctl", "-u", "pynomaly", "--no-pager", "-n", "40", check=False)
            raise AssertionError(f"{error}\n{journal}") from None
        plugins = len(list((ROOT / "target/plugins").glob("*.wasm")))
        is_all = lambda: json.loads(ask())["detectors"] > plugins
        wait_until(f"all plugins are compiled ({answer})", is_all, seconds=120)
        assert self.state() == "active"
        assert self.run("systemctl", "is-enabled", "pynomaly").strip() == "enabled"

    def lose_and_restore(self):
        """By the unit of the timer, and as docs/backup.md says for a machine with the package."""
        self.run("sh", "-euc", block("backup.md", "key", {}))
        self.run("sh", "-euc", block("backup.md", "timer", {}))
        self.run("systemctl", "start", "pynomaly-backup.service", check=False)
        journal = self.run("journalctl", "-u", "pynomaly-backup", "--no-pager", "-n", "40")
        assert self.exists("/var/lib/pynomaly-backups/*.age"), journal
        self.run("systemctl", "stop", "pynomaly")
        self.run("sh", "-c", "rm -r /var/lib/private/pynomaly/*")
        said = self.run("sh", "-euc", f"({block('backup.md', 'package', {})}) 2>&1", check=False)
        assert "restored pynomaly-" in said, said
        self.run("systemctl", "start", "pynomaly")

    def check_confined(self):
        """As the kernel sees it."""
        pid = self.run("systemctl", "show", "--property=MainPID", "--value", "pynomaly").strip()
        status = dict(line.split(":\t", 1) for line in self.run("cat", f"/proc/{pid}/status").splitlines())
        user = int(status["Uid"].split()[0])
        assert 61184 <= user <= 65519, f"not an account of its own: {user}"
        assert int(status["CapBnd"], 16) == 0 and status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
        mounts = self.run("cat", f"/proc/{pid}/mounts").splitlines()
        root = next(line for line in mounts if line.split()[1] == "/")
        assert root.split()[3].startswith("ro"), root
        limit = self.run("systemctl", "show", "--property=MemoryMax", "--value", "pynomaly").strip()
        assert int(limit) == 2 << 30, limit


if __name__ == "__main__":
    sys.exit(main())
