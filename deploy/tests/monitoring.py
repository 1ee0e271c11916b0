"""Monitoring, for real: every rule on its cases; then the server with all it stands on, real
exporters, Prometheus and Alertmanager. Every metric that a rule or a dashboard names is there;
then Postgres is stopped, the server killed, and the alerts arrive at a webhook."""

import json
import re
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lib import rules
from lib.api import Client
from lib.daemons import Postgres, Redis, Server
from lib.drill import DEPLOY, ROOT, Drill, wait_until
from lib.edge import Nginx, certificate
from lib.observed import Alertmanager, Exporter, Prometheus, Webhook
from lib.tools import apt, run

MONITORING = DEPLOY / "monitoring"
PACKAGES = (
    "prometheus", "prometheus-alertmanager", "prometheus-node-exporter",
    "prometheus-postgres-exporter", "prometheus-redis-exporter", "prometheus-nginx-exporter",
    "prometheus-blackbox-exporter", "postgresql-15", "redis-server", "nginx-light", "openssl",
)
#: What a container may use: the guide's 2 GiB and one processor.
MEMORY_LIMIT, CPU_PERIOD = 2 << 30, 100_000


def main():
    """The whole drill."""
    with Drill("monitoring") as drill:
        with drill.step("install what is missing"):
            apt(*PACKAGES)
        check_files(drill)
        with drill.step("start the server, what it stands on and what watches it"):
            site = Site(drill)
        with drill.step("everything that is to be watched is"):
            wait_until("all targets are up", lambda: not site.prometheus.down(), seconds=20)
            site.busy.start()
            # Two rates apart, so that every counter has moved.
            wait_until("the traffic is seen", site.is_warm, seconds=60)
        with drill.step("every metric of every rule is exported"):
            check_metrics(site)
        with drill.step("no panel of a dashboard is empty"):
            check_panels(drill, site)
        break_it(drill, site)


def check_files(drill):
    """What needs no server."""
    with drill.step("configuration, rules and dashboards are well formed"):
        run("promtool", "check", "config", MONITORING / "prometheus.yml")
        run("promtool", "check", "rules", "--lint=all", "--lint-fatal", *rules.RULES)
        run("amtool", "check-config", MONITORING / "alertmanager.yml")
        run("prometheus-blackbox-exporter", "--config.check",
            f"--config.file={MONITORING / 'blackbox.yml'}")
        run(sys.executable, MONITORING / "dashboards.py", "--check")
    with drill.step("every rule fires where it should and is silent where it should"):
        drill.figure(f"{rules.test(drill.folder)} cases")
    if drill.is_full:
        with drill.step("a threshold four times as high or as low would be noticed"):
            blunt = rules.blunt(drill.folder)
            assert not blunt, blunt


class Site:
    """The server, what it stands on, what watches it, and somebody who uses it."""

    def __init__(self, drill):
        self.postgres = Postgres(drill)
        self.postgres.sql("CREATE DATABASE pynomaly")
        self.standby = standby(drill, self.postgres)
        self.redis = Redis(drill)
        plugins = drill.folder / "plugins"
        plugins.mkdir()
        for name in ("plugins/knn.wasm", "plugins/hbos.wasm", "plugins-test/hostile.wasm"):
            path = ROOT / "target" / name
            (plugins / path.name).write_bytes(path.read_bytes())
        self.server = Server(drill, env={
            "DATABASE_URL": self.postgres.url(), "REDIS_URL": self.redis.url,
            "DATABASE_POOL_TIMEOUT": "1", "PYNOMALY_PLUGIN_DIR": str(plugins),
            "PYNOMALY_PLUGIN_FUEL_MAX": "100000000", "RATE_LIMIT_BURST": "100000", "RATE_LIMIT_REQUESTS": "100000",
        })
        self.postgres.sql((DEPLOY / "postgres/monitoring.sql").read_text(encoding="utf-8"), "pynomaly")
        self.nginx = Nginx(drill, [self.server.port])
        crt, key = certificate(drill.folder / "own")
        self.encrypted = Server(drill, "encrypted", env={
            "PYNOMALY_TLS_CERTIFICATE": str(crt), "PYNOMALY_TLS_KEY": str(key)})
        self.webhook = Webhook(drill)
        alertmanager = Alertmanager(drill, self.webhook)
        blackbox = Exporter(drill, "blackbox", [f"--config.file={MONITORING / 'blackbox.yml'}"])
        self.prometheus = Prometheus(
            drill, self.targets(drill), blackbox.address, alertmanager.port, self.encrypted.port)
        self.busy = Busy(drill, self.server)

    def targets(self, drill):
        """Starts the exporters; what is asked for each job."""
        where = self.postgres.url().replace("pynomaly@", "pynomaly_exporter@") + "?sslmode=disable"
        postgres = Exporter(drill, "postgres", [
            f"--extend.query-path={MONITORING / 'postgres_queries.yml'}"],
            env={"DATA_SOURCE_NAME": where})
        redis = Exporter(drill, "redis", [f"--redis.addr={self.redis.url}"])
        nginx = Exporter(drill, "nginx", [
            f"-nginx.scrape-uri=http://127.0.0.1:{self.nginx.status}/stub_status"])
        container = Container(drill, self.server)
        node = Exporter(drill, "node", [])
        return {
            "pynomaly-app": [f"127.0.0.1:{self.server.port}"],
            "pynomaly-ready": [f"{self.server.url}/ready"],
            "certificates": [f"127.0.0.1:{self.nginx.port}"],
            "postgres-exporter": [postgres.address], "redis-exporter": [redis.address],
            "nginx-exporter": [nginx.address], "node-exporter": [node.address],
            # Stands for cAdvisor, which Debian does not have; see Container.
            "cadvisor": [container.address],
        }

    def is_warm(self):
        """Whether two minutes' rates have something to go by."""
        return len(self.prometheus.query("rate(pynomaly_fuel_used_total[1m])")) >= 2 and \
            self.prometheus.query('increase(pynomaly_detections_total{outcome="cached"}[1m]) > 0')


def standby(drill, primary):
    """A copy that follows, so that there is a replication to watch."""
    folder = drill.folder / "standby"
    folder.mkdir()
    if primary.own:
        run("chown", primary.own, folder)
    primary.run_as("pg_basebackup", "-d", primary.url("postgres"), "-D", folder / "data", "-R",
                   "--checkpoint=fast", "--no-sync")
    return Postgres(drill, "standby", folder=folder)


class Container:
    """What cAdvisor would say of the server: the same names and labels, with the figures that the
    kernel has of its process, and the guide's limits. cAdvisor itself is in no Debian."""

    def __init__(self, drill, server):
        container = self

        class Handler(BaseHTTPRequestHandler):
            """Answers with the figures of now."""

            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(container.figures().encode())

            def log_message(self, *_):
                """Says nothing."""

        self.server = server
        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, daemon=True).start()
        drill.ends.callback(http.shutdown)

    def figures(self):
        """Nothing while the server is away."""
        try:
            memory, cpu = self.server.memory(), self.server.cpu()
        except (OSError, IndexError):
            return ""
        figures = {
            "container_memory_working_set_bytes": memory,
            "container_spec_memory_limit_bytes": MEMORY_LIMIT,
            "container_cpu_usage_seconds_total": cpu,
            "container_spec_cpu_quota": CPU_PERIOD, "container_spec_cpu_period": CPU_PERIOD,
        }
        labels = 'name="pynomaly",id="/system.slice/pynomaly"'
        return "".join(f"{name}{{{labels}}} {value}\n" for name, value in figures.items())


class Busy:
    """Somebody who does a little of everything, again and again."""

    def __init__(self, drill, server):
        self.client = Client(server.url, server.EMAIL, server.PASSWORD)
        self.server, self.ended, self.failed = server, threading.Event(), []
        drill.ends.callback(self.ended.set)
        self.model = None

    def start(self):
        """Two of them, so that a server that answers slowly still has much to answer."""
        body = {"data": [[float(i), float(i % 5)] for i in range(50)], "detector_type": "knn"}
        # A server is ready before the plugins of its folder have passed their tests.
        for name in ("knn", "hbos", "hostile"):
            path = f"/api/v1/detectors/{name}"
            wait_until(f"{name} serves", lambda: self.client.call("GET", path)[0] == 200, seconds=60)
        status, model = self.client.call("POST", "/api/v1/models", {"name": "watched", **body})
        assert status == 201, model
        self.model = model.get("id") or model["model_id"]
        for _ in range(2):
            threading.Thread(target=self.keep_on, daemon=True).start()

    def keep_on(self):
        """Until the drill ends."""
        while not self.ended.is_set():
            for one in (self.detect, self.log_in, self.administrate):
                try:
                    one()
                except Exception as error:  # the server is broken on purpose now and then
                    self.failed.append(error)
            self.ended.wait(0.5)

    def detect(self):
        """With every outcome."""
        call = self.client
        call.detect()
        call.detect("knn", seed=int(time.time()))
        call.detect("knn", seed=7)
        call.detect("hbos")
        call.detect("knn", parameters={"n_neighbors": -1})
        for mode in ("panic", "loop"):
            call.detect("hostile", parameters={"mode": mode})
        row = {"data": [[1.0, 2.0]]}
        call.call("POST", f"/api/v1/models/{self.model}/score", row)

    def log_in(self):
        """Well and badly."""
        login = {"email": self.server.EMAIL, "password": self.server.PASSWORD}
        _, session = self.client.call("POST", "/api/v1/auth/login", login)
        token = {"refresh_token": session["refresh_token"]}
        self.client.call("POST", "/api/v1/auth/refresh", token)
        self.client.call("GET", "/api/v1/auth/me")
        unknown = {"email": "nobody@example.com", "password": "wrong"}
        self.client.call("POST", "/api/v1/auth/login", unknown)

    def administrate(self):
        """Look, and refuse."""
        for path in ("/api/v1/admin/plugins", "/api/v1/admin/users", "/api/v1/api-keys"):
            self.client.call("GET", path)


def check_metrics(site):
    """A rule on a metric that nobody exports can never fire."""
    expressions = " ".join(rule["expr"] for rule in rules.all_rules())
    recorded = {rule["record"] for rule in rules.all_rules() if "record" in rule}
    words = re.findall(r"[a-z_]\w*:[\w:]+|\b(?:http|process|pynomaly|pg|redis|nginx|node|container|probe)_\w+", expressions)
    names = {word for word in words if word not in recorded} | {"up"}
    missing = lambda: [name for name in sorted(names) if not site.prometheus.query(f'{{__name__="{name}"}}')]
    try:
        wait_until("every metric is there", lambda: not missing(), seconds=10)
    except AssertionError:
        raise AssertionError(f"rules name what nobody exports: {missing()}") from None
    for group in site.prometheus.api("rules")["groups"]:
        for rule in group["rules"]:
            assert rule["health"] == "ok", f"{rule['name']}: {rule.get('lastError')}"
    empty = lambda: [name for name in sorted(recorded) if not site.prometheus.query(name)]
    try:
        wait_until("every rule records", lambda: not empty(), seconds=20)
    except AssertionError:
        raise AssertionError(f"rules that record nothing: {empty()}") from None


def check_panels(drill, site):
    """Every query of every dashboard draws something."""
    queries = []
    for path in sorted((MONITORING / "grafana/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            assert panel["type"] == "timeseries", f"{path.name}: {panel['title']}"
            for target in panel["targets"]:
                query = target["expr"].replace("$__rate_interval", "1m")
                queries.append((f"{path.stem}: {panel['title']}: {query}", query))
    empty = lambda: [words for words, query in queries if not site.prometheus.query(query)]
    try:
        # A rate takes two samples, and on a busy machine a scrape may fail.
        wait_until("every panel draws something", lambda: not empty(), seconds=30)
    except AssertionError:
        raise AssertionError("empty panels:\n" + "\n".join(empty())) from None
    drill.figure(f"{len(queries)} queries")


def break_it(drill, site):
    """Stops the database, then kills the server; the alerts arrive, rendered, and end again."""
    hook = site.webhook
    with drill.step("nothing that works is alarmed about"):
        wrong = site.prometheus.firing() & {"Pynomaly_HighErrorRate", "Pynomaly_NotReady",
            "Pynomaly_Down", "Pynomaly_DatabaseDown", "Pynomaly_RedisDown", "Pynomaly_EdgeDown",
            "Pynomaly_AvailabilityBurnFast", "Pynomaly_ScrapeFails"}
        assert not wrong, wrong
    with drill.step("Postgres stopped: the pager is told"):
        site.postgres.stop(signal.SIGQUIT)
        heard(drill, hook, "Pynomaly_NotReady", "pager")
        heard(drill, hook, "Pynomaly_DatabaseDown", "pager")
        heard(drill, hook, "Pynomaly_HighErrorRate", "pager")
    with drill.step("Postgres back: the pager is told that it is over"):
        site.postgres.start()
        wait_until("resolved", lambda: hook.heard("Pynomaly_NotReady", "resolved"), seconds=60)
    # Not of its faults: a plugin that is not called any more makes none.
    with drill.step("a plugin that traps: the team is told"):
        heard(drill, hook, "Pynomaly_PluginBreakerOpen", "team")
    with drill.step("the server killed: the pager is told"):
        site.server.kill()
        heard(drill, hook, "Pynomaly_Down", "pager")


def heard(drill, hook, name, receiver, seconds=60):
    """Waits for an alert, and looks at its words."""
    started = time.monotonic()
    to, alert = wait_until(f"{name} at the webhook", lambda: hook.heard(name), seconds=seconds)
    assert to == receiver, f"{name} went to {to}"
    for words in (words for about, words in alert["annotations"].items() if about != "runbook"):
        assert "<no value>" not in words and "error" not in words.split(":")[0].lower(), words
    drill.figure(f"{name} after {time.monotonic() - started:.1f} s: {alert['annotations']['description']}")


if __name__ == "__main__":
    main()
