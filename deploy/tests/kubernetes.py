"""Kubernetes, as far as it goes without a control plane: every overlay rendered, held against the
schemas of three versions, against the server's own routes and settings, and scanned."""

import json
import re
import sys

import yaml

from lib import policy
from lib.drill import DEPLOY, ROOT, Drill
from lib.tools import run, venv, where

KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = ("overlays/production", "overlays/staging", "overlays/canary", "migration",
            "backup")
#: What is there already when another overlay is applied.
STANDS_ON = {"overlays/canary": "overlays/production"}
VERSIONS = ("1.35", "1.36", "1.37")
#: Kinds of operators, whose schemas are not among Kubernetes' own.
FOREIGN = {"ExternalSecret", "ServiceMonitor"}


def main():
    """The whole drill."""
    with Drill("kubernetes") as drill:
        if where("kubectl") is None:
            drill.not_run("rendering of the overlays", "there is no kubectl; only the base's files")
            rendered = {"base": raw()}
        else:
            with drill.step("render the overlays"):
                rendered = {name: render(drill, name) for name in OVERLAYS}
        with drill.step(f"hold them against the schemas of {', '.join(VERSIONS)}"):
            for name, manifests in rendered.items():
                validate(drill, name, manifests)
            drill.not_run(", ".join(sorted(FOREIGN)), "their operators' schemas are not at hand")
        with drill.step("hold them against the server: routes, settings, labels, secrets"):
            for name, manifests in rendered.items():
                check(name, manifests, rendered.get(STANDS_ON.get(name), []))
            check_canary(rendered)
        with drill.step("policy scan"):
            files = [drill.folder / f"{name.replace('/', '-')}.yaml" for name in rendered]
            for file, manifests in zip(files, rendered.values()):
                file.write_text(yaml.safe_dump_all(manifests), encoding="utf-8")
            arguments = [part for file in files for part in ("-f", file)]
            drill.figure(f"{policy.scan('kubernetes', *arguments)} checks passed, the rest explained")


def render(drill, name):
    """The manifests of an overlay."""
    text = run("kubectl", "kustomize", KUBERNETES / name)
    return list(yaml.safe_load_all(text))


def raw():
    """The base as it is written, with the namespace and tag that an overlay would give it."""
    files = [path for path in (KUBERNETES / "base").glob("*.yaml") if path.name != "kustomization.yaml"]
    found = [one for path in sorted(files) for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]
    for one in found:
        if one["kind"] != "Namespace":
            one["metadata"]["namespace"] = "pynomaly"
        if one["kind"] == "Deployment":
            one["spec"]["template"]["spec"]["containers"][0]["image"] = "pynomaly:0.1.0"
    return found


def validate(drill, name, manifests):
    """Against each version, strictly: a field that Kubernetes does not know is a fault."""
    tool = venv("kubernetes", "kubernetes-validate==1.37.*") / "kubernetes-validate"
    known = [one for one in manifests if one["kind"] not in FOREIGN]
    for number, one in enumerate(known):
        file = drill.folder / f"{name.replace('/', '-')}-{number}.yaml"
        file.write_text(yaml.safe_dump(one), encoding="utf-8")
    pattern = sorted(drill.folder.glob(f"{name.replace('/', '-')}-*.yaml"))
    for version in VERSIONS:
        run(tool, "-k", version, "--strict", *pattern)


def kind(manifests, name):
    """All of a kind."""
    return [one for one in manifests if one["kind"] == name]


def check(name, manifests, there):
    """What no schema knows."""
    settings = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(), re.M))
    secrets = {entry["secretKey"] for one in kind(manifests, "ExternalSecret")
               for entry in one["spec"]["data"]}
    given = {key for one in kind(manifests, "ConfigMap") for key in one["data"]} | secrets
    assert given <= settings, f"{name}: no such setting: {given - settings}"
    assert not kind(manifests, "Secret"), f"{name}: a secret stands here in plain"
    for one in kind(manifests, "ConfigMap"):
        wrong = {key for key in one["data"] if re.search("SECRET|PASSWORD|_KEY|_URL$", key)}
        assert not wrong, f"{name}: these are secrets: {wrong}"
    routes = json.loads((ROOT / "docs/openapi.json").read_text())["paths"]
    for one in kind(manifests, "Deployment"):
        check_deployment(name, one, manifests + there, routes)
    for one in kind(manifests, "Ingress"):
        paths = [path["path"] for rule in one["spec"]["rules"] for path in rule["http"]["paths"]]
        reached = {route for route in routes if any(route == it or route.startswith(f"{it}/") for it in paths)}
        assert set(routes) - reached == {"/metrics"}, f"{name}: not reached: {set(routes) - reached}"


def check_deployment(name, deployment, manifests, routes):
    """Its labels are those that everything else goes by, its probes are routes."""
    spec = deployment["spec"]["template"]["spec"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    container = spec["containers"][0]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] in routes, f"{name}: {probe}"
    selectors = [one["spec"]["selector"] for one in kind(manifests, "Service")]
    selectors += [one["spec"]["selector"]["matchLabels"] for one in kind(manifests, "PodDisruptionBudget")]
    selectors += [one["spec"]["podSelector"]["matchLabels"] for one in kind(manifests, "NetworkPolicy")
                  if one["spec"]["podSelector"]]
    for selector in selectors:
        assert selector.items() <= labels.items(), f"{name}: {selector} selects nothing"
    services = kind(manifests, "Service")
    for monitor in kind(manifests, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        assert any(wanted <= one["metadata"]["labels"].items() for one in services), name
    references = {it.get("configMapRef", it.get("secretRef"))["name"] for it in container["envFrom"]}
    made = {one["metadata"]["name"] for one in kind(manifests, "ConfigMap")}
    made |= {one["spec"]["target"]["name"] for one in kind(manifests, "ExternalSecret")}
    assert references <= made or name == "base", f"{name}: {references - made} is made by nobody"
    drain = spec["terminationGracePeriodSeconds"] - container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert drain > 30, f"{name}: requests in flight have {drain} s, and the server gives them 30"
    limits = container["resources"]["limits"]
    assert (limits["memory"], limits["cpu"]) == ("2Gi", "1"), f"{name}: {limits}"


def check_canary(rendered):
    """It is production's pod under a name of its own, and what ends it takes nothing else along."""
    if "overlays/canary" not in rendered:
        return
    manifests = rendered["overlays/canary"]
    named = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    others = {(one["kind"], one["metadata"]["name"]) for one in rendered["overlays/production"]}
    assert {one for one, _ in named} == {"Deployment", "ConfigMap"}, named
    assert not named & others, f"production's own: {named & others}"
    canary, stable = (kind(rendered[name], "Deployment")[0]["spec"]
                      for name in ("overlays/canary", "overlays/production"))
    assert canary["replicas"] == 1
    both = [spec["template"]["spec"]["containers"][0] for spec in (canary, stable)]
    same = ("args", "ports", "resources", "securityContext", "readinessProbe", "volumeMounts")
    assert all(both[0][field] == both[1][field] for field in same)
    settings = [kind(rendered[name], "ConfigMap")[0]["data"] for name in ("overlays/canary", "overlays/production")]
    assert settings[0] == settings[1]


if __name__ == "__main__":
    sys.exit(main())
