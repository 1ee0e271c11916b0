"""Alert and recording rules held against the cases written beside them."""

import re
import subprocess

import yaml

from .drill import DEPLOY

MONITORING = DEPLOY / "monitoring"
RULES = sorted((MONITORING / "rules").glob("*.yml"))
#: Minutes after the first sample at which a case is judged, unless it says another.
AT = "20m"


def all_rules():
    """Every rule of every file."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in RULES]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def cases():
    """The cases, which leave no rule out and know no other."""
    text = (MONITORING / "rules_tests/cases.yml").read_text(encoding="utf-8")
    # Nothing but text: to YAML `0x30`, thirty samples of nought, would be the number 48.
    found = yaml.load(text, Loader=yaml.BaseLoader)
    alerts = {rule["alert"] for rule in all_rules() if "alert" in rule}
    records = {rule["record"] for rule in all_rules() if "record" in rule}
    judged = {name for case in found["records"] for name in case["values"]}
    assert alerts == set(found["alerts"]), f"alerts without cases: {alerts ^ set(found['alerts'])}"
    assert records == judged, f"records without cases: {records ^ judged}"
    return found


def test(folder):
    """Runs every case; gives how many there are."""
    found = cases()
    tests = [one for name, case in found["alerts"].items() for one in of_alert(name, case)]
    for case in found["records"]:
        checks = [
            (f"round(max({name}), 0.000001)", [{"labels": "{}", "value": float(value)}])
            for name, value in case["values"].items()
        ]
        tests.append(one("records", case["series"], case.get("at", AT), checks))
    said = promtool(folder, RULES, tests)
    assert said.returncode == 0, said.stdout
    return len(tests)


def of_alert(name, case):
    """The tests of one alert: it fires in those named so, and in no other."""
    assert {"fires", "silent"} <= set(case), f"{name} lacks a case"
    firing = f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) > bool 0'
    for kind in sorted(set(case) - {"at"}):
        expected = [{"labels": "{}", "value": 1}] if kind.startswith("fires") else []
        yield one(f"{name} {kind}", case[kind], case.get("at", AT), [(firing, expected)])


def blunt(folder):
    """Alerts whose cases would not notice a threshold four times as high, or as low."""
    found = []
    for name, case in cases()["alerts"].items():
        for factor in (4, 0.25):
            changed = [scaled(path, name, factor, folder) for path in RULES]
            has_threshold = any(changed)
            files = [folder / path.name for path in RULES]
            if has_threshold and promtool(folder, files, list(of_alert(name, case))).returncode == 0:
                found.append(f"{name} times {factor}")
    return found


def scaled(path, name, factor, folder):
    """Writes the rules of a file with the thresholds of one alert scaled; whether it has any."""
    content, changed = yaml.safe_load(path.read_text(encoding="utf-8")), False
    for rule in (rule for group in content["groups"] for rule in group["rules"]):
        if rule.get("alert") == name:
            scale = lambda found: f"{found[1]} {float(found[2]) * factor}"
            new = re.sub(r"([<>]) ([1-9][\d.]*|0\.\d+)(?= |$|\))", scale, rule["expr"])
            changed, rule["expr"] = new != rule["expr"], new
    (folder / path.name).write_text(yaml.safe_dump(content), encoding="utf-8")
    return changed


def promtool(folder, rule_files, tests):
    """Runs tests of rules; how it ended."""
    file = folder / "rules_tests.yml"
    content = {"rule_files": [str(path) for path in rule_files], "evaluation_interval": "1m", "tests": tests}
    file.write_text(yaml.safe_dump(content, width=1000), encoding="utf-8")
    return subprocess.run(["promtool", "test", "rules", file], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def one(name, series, at, checks):
    """A test as promtool has it."""
    inputs = [{"series": key, "values": str(values)} for key, values in series.items()]
    expressions = [
        {"expr": expression, "eval_time": at, "exp_samples": expected}
        for expression, expected in checks
    ]
    return {"name": name, "interval": "1m", "input_series": inputs, "promql_expr_test": expressions}
