"""Prometheus, Alertmanager and exporters as `deploy/monitoring/` has them, in a hurry: scraped
every two seconds, alerts after two, all on ports of this machine."""

import json
import re
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

from .daemons import Daemon, free_port, get
from .rules import MONITORING, RULES


class Exporter(Daemon):
    """One of Debian's exporters."""

    def __init__(self, drill, kind, arguments, env=None, path="/metrics"):
        self.port = free_port()
        address = "-web.listen-address" if kind == "nginx" else "--web.listen-address"
        command = [f"prometheus-{kind}-exporter", f"{address}=127.0.0.1:{self.port}", *arguments]
        is_ready = lambda: get(f"http://127.0.0.1:{self.port}{path}")[0] == 200
        super().__init__(drill, f"{kind}-exporter", command, is_ready, env=env)
        self.address = f"127.0.0.1:{self.port}"


class Webhook:
    """Where the alerts arrive."""

    def __init__(self, drill):
        self.alerts = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            """Keeps what comes."""

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver = self.path.strip("/")
                hook.alerts += [(receiver, alert) for alert in json.loads(body)["alerts"]]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        drill.ends.callback(self.server.shutdown)

    def heard(self, name, status="firing"):
        """The first word of an alert: (receiver, alert)."""
        found = (it for it in self.alerts
                 if it[1]["labels"]["alertname"] == name and it[1]["status"] == status)
        return next(found, None)


class Alertmanager(Daemon):
    """Who tells whom, without its patience."""

    def __init__(self, drill, webhook):
        self.port = free_port()
        text = (MONITORING / "alertmanager.yml").read_text(encoding="utf-8")
        text = text.replace("http://alert-bridge:9094", f"http://127.0.0.1:{webhook.port}")
        text = re.sub(r"(group_wait|group_interval): \w+", r"\1: 1s", text)
        file = drill.folder / "alertmanager.yml"
        file.write_text(text, encoding="utf-8")
        command = ["prometheus-alertmanager", f"--config.file={file}", "--cluster.listen-address=",
                   f"--storage.path={drill.folder / 'alertmanager'}",
                   f"--web.listen-address=127.0.0.1:{self.port}"]
        is_ready = lambda: get(f"http://127.0.0.1:{self.port}/-/ready")[0] == 200
        super().__init__(drill, "alertmanager", command, is_ready)


class Prometheus(Daemon):
    """The committed configuration; `targets` are the addresses of each job here."""

    def __init__(self, drill, targets, blackbox, alertmanager, encrypted=None):
        self.port = free_port()
        configuration = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))
        # Two seconds, because the Postgres exporter takes one to say that there is no Postgres.
        configuration["global"] = {"scrape_interval": "2s", "evaluation_interval": "1s"}
        manager = configuration["alerting"]["alertmanagers"][0]["static_configs"][0]
        manager["targets"] = [f"127.0.0.1:{alertmanager}"]
        jobs = {job["job_name"] for job in configuration["scrape_configs"]}
        assert jobs == set(targets), f"jobs without targets here: {jobs ^ set(targets)}"
        for job in configuration["scrape_configs"]:
            job.pop("dns_sd_configs", None)
            job["static_configs"] = [{"targets": targets[job["job_name"]]}]
            for step in job.get("relabel_configs", []):
                if step.get("target_label") == "__address__":
                    step["replacement"] = blackbox
        # A replica that speaks TLS itself, under a name of its own: it stays when the other goes.
        if encrypted:
            configuration["scrape_configs"].append({
                "job_name": "pynomaly-encrypted", "scheme": "https",
                "tls_config": {"insecure_skip_verify": True},
                "static_configs": [{"targets": [f"127.0.0.1:{encrypted}"]}]})
        folder = drill.folder / "prometheus"
        (folder / "rules").mkdir(parents=True)
        for path in RULES:
            text = re.sub(r"\bfor: \w+", "for: 2s", path.read_text(encoding="utf-8"))
            (folder / "rules" / path.name).write_text(text, encoding="utf-8")
        file = folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(configuration), encoding="utf-8")
        command = ["prometheus", f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}",
                   f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        is_ready = lambda: get(f"{self.url}/-/ready")[0] == 200
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(drill, "prometheus", command, is_ready)

    def api(self, path, **parameters):
        """What it answers; an error of a query is an error here."""
        words = urllib.parse.urlencode(parameters)
        status, text = get(f"{self.url}/api/v1/{path}?{words}")
        assert status == 200, f"{path} {parameters}: {status} {text}"
        return json.loads(text)["data"]

    def query(self, expression):
        """The samples of an expression that are numbers."""
        found = self.api("query", query=expression)["result"]
        return [it for it in found if it["value"][1] != "NaN"]

    def down(self):
        """Targets that cannot be asked, with the reason."""
        targets = self.api("targets")["activeTargets"]
        return [(it["labels"]["job"], it["lastError"]) for it in targets if it["health"] != "up"]

    def firing(self):
        """Names of the alerts that fire now."""
        alerts = self.api("alerts")["alerts"]
        return {it["labels"]["alertname"] for it in alerts if it["state"] == "firing"}
