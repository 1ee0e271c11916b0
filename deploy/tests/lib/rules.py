"""Alert and recording rules held against the cases written beside them."""

import yaml

from .drill import DEPLOY
from .tools import run

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
    tests = []
    for name, case in found["alerts"].items():
        firing = f'count(ALERTS{{alertname="{name}",alertstate="firing"}}) > bool 0'
        for kind, expected in (("fires", [{"labels": "{}", "value": 1}]), ("silent", [])):
            at = case.get("at", AT)
            tests.append(one(f"{name} {kind}", case[kind], at, [(firing, expected)]))
    for case in found["records"]:
        checks = [
            (f"round(max({name}), 0.000001)", [{"labels": "{}", "value": float(value)}])
            for name, value in case["values"].items()
        ]
        tests.append(one("records", case["series"], case.get("at", AT), checks))
    file = folder / "rules_tests.yml"
    rules = [str(path) for path in RULES]
    content = {"rule_files": rules, "evaluation_interval": "1m", "tests": tests}
    file.write_text(yaml.safe_dump(content, width=1000), encoding="utf-8")
    run("promtool", "test", "rules", file)
    return len(tests)


def one(name, series, at, checks):
    """A test as promtool has it."""
    inputs = [{"series": key, "values": str(values)} for key, values in series.items()]
    expressions = [
        {"expr": expression, "eval_time": at, "exp_samples": expected}
        for expression, expected in checks
    ]
    return {"name": name, "interval": "1m", "input_series": inputs, "promql_expr_test": expressions}
