"""The workflows of continuous integration: held against their schema, against each other, and against
what they start; their shell blocks by shellcheck; and the scripts of the roll-out, run."""

import os
import re
import subprocess
import sys

import yaml

from lib.daemons import Daemon, free_port, get
from lib.drill import DEPLOY, ROOT, Drill, wait_until
from lib.scans import tool
from lib.tools import apt, run, venv, where

FOLDER = ROOT / ".github"
IMAGE = "registry.example.com/pynomaly@sha256:" + "0" * 64
OVERLAYS = ("overlays/staging", "overlays/canary", "overlays/production", "migration")


def main():
    """The whole drill."""
    with Drill("workflows") as drill:
        workflows = sorted((FOLDER / "workflows").glob("*.yml"))
        actions = sorted((FOLDER / "actions").glob("*/action.yml"))
        with drill.step("hold them against their schemas"):
            check = venv("workflows", "check-jsonschema==0.38.*") / "check-jsonschema"
            run(check, "--builtin-schema", "vendor.github-workflows", *workflows)
            run(check, "--builtin-schema", "vendor.github-actions", *actions)
        if where("actionlint"):
            with drill.step("actionlint"):
                run("actionlint", *workflows)
        else:
            drill.not_run("actionlint", "it is not on this machine")
        with drill.step("what they use is pinned, what they may do is said, what they start is there"):
            for path in workflows:
                check_workflow(path)
            for path in actions:
                check_steps(path, yaml.safe_load(path.read_text(encoding="utf-8"))["runs"]["steps"])
        with drill.step("their shell blocks"):
            drill.figure(f"{shell(drill, [*workflows, *actions])} blocks")
        with drill.step("the scripts of the roll-out"):
            check_apply(drill)
            check_watch(drill)


def check_workflow(path):
    """Its jobs."""
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}, f"{path.name}: its token may do more than read"
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job, f"{path.name}: {name} may run for ever"
        may = job.get("permissions", {})
        is_publish = may == {"contents": "write"} and name == "publish"
        assert not may or is_publish, f"{path.name}: {name} may {may}"
        check_steps(path, job["steps"])
    if path.name == "test.yml":
        commands = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
        assert commands[-1] == ".ci/run" and len(commands) == 2, f"more than .ci/run is a test: {commands}"


def check_steps(path, steps):
    """Actions by their digest; commands and files that there are; nothing of strangers in a shell."""
    commands = set(re.findall(r"^    (\w+)[ ,{]", (ROOT / "xtask/src/main.rs").read_text(), re.M))
    for step in steps:
        uses, script = step.get("uses", "./"), step.get("run", "")
        is_pinned = re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses)
        assert is_pinned or (uses.startswith("./") and (ROOT / uses).exists()), f"{path.name}: {uses}"
        assert "${{" not in script, f"{path.name}: what others write becomes code: {script}"
        for command in re.findall(r"cargo xtask (\w+)", script):
            assert command.capitalize() in commands, f"{path.name}: no such command: {command}"
        for file in re.findall(r"(?:^|[\s\"])((?:deploy|\.ci)/[\w./-]+)", script):
            assert (ROOT / file).exists(), f"{path.name}: {file} is not there"


def shell(drill, paths):
    """Every `run`, by shellcheck; how many there are."""
    scripts = []
    for path in paths:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        jobs = content["jobs"].values() if "jobs" in content else [content["runs"]]
        scripts += [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    files = []
    for number, script in enumerate(scripts):
        file = drill.folder / f"{number}.sh"
        file.write_text(f"#!/bin/bash\nset -e\n{script}", encoding="utf-8")
        files.append(file)
    run(tool("shellcheck"), *files, *sorted((DEPLOY / "kubernetes").glob("*.sh")))
    return len(files)


def check_apply(drill):
    """Every overlay with the image by its digest; a tag is refused."""
    script = DEPLOY / "kubernetes/apply.sh"
    dry = {**os.environ, "DRY_RUN": "1"}
    refused = subprocess.run([script, OVERLAYS[0], "registry.example.com/pynomaly:1"], env=dry, check=False,
                             capture_output=True)
    assert refused.returncode == 2, refused
    if where("kubectl") is None:
        drill.not_run("apply.sh", "there is no kubectl")
        return
    for overlay in OVERLAYS:
        manifests = yaml.safe_load_all(run(script, overlay, IMAGE, env=dry))
        pods = [one["spec"]["template"]["spec"] for one in manifests if one["kind"] in ("Deployment", "Job")]
        assert pods and all(pod["containers"][0]["image"] == IMAGE for pod in pods), overlay


def check_watch(drill):
    """With a Prometheus that nobody answers for, one that is content, and one with an alert."""
    def watch(port):
        env = {**os.environ, "PROMETHEUS": f"http://127.0.0.1:{port}"}
        done = subprocess.run([DEPLOY / "kubernetes/watch.sh", "0"], env=env, check=False, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert watch(free_port())[0] == 1
    apt("prometheus")
    content, worried = (Prometheus(drill, service) for service in ("edge", "pynomaly"))
    for one in (content, worried):
        fires = f"http://127.0.0.1:{one.port}/api/v1/query?query=ALERTS"
        wait_until("an alert fires", lambda: '"firing"' in get(fires)[1])
    assert watch(content.port)[0] == 0, "an alert that a roll-out does not cause"
    status, said = watch(worried.port)
    assert status == 1 and "Pynomaly_Drill" in said, said


class Prometheus(Daemon):
    """One with a single alert, of this service, which fires."""

    def __init__(self, drill, service):
        self.port = free_port()
        folder = drill.folder / service
        folder.mkdir()
        alert = {"alert": "Pynomaly_Drill", "expr": "vector(1)", "labels": {"service": service}}
        rules = {"groups": [{"name": "drill", "rules": [alert]}]}
        (folder / "rules.yml").write_text(yaml.safe_dump(rules), encoding="utf-8")
        settings = {"global": {"evaluation_interval": "1s"}, "rule_files": [str(folder / "rules.yml")]}
        (folder / "prometheus.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        command = ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
                   f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"]
        super().__init__(drill, f"prometheus-{service}", command,
                         lambda: get(f"http://127.0.0.1:{self.port}/-/ready")[0] == 200)


if __name__ == "__main__":
    sys.exit(main())
