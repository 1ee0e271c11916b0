"""Servers on free ports of this machine's loopback, ended with their drill."""

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .drill import BINARY, wait_until
from .tools import run

#: Whom to believe is not what the drills ask.
LOOSE = ssl.create_default_context()
LOOSE.check_hostname = False
LOOSE.verify_mode = ssl.CERT_NONE
POSTGRES = Path("/usr/lib/postgresql/15/bin")
#: Nothing that would configure what is drilled.
INHERITED = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def free_port():
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether somebody does."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(url, timeout=10):
    """(status, text) of an answer; (0, reason) where there is none."""
    try:
        with urllib.request.urlopen(url, timeout=timeout, context=LOOSE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, ValueError) as error:
        return 0, str(error)


class Daemon:
    """A running program; its words are in a file of the drill's folder."""

    def __init__(self, drill, name, command, ready, env=None, user=None, cwd=None):
        self.name, self.command, self.ready = name, [str(part) for part in command], ready
        self.env, self.user, self.cwd = {**INHERITED, **(env or {})}, user, cwd
        self.log = drill.folder / f"{name}.log"
        self.process = None
        drill.ends.callback(self.kill)
        self.start()

    def start(self):
        """Starts it (again) and waits until it is ready."""
        account = {}
        if self.user and os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with self.log.open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, **account,
            )
        try:
            wait_until(f"{self.name} is ready", self._is_ready, seconds=60, pause=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.said()[-4000:]}") from None

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}")
        return self.ready()

    def said(self):
        """Its words so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, how=signal.SIGTERM, seconds=60):
        """Asks it to end, and waits until it has; its status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=seconds)
        return self.process.returncode

    def kill(self):
        """Ends it and its children at once."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Postgres(Daemon):
    """A cluster of its own, with the extension of query statistics."""

    def __init__(self, drill, name="postgres", settings=(), folder=None):
        self.port = free_port()
        self.folder = folder or drill.folder / name
        self.own = "postgres" if os.geteuid() == 0 else None
        if folder is None:
            self.initialise()
        options = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
            "shared_preload_libraries": "pg_stat_statements", "fsync": "off",
            **dict(settings),
        }
        command = [POSTGRES / "postgres", "-D", self.folder / "data"]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        super().__init__(drill, name, command, self.answers, user=self.own)

    def initialise(self):
        """Makes the cluster."""
        self.folder.mkdir(parents=True)
        if self.own:
            shutil.chown(self.folder, self.own, self.own)
        self.run_as("initdb", "-D", self.folder / "data", "-U", "pynomaly", "--no-sync", "-A", "trust")

    def run_as(self, program, *arguments):
        """One of Postgres' own programs, as who owns the cluster."""
        account = {"user": "postgres", "group": "postgres", "extra_groups": []} if self.own else {}
        return run(POSTGRES / program, *arguments, cwd="/", **account)

    def answers(self):
        """Whether it serves."""
        ask = [POSTGRES / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, capture_output=True, check=False).returncode == 0

    def sql(self, text, database="postgres"):
        """What a query answers, as bare text."""
        return run(POSTGRES / "psql", self.url(database), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                   "-c", text).strip()

    def url(self, database="pynomaly", port=None):
        """Where the database is."""
        return f"postgres://pynomaly@127.0.0.1:{port or self.port}/{database}"


class Redis(Daemon):
    """In memory alone."""

    def __init__(self, drill, *options):
        self.port = free_port()
        command = ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                   "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", *options]
        super().__init__(drill, "redis", command, lambda: listens(self.port), cwd=drill.folder)
        self.url = f"redis://127.0.0.1:{self.port}/0"


class Server(Daemon):
    """The server of this repository."""

    EMAIL = "admin@example.com"
    PASSWORD = "correct horse battery staple"
    JWT_SECRET = "c0c5f7a1b2d3948576e8f90a1b2c3d4e5f60718293a4b5c6"

    def __init__(self, drill, name="server", env=None, port=None):
        self.port = port or free_port()
        scheme = "https" if "PYNOMALY_TLS_CERTIFICATE" in (env or {}) else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        environment = {
            "PYNOMALY_LISTEN": f"127.0.0.1:{self.port}",
            "PYNOMALY_DATA_DIR": str(drill.folder / f"{name}-data"),
            "PYNOMALY_ADMIN_EMAIL": self.EMAIL, "PYNOMALY_ADMIN_PASSWORD": self.PASSWORD,
            "JWT_SECRET": self.JWT_SECRET, **(env or {}),
        }
        is_ready = lambda: get(f"{self.url}/ready")[0] == 200
        super().__init__(drill, name, [BINARY, "serve"], is_ready, env=environment)

    def memory(self):
        """Bytes that it holds now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * 4096

    def cpu(self):
        """Seconds of processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pause(seconds):
    """Lets time pass where there is nothing to wait for."""
    time.sleep(seconds)
