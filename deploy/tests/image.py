"""The image: built with buildah by the committed Dockerfile, and run with podman as Kubernetes'
Deployment says: user 1000, read-only root, no capabilities, 2 GiB. The migration job as well."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from lib.api import Client
from lib.containers import IMAGE, Containers
from lib.daemons import Postgres, Redis, Server, free_port, get
from lib.drill import BINARY, DEPLOY, ROOT, Drill, wait_until
from lib.tools import apt, run, where

POD, CONTAINER = "pynomaly", "pynomaly-pynomaly"


def main():
    """The whole drill."""
    with Drill("image") as drill:
        with drill.step("install what is missing"):
            apt("postgresql-15", "redis-server", "openssl")
            containers = Containers(drill)
        check_compose(drill)
        with drill.step("a base system"):
            containers.base(drill)
        with drill.step("build the image by the Dockerfile"):
            containers.build(drill, BINARY, sorted((ROOT / "target/plugins").glob("*.wasm")))
            check_image(drill, containers)
        drill.not_run("the Dockerfile's stage that compiles", "no image with a compiler is at hand")
        site = Site(drill, containers)
        with drill.step("the migration job brings an empty database up to date"):
            site.migrate()
        with drill.step("the nightly job makes a backup, and prunes"):
            site.back_up(drill)
        with drill.step("the pod starts and is ready"):
            site.play()
        with drill.step("it runs as user 1000, on a read-only root, without capabilities, in 2 GiB"):
            site.check_process()
        with drill.step("a signed plugin is uploaded, compiled and run inside"):
            site.detect(drill)
        with drill.step("the image's own health check says healthy, and unhealthy when it is not"):
            site.check_health()
        with drill.step("stopped, it ends what runs and exits with 0"):
            site.stop()


def check_image(drill, containers):
    """What the image says of itself."""
    image = json.loads(containers.podman("inspect", IMAGE))[0]
    config = image["Config"]
    assert config["User"] == "1000:1000", config["User"]
    assert config["Entrypoint"] == ["pynomaly"] and config["Cmd"] == ["serve"]
    assert image["Healthcheck"]["Test"], "no health check"
    secrets = [it for it in config["Env"] if re.search("SECRET|PASSWORD|KEY", it)]
    assert not secrets, f"secrets in the image: {secrets}"
    drill.figure(f"{image['Size'] / 1e6:.0f} MB")


def check_compose(drill):
    """The Compose file names only files, settings and services that there are."""
    with drill.step("the Compose file: files, settings, targets of Prometheus"):
        folder = DEPLOY / "compose"
        compose = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))
        services = compose["services"]
        mounts = [volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])]
        for path in (mount for mount in mounts if mount.startswith("..")):
            assert (folder / path).exists(), f"compose.yaml mounts {path}, which is not there"
        settings = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(), re.M))
        given = set(services["pynomaly"]["environment"])
        assert given <= settings, f"no such setting: {given - settings}"
        unpinned = [one["image"] for name, one in services.items()
                    if name != "pynomaly" and (":" not in one["image"] or one["image"].endswith("latest"))]
        assert not unpinned, unpinned
        bundled = {path.stem for path in (ROOT / "target/plugins").glob("*.wasm")}
        unsigned = set(services["pynomaly"]["environment"]["PYNOMALY_UNSIGNED_PLUGINS"].split(","))
        assert unsigned == bundled, f"compose.yaml: {unsigned ^ bundled}"
        text = (DEPLOY / "monitoring/prometheus.yml").read_text(encoding="utf-8")
        hosts = set(re.findall(r'"(?:http://)?([a-z-]+):\d+', text)) | {"pynomaly"}
        assert hosts <= set(services), f"Prometheus asks hosts that Compose has not: {hosts - set(services)}"
        wanted = set(re.findall(r"\$\{(\w+):\?\}", (folder / "compose.yaml").read_text()))
        offered = set(re.findall(r"^(\w+)=", (folder / ".env.example").read_text(), re.M))
        assert wanted == offered, f".env.example: {wanted ^ offered}"
    drill.not_run("the Compose file as a whole", "its other images are in registries alone")


class Site:
    """The pod and what it stands on."""

    def __init__(self, drill, containers):
        self.drill, self.containers = drill, containers
        self.postgres = Postgres(drill)
        self.postgres.sql("CREATE DATABASE pynomaly")
        self.redis = Redis(drill)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.secrets = {
            "DATABASE_URL": self.postgres.url(), "REDIS_URL": self.redis.url,
            "JWT_SECRET": Server.JWT_SECRET, "ENCRYPTION_KEY": bytes(range(32)).hex(),
            "PYNOMALY_ADMIN_EMAIL": Server.EMAIL, "PYNOMALY_ADMIN_PASSWORD": Server.PASSWORD,
        }
        drill.ends.callback(self.containers.podman, "pod", "rm", "--force", POD, check=False)

    def manifests(self, folder):
        """As Kubernetes gets them, on this machine's own network and port."""
        if where("kubectl"):
            found = list(yaml.safe_load_all(run("kubectl", "kustomize", DEPLOY / "kubernetes" / folder)))
        else:
            self.drill.not_run("the overlay", "there is no kubectl; the base's files instead")
            base = DEPLOY / "kubernetes/base"
            found = [yaml.safe_load((base / "deployment.yaml").read_text(encoding="utf-8"))]
            pairs = dict(line.split("=", 1) for line in (base / "config.env").read_text().splitlines())
            found.append({"apiVersion": "v1", "kind": "ConfigMap", "data": pairs,
                          "metadata": {"name": "pynomaly-config"}})
        return found

    def migrate(self):
        """podman plays no jobs: its one container with the same image, arguments and bounds."""
        if where("kubectl"):
            job = next(one for one in self.manifests("migration") if one["kind"] == "Job")
        else:
            job = yaml.safe_load((DEPLOY / "kubernetes/migration/job.yaml").read_text())
        said = self.run_once(job["spec"]["template"]["spec"]["containers"][0], self.secrets)
        assert "schema" in said, said
        tables = self.postgres.sql("SELECT count(*) FROM _sqlx_migrations WHERE success", "pynomaly")
        files = len(list((ROOT / "migrations/postgres").glob("*.sql")))
        assert int(tables) == files, f"{tables} of {files} migrations"

    def run_once(self, container, given, *options):
        """A container of a job, with its image, arguments, environment and bounds; what it says."""
        given = {it["name"]: it["value"] for it in container["env"]} | given
        environment = [part for key, value in given.items() for part in ("--env", f"{key}={value}")]
        return self.containers.podman(
            "run", "--rm", "--network", "host", "--read-only", "--cap-drop", "all",
            "--security-opt", "no-new-privileges", "--user", "1000:1000", "--memory", "512m",
            "--volume", "/var/lib/pynomaly", *options, *environment, IMAGE, *container["args"])

    def back_up(self, drill):
        """Both containers of the job, to a folder: the image has what a backup of Postgres takes."""
        job = yaml.safe_load((DEPLOY / "kubernetes/backup/cronjob.yaml").read_text())
        spec = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        folder = drill.folder / "backups"
        folder.mkdir()
        os.chown(folder, 1000, 1000)
        key = run(BINARY, "backup", "key").splitlines()[1]
        given = {**self.secrets, "PYNOMALY_BACKUP_KEY": key, "PYNOMALY_BACKUP_TO": "/backups"}
        for container, word in ((spec["initContainers"][0], ".age: "), (spec["containers"][0], "good: ")):
            said = self.run_once(container, given, "--volume", f"{folder}:/backups")
            assert word in said, said

    def play(self):
        """The Deployment of the production overlay. Probes are asked from here: podman would want a
        client inside the container for them."""
        self.hide()
        kinds = ("ConfigMap", "Deployment")
        manifests = [one for one in self.manifests("overlays/production") if one["kind"] in kinds]
        for one in manifests:
            one["metadata"].pop("namespace", None)
            if one["kind"] == "ConfigMap":
                one["data"]["PYNOMALY_LISTEN"] = f"127.0.0.1:{self.port}"
            if one["kind"] == "Deployment":
                spec = one["spec"]["template"]["spec"]
                one["spec"]["replicas"] = 1
                spec["hostNetwork"] = True
                container = spec["containers"][0]
                container["image"], container["imagePullPolicy"] = IMAGE, "Never"
                for field in ("startupProbe", "livenessProbe", "readinessProbe", "ports"):
                    container.pop(field)
        file = self.drill.folder / "pod.yaml"
        file.write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
        self.drill.ends.callback(
            self.containers.podman, "kube", "down", file, check=False)
        self.containers.podman("play", "kube", file)
        self.container = next(name for name in self.containers.podman(
            "ps", "--format", "{{.Names}}").split() if name.endswith("-pynomaly"))
        try:
            wait_until("the pod is ready", lambda: get(f"{self.url}/ready")[0] == 200, seconds=60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.containers.podman('logs', self.container)}") from None

    def hide(self):
        """The secret that the cluster's operator would make, in the shape that podman reads."""
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in self.secrets.items()}
        file = self.drill.folder / "secret.json"
        file.write_text(json.dumps(encoded), encoding="utf-8")
        name = "pynomaly-secrets"
        self.containers.podman("secret", "rm", name, check=False)
        self.containers.podman("secret", "create", name, file)
        self.drill.ends.callback(self.containers.podman, "secret", "rm", name, check=False)

    def inspect(self, path):
        """A field of the container."""
        return self.containers.podman("inspect", "--format", path, self.container).strip()

    def check_process(self):
        """As the kernel sees it, not as it was asked for."""
        pid = self.inspect("{{.State.Pid}}")
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        assert status["Uid"].split() == ["1000"] * 4, status["Uid"]
        assert all(int(status[name], 16) == 0 for name in ("CapEff", "CapPrm", "CapBnd")), status["CapBnd"]
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status["Seccomp"]
        root = next(line for line in Path(f"/proc/{pid}/mounts").read_text().splitlines()
                    if line.split()[1] == "/")
        assert root.split()[3].startswith("ro,"), root
        write = self.containers.podman("exec", self.container, "bash", "-c", "echo x > /usr/x || echo refused")
        assert "refused" in write, write
        assert memory_limit(pid) == 2 << 30, memory_limit(pid)

    def detect(self, drill):
        """The compiler of plugins works under the pod's bounds."""
        client = Client(self.url, Server.EMAIL, Server.PASSWORD)
        key = drill.folder / "key.pem"
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key)
        plugin = drill.folder / "knn.wasm"
        plugin.write_bytes((ROOT / "target/plugins/knn.wasm").read_bytes())
        said = run(BINARY, "plugin", "sign", plugin, "--key", key)
        signature = re.search(r"PYNOMALY-Signature: (.+)", said)[1]
        trusted = {"public_key": re.search(r"public key: (\S+)", said)[1], "owner": "drill", "scope": ["knn"]}
        status, answer = client.call("POST", "/api/v1/admin/plugin-keys", trusted)
        assert status == 201, answer
        headers = {"Content-Type": "application/wasm"}
        path = "/api/v1/admin/plugins"
        status, answer = client.call("POST", path, plugin.read_bytes(), headers)
        assert status != 201, "a plugin without a signature was taken"
        headers["PYNOMALY-Signature"] = signature
        status, answer = client.call("POST", path, plugin.read_bytes(), headers)
        assert status == 201, answer
        promotion = {"version": answer["version"], "revision": answer["revision"]}
        status, answer = client.call("POST", f"{path}/knn/promote", promotion)
        assert status == 200, answer
        status, answer = client.detect("knn")
        assert status == 200 and answer["summary"]["anomalies"] > 0, answer

    def check_health(self):
        """Podman asks as Docker would."""
        def ask():
            command = ["podman", "exec", self.container, *test[1:]]
            return subprocess.run(command, env=self.containers.env, capture_output=True, check=False)
        test = json.loads(self.containers.podman("inspect", IMAGE))[0]["Healthcheck"]["Test"]
        assert ask().returncode == 0, ask().stderr
        test += ["--url", f"{self.url}/nothing"]
        assert ask().returncode != 0, "a health check that is never unhappy"

    def stop(self):
        """As Kubernetes does: SIGTERM and patience."""
        self.containers.podman("stop", "--time", "60", self.container)
        assert self.inspect("{{.State.ExitCode}}") == "0", self.inspect("{{.State.ExitCode}}")


def memory_limit(pid):
    """Bytes, by either kind of control groups."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if "memory" in controllers.split(","):
            return int(Path(f"/sys/fs/cgroup/memory{path}/memory.limit_in_bytes").read_text())
    return int(Path(f"/sys/fs/cgroup{path}/memory.max").read_text())


if __name__ == "__main__":
    sys.exit(main())
