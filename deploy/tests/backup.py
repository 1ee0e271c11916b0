"""Backup and recovery, as `docs/backup.md` has them. A server is filled, backed up while it serves, and
everything destroyed; on empty machines the backup is restored, the audit log is whole, and replays of
a hundred detections agree bit for bit. Archives that cannot be restored touch nothing. Then Postgres
alone is brought back to the moment before a bad delete. In full with a million detections, and both
databases with archives both in a folder and in S3."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lib.api import Client
from lib.daemons import INHERITED, Postgres, Server, get
from lib.documented import block
from lib.drill import BINARY, ROOT, Drill, wait_until
from lib.filled import Filled, fill_postgres, fill_sqlite
from lib.moto import Moto
from lib.recovery import Archived
from lib.tools import apt, run

#: Seconds within which a million detections are to be served again.
RTO_MAX = 300
ENCRYPTION_KEY = "c0ffee" * 10 + "c0de"
REFUSED = 3


def main():
    """The whole drill."""
    with Drill("backup") as drill:
        with drill.step("install what is missing"):
            apt("postgresql-15", "postgresql-client-15", "age", "zstd")
            # The programs of its own version, whatever else is installed.
            os.environ["PATH"] = f"/usr/lib/postgresql/15/bin:{os.environ['PATH']}"
            INHERITED["PATH"] = os.environ["PATH"]
        with drill.step("start an emulated S3"):
            moto = Moto(drill)
        sites = [(Sqlite, None), (Database, moto)]
        if drill.is_full:
            sites += [(Sqlite, moto), (Database, None)]
        for kind, s3 in sites:
            lost_and_back(drill, kind(drill, s3))
        to_a_moment(drill)


def lost_and_back(drill, site):
    """From a server in use to nothing, and back."""
    count = 1_000_000 if drill.is_full else 2_000
    with drill.step(f"{site.name}: fill it with {count:,} detections and all else, and serve"):
        site.command("migrate")
        site.fill(count)
        server = site.serve()
        client = Client(server.url, server.EMAIL, server.PASSWORD)
        filled = Filled(client)
    with drill.step(f"{site.name}: back up while it serves"):
        site.run_block("key")
        stream = Stream(client)
        started = time.monotonic()
        promised = set(stream.acknowledged)
        site.run_block("create")
        seconds = time.monotonic() - started
        stream.stop()
        wait_until("the server knows", lambda: "seconds 0\n" not in metric(server, "timestamp_seconds"))
        size = float(metric(server, "size_bytes").split()[-1])
        wait_until("the webhook is told", lambda: any("Backup made" in it for it in site.hook.said))
        drill.figure(f"{size / 1e6:.1f} MB in {seconds:.1f} s with prune and verify; "
                     f"{len(stream.acknowledged)} detections meanwhile, {stream.failed} failed")
        assert stream.failed == 0
    with drill.step(f"{site.name}: destroy everything but the archives and their key"):
        server.kill()
        written = len(stream.acknowledged)
        site.destroy()
    with drill.step(f"{site.name}: what cannot be restored touches nothing"):
        site.refuse()
    with drill.step(f"{site.name}: restore on empty machines"):
        started = time.monotonic()
        said = site.run_block("restore")
        server = site.serve(restored=True)
        client = Client(server.url, server.EMAIL, server.PASSWORD)
        status, page = client.call("GET", "/api/v1/detections?limit=1")
        rto = time.monotonic() - started
        assert status == 200 and page["items"] and "none removed or edited" in said, (page, said)
        assert "ENCRYPTION_KEY" not in said, said
        assert rto <= RTO_MAX, f"{rto:.0f} s"
        there = {it for it in stream.acknowledged if client.call("GET", f"/api/v1/detections/{it}")[0] == 200}
        assert promised <= there, "acknowledged before the backup began, and gone"
        drill.figure(f"RTO {rto:.1f} s for {count:,} detections; RPO: nothing from before the backup began is lost; of "
                     f"{written} written while it ran, {len(there)} are there")
    with drill.step(f"{site.name}: replays agree"):
        drill.figure(f"{filled.is_back(client)} detections, bit for bit")
    with drill.step(f"{site.name}: nothing is replaced under a server, nor unasked"):
        said = site.command("restore", check=False)
        assert "a server runs" in said or "tables" in said, said
        assert "a server runs" in site.command("restore", "--replace", check=False)
        server.stop()
        # The archive has the sign of life of the server that was killed, which counts for ten seconds.
        wait_until("no server lives", lambda: "tables" in site.command("restore", check=False))
        site.command("restore", "--replace")
    site.part.ends.close()


def to_a_moment(drill):
    """A bad delete, and back to before it."""
    with drill.step("point in time: a base backup, then more detections"):
        postgres = Archived(drill)
        postgres.sql("CREATE DATABASE pynomaly")
        server = Server(drill, "archived-server", env={"DATABASE_URL": postgres.url(), "RATE_LIMIT_ENABLED": "false"})
        client = Client(server.url, server.EMAIL, server.PASSWORD)
        postgres.base_backup()
        wanted = [client.detect(seed=seed)[1]["detection_id"] for seed in range(20)]
        moment = postgres.moment()
    with drill.step("a bad delete, and its log archived"):
        time.sleep(1)
        postgres.sql("DELETE FROM detections", "pynomaly")
        assert client.call("GET", "/api/v1/detections")[1]["items"] == []
        last = postgres.sql("SELECT pg_walfile_name(pg_switch_wal())")
        wait_until("it is archived", (postgres.backups / "wal" / last).exists, seconds=60)
        server.kill()
    with drill.step(f"the cluster is gone; back to {moment}"):
        started = time.monotonic()
        postgres.recover(moment)
        server = Server(drill, "archived-server", env={"DATABASE_URL": postgres.url()})
        client = Client(server.url, server.EMAIL, server.PASSWORD)
        drill.figure(f"RTO {time.monotonic() - started:.1f} s; RPO: 30 s at most by archive_timeout, here 0 detections")
        assert all(client.call("GET", f"/api/v1/detections/{it}")[0] == 200 for it in wanted)
        said = run(BINARY, "audit", "verify", env={**INHERITED, "DATABASE_URL": postgres.url(),
                                                   "PYNOMALY_DATA_DIR": str(drill.folder / "archived-server-data")})
        assert "none removed or edited" in said, said


class Site:
    """A machine with a server, its archives, and whoever is told of them."""

    def __init__(self, drill, name, s3):
        self.name = f"{name}, {'S3' if s3 else 'folder'}"
        self.part = Part(drill, f"{name}-{'s3' if s3 else 'folder'}")
        self.folder, self.data = self.part.folder, self.part.folder / "server-data"
        (self.folder / "etc").mkdir()
        self.hook = Hook(self.part)
        bucket = f"backups-{name}"
        self.s3 = s3.bucket(bucket) if s3 else {}
        self.archives = f"s3://{bucket}/nightly" if s3 else self.folder / "backups"
        self.paths = {"/etc/pynomaly": self.folder / "etc", "/var/backups/pynomaly": self.archives,
                      "/var/lib/pynomaly": self.data}

    def env(self):
        """Settings of every command and of the server."""
        return {"ENCRYPTION_KEY": ENCRYPTION_KEY, "RATE_LIMIT_ENABLED": "false",
                "PYNOMALY_PLUGIN_DIR": str(self.folder / "plugins"), **self.database()}

    def command(self, *arguments, check=True, key="etc/backup.key"):
        """What a command says, also where it is refused."""
        env = {**INHERITED, **self.env(), **self.s3, "PYNOMALY_DATA_DIR": str(self.data),
               "JWT_SECRET": Server.JWT_SECRET, "PYNOMALY_BACKUP_TO": str(self.archives),
               "PYNOMALY_BACKUP_KEY_FILE": str(self.folder / key)}
        if not (self.folder / key).exists():
            del env["PYNOMALY_BACKUP_KEY_FILE"]
        done = subprocess.run([BINARY, *arguments], env=env, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode in ((0,) if check else (REFUSED,)), f"{arguments}: {done.returncode} {done.stdout}"
        return done.stdout

    def run_block(self, name):
        """A block of the page, as it stands."""
        programs = self.folder / "bin"
        if not programs.exists():
            programs.mkdir()
            (programs / "pynomaly").symlink_to(BINARY)
        env = {**INHERITED, **self.env(), **self.s3, "PYNOMALY_DATA_DIR": str(self.data),
               "JWT_SECRET": Server.JWT_SECRET, "PYNOMALY_BACKUP_WEBHOOK": self.hook.url,
               "PATH": f"{programs}:{INHERITED['PATH']}"}
        return run("bash", "-euc", block("backup.md", name, self.paths), env=env, cwd=self.folder)

    def serve(self, restored=False):
        """The server; after the loss without the folder of plugins: they are in the database."""
        plugins = self.folder / "plugins"
        plugins.mkdir(exist_ok=True)
        if not restored:
            for name in ("knn", "hbos"):
                shutil.copy(ROOT / f"target/plugins/{name}.wasm", plugins)
        server = Server(self.part, env=self.env())
        client = Client(server.url, server.EMAIL, server.PASSWORD)
        known = lambda: {"knn", "hbos"} <= {it["detector_type"] for it in client.call("GET", "/api/v1/detectors")[1]["items"]}
        wait_until("the plugins serve", known, seconds=60)
        return server

    def destroy(self):
        """The machine."""
        shutil.rmtree(self.data)
        shutil.rmtree(self.folder / "plugins")

    def refuse(self):
        """Another key; and in a folder, what is damaged, cut off or none of ours."""
        (self.folder / "etc/other.key").write_text(self.command("backup", "key"), encoding="utf-8")
        assert "another key" in self.command("restore", check=False, key="etc/other.key")
        assert self.is_empty()
        if self.s3:
            return
        archive = next(Path(self.archives).iterdir())
        whole = archive.read_bytes()
        middle = len(whole) // 2
        for bad in (whole[:-1], whole[:middle], whole[:middle] + b"?" + whole[middle + 1:], b"PGDMP" + bytes(9999)):
            archive.write_bytes(bad)
            said = self.command("restore", check=False)
            assert "damaged" in said or "no archive" in said, said
            assert self.is_empty()
            assert "none of the archives is good" in self.command("backup", "prune", check=False)
        archive.write_bytes(whole)
        self.run_block("by-hand")
        self.check_dump(self.folder / "database.dump")
        for path in ("database", "database.dump", "settings.json"):
            remove(self.folder / path)


class Sqlite(Site):
    """All of it in one folder."""

    def __init__(self, drill, s3):
        super().__init__(drill, "sqlite", s3)

    def database(self):
        """Nothing to say."""
        return {}

    def fill(self, count):
        """By one statement."""
        fill_sqlite(self.data / "pynomaly.db", count)

    def is_empty(self):
        """Whether there is still nothing."""
        return not self.data.exists()

    def check_dump(self, path):
        """It is SQLite's file."""
        assert path.read_bytes()[:15] == b"SQLite format 3"


class Database(Site):
    """With a cluster of its own."""

    def __init__(self, drill, s3):
        super().__init__(drill, "postgres", s3)
        self.postgres = Postgres(self.part)
        self.postgres.sql("CREATE DATABASE pynomaly")
        # Whoever watches has views of their own in there; they are in nobody's way.
        monitoring = (ROOT / "deploy/postgres/monitoring.sql").read_text(encoding="utf-8")
        self.postgres.sql(monitoring, "pynomaly")

    def database(self):
        """Where it is now."""
        return {"DATABASE_URL": self.postgres.url()}

    def fill(self, count):
        """By one statement."""
        fill_postgres(self.postgres, count)

    def destroy(self):
        """The cluster too; the next one is empty."""
        super().destroy()
        self.postgres.kill()
        shutil.rmtree(self.postgres.folder)
        self.postgres = Postgres(self.part)
        self.postgres.sql("CREATE DATABASE pynomaly")

    def is_empty(self):
        """Whether there is still nothing."""
        tables = self.postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "pynomaly")
        return tables == "0" and not self.data.exists()

    def check_dump(self, path):
        """pg_restore reads it."""
        assert "TABLE DATA public detections" in run("pg_restore", "--list", path)


class Part:
    """A folder of its own, and an end of its own, within a drill."""

    def __init__(self, drill, name):
        self.folder = drill.folder / name
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.ends = drill.ends.enter_context(type(drill.ends)())


class Hook:
    """Takes messages as Slack does."""

    def __init__(self, part):
        self.said = said = []

        class Handler(BaseHTTPRequestHandler):
            """Keeps what comes."""

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said.append(body["text"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        part.ends.callback(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_address[1]}/secret"


class Stream:
    """A caller who detects without a pause."""

    def __init__(self, client):
        self.client, self.acknowledged, self.failed = client, [], 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.keep_on, daemon=True)
        self.thread.start()
        wait_until("some are acknowledged", lambda: len(self.acknowledged) > 20)

    def keep_on(self):
        """Until it is stopped."""
        while not self.ended.is_set():
            status, answer = self.client.detect(rows=[[1.0, 2.0], [2.0, 1.0], [9.0, 9.0]])
            if status == 200:
                self.acknowledged.append(answer["detection_id"])
            else:
                self.failed += 1
            self.ended.wait(0.02)

    def stop(self):
        """Nobody asks any more."""
        self.ended.set()
        self.thread.join(timeout=30)


def metric(server, name):
    """The line of a metric of backups."""
    text = get(f"{server.url}/metrics")[1]
    return next(line + "\n" for line in text.splitlines() if line.startswith(f"pynomaly_backup_") and f"{name} " in line
                and not line.startswith("#"))


def remove(path):
    """A file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


if __name__ == "__main__":
    sys.exit(main())
