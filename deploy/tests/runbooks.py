"""The runbooks: each alert has its page, and every command of every page is run, in its order, by a
shell, against a server with Postgres, its standby, Redis, Prometheus and Alertmanager. The database's leader is
killed for the page that says what to do then."""

import os
import re
import shlex
import sys

import yaml

from lib import runbooks
from lib.api import Client
from lib.daemons import INHERITED, Daemon, Postgres, Redis, Server, free_port, get
from lib.drill import BINARY, DEPLOY, ROOT, Drill, wait_until
from lib.observed import Alertmanager, Prometheus, Webhook
from lib.tools import apt, run

PACKAGES = ("curl", "jq", "openssl", "postgresql-15", "redis-server", "redis-tools", "procps",
            "prometheus", "prometheus-alertmanager")
#: One plugin that is replaced, and one that traps when it is asked to.
PLUGINS = ("plugins-test/twin_1.wasm", "plugins-test/twin_2.wasm", "plugins-test/hostile.wasm", "plugins/knn.wasm")
#: A server as systemd runs it: started anew with what the file of settings says now.
SUPERVISE = 'while :; do (set -a; . "$SETTINGS"; exec "$PROGRAM" serve); done'


def main():
    """The whole drill."""
    with Drill("runbooks") as drill:
        with drill.step("each alert has its page, each link its heading, each query its metric"):
            drill.figure(f"{runbooks.check_alerts()} alerts")
            runbooks.check_links()
            runbooks.check_queries()
        with drill.step("install what is missing"):
            apt(*PACKAGES)
        with drill.step("start a server, what it stands on and what watches it"):
            site = Site(drill)
        with drill.step("the commands of every alert's page"):
            runbooks.run_all(runbooks.alert_pages(), site.functions, site.environment)
        for page in runbooks.procedures():
            with drill.step(f"the commands of {page.name}"):
                getattr(site, page.stem.replace("-", "_"), site.run)(page)


class Site:
    """All that a site has, and its shell."""

    def __init__(self, drill):
        self.drill = drill
        self.postgres = Postgres(drill)
        self.postgres.sql("CREATE DATABASE pynomaly")
        self.standby = standby(drill, self.postgres)
        self.redis = Redis(drill)
        self.server = Supervised(drill, {"DATABASE_URL": self.postgres.url(), "REDIS_URL": self.redis.url})
        self.postgres.sql((DEPLOY / "postgres/monitoring.sql").read_text(encoding="utf-8"), "pynomaly")
        self.client = Client(self.server.url, Server.EMAIL, Server.PASSWORD)
        self.fill()
        alertmanager = Alertmanager(drill, Webhook(drill))
        jobs = yaml.safe_load((runbooks.MONITORING / "prometheus.yml").read_text())["scrape_configs"]
        targets = {job["job_name"]: [] for job in jobs}
        targets["pynomaly-app"] = [f"127.0.0.1:{self.server.port}"]
        prometheus = Prometheus(drill, targets, "127.0.0.1:9", alertmanager.port)
        wait_until("the server is watched", lambda: prometheus.query("up"))
        tools = drill.folder / "bin"
        tools.mkdir()
        (tools / "pynomaly").symlink_to(BINARY)
        self.environment = {
            **INHERITED, "PATH": f"{tools}:{os.environ['PATH']}", "PYNOMALY": self.server.url,
            "EMAIL": Server.EMAIL, "PASSWORD": Server.PASSWORD, "SETTINGS": str(self.server.settings),
            "PROMETHEUS": prometheus.url, "ALERTMANAGER": f"http://127.0.0.1:{alertmanager.port}",
            "PGHOST": "127.0.0.1", "PGPORT": str(self.postgres.port), "PGUSER": "pynomaly",
            "PGDATABASE": "pynomaly", "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.redis.port),
        }
        log, child = shlex.quote(str(self.server.log)), f"pgrep -P {self.server.process.pid}"
        self.functions = f"""
            logs() {{ cat {log}; }}
            restart() {{
                local before; before=$({child}); kill "$before"
                while kill -0 "$before" 2> /dev/null; do sleep 0.05; done
                for _ in $(seq 600); do curl -sf "$PYNOMALY/ready" > /dev/null && return; sleep 0.05; done
                return 1
            }}
        """

    def fill(self):
        """Somebody has used it: an upload that replaced another, detections, traps."""
        call = self.client.call
        for name in PLUGINS:
            status, said = call("POST", "/api/v1/admin/plugins", (ROOT / "target" / name).read_bytes(),
                                {"Content-Type": "application/wasm"})
            assert status in (200, 201), said
            found = call("GET", f"/api/v1/admin/plugins/{said['detector_type']}")[1]["items"]
            body = {"digest": said["digest"], "revision": max(it["revision"] for it in found)}
            status, said = call("POST", f"/api/v1/admin/plugins/{said['detector_type']}/promote", body)
            assert status == 200, said
        for detector in ("isolation_forest", "knn", "twin"):
            self.client.detect(detector)
        self.client.detect("hostile", parameters={"mode": "panic"})

    def run(self, page, **more):
        """The commands of a page."""
        return runbooks.run(page, self.functions, {**self.environment, **more})

    def plugin_incidents(self, page):
        """And what they have changed."""
        self.run(page, PLUGIN="twin")
        items = self.client.call("GET", "/api/v1/admin/plugins/twin")[1]["items"]
        states = {it["version"]: it["state"] for it in items}
        assert states == {"1.0.0": "active", "2.0.0": "retired"}, states

    def key_rotation(self, page):
        """And nothing is left of the first keys."""
        self.run(page)
        settings = self.server.settings.read_text(encoding="utf-8")
        assert Server.JWT_SECRET not in settings and "_PREVIOUS" not in settings, settings
        assert not re.search("^ENCRYPTION_KEY=.*,", settings, re.M), settings

    def failover(self, page):
        """With the leader gone, a standby to promote, and the servers pointed at it."""
        self.postgres.kill()
        port = self.standby.port
        text = self.server.settings.read_text(encoding="utf-8")
        # The commands of the leader are asked of the standby, which leads by the end.
        self.server.settings.write_text(text.replace(self.postgres.url(), self.standby.url()), encoding="utf-8")
        self.run(page, STANDBY_PORT=str(port), PGPORT=str(port))
        self.environment["PGPORT"] = str(port)
        assert self.standby.sql("SELECT pg_is_in_recovery()") == "f"


class Supervised(Daemon):
    """A server that comes back with the settings of its file whenever it ends."""

    def __init__(self, drill, settings):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = drill.folder / "pynomaly.env"
        given = {
            "PYNOMALY_LISTEN": f"127.0.0.1:{self.port}", "PYNOMALY_DATA_DIR": str(drill.folder / "data"),
            "PYNOMALY_ADMIN_EMAIL": Server.EMAIL, "PYNOMALY_ADMIN_PASSWORD": f"'{Server.PASSWORD}'",
            "JWT_SECRET": Server.JWT_SECRET, "ENCRYPTION_KEY": bytes(range(32)).hex(),
            "RATE_LIMIT_ENABLED": "false", "DATABASE_POOL_TIMEOUT": "1", "PYNOMALY_GATE": "off",
            # What is broken on purpose would not pass.
            "PYNOMALY_SELF_TEST": "false", **settings,
        }
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in given.items()), encoding="utf-8")
        is_ready = lambda: get(f"{self.url}/ready")[0] == 200
        environment = {"SETTINGS": str(self.settings), "PROGRAM": str(BINARY)}
        super().__init__(drill, "server", ["bash", "-c", SUPERVISE], is_ready, env=environment)


def standby(drill, primary):
    """A copy that follows, to be promoted."""
    folder = drill.folder / "standby"
    folder.mkdir()
    if primary.own:
        run("chown", primary.own, folder)
    primary.run_as("pg_basebackup", "-d", primary.url("postgres"), "-D", folder / "data", "-R",
                   "--checkpoint=fast", "--no-sync")
    return Postgres(drill, "standby", folder=folder)


if __name__ == "__main__":
    sys.exit(main())
