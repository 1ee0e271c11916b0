"""The pages of `docs/runbooks/`: what they are, and the commands in them."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .drill import ROOT
from .rules import MONITORING, all_rules

PAGES = ROOT / "docs/runbooks"
#: Levels of docs/runbooks/incident-response.md, by the severity of an alert.
LEVELS = {"critical": {"P0", "P1"}, "warning": {"P2", "P3"}}
#: What metrics and recorded series are called, in queries and in the text of a server.
METRIC = re.compile(r"\b(?:(?:http|process|pynomaly|pg|redis|nginx|node|container|probe)_\w+|[a-z_]+:[a-z_]+:\w+)")


def blocks(page):
    """The shell blocks of a page, one after the other."""
    return re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def alert_pages():
    """Those of alerts."""
    return sorted((PAGES / "alerts").glob("*.md"))


def procedures():
    """All others, in the order of the table in README.md."""
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[([\w-]+\.md)\]", index, re.M)
    there = {path.name for path in PAGES.glob("*.md")} - {"README.md"}
    assert set(listed) == there, f"README.md: {set(listed) ^ there}"
    return [PAGES / name for name in listed]


def check_alerts():
    """Each alert names its page, each page is of an alert, and both say how bad it is."""
    alerts = {rule["alert"]: rule for rule in all_rules() if "alert" in rule}
    pages = {page.stem: page for page in alert_pages()}
    assert set(alerts) == set(pages), f"alerts without a page, or pages without: {set(alerts) ^ set(pages)}"
    for name, rule in alerts.items():
        path = rule["annotations"].get("runbook")
        assert path == f"docs/runbooks/alerts/{name}.md", f"{name}: its annotation says {path}"
        text = pages[name].read_text(encoding="utf-8")
        level = re.match(rf"# {name}\n\n\*\*(P\d)\.\*\* ", text)
        assert level, f"{path} does not begin with its name and level"
        severity = rule["labels"]["severity"]
        assert level[1] in LEVELS[severity], f"{path}: {level[1]} is not {severity}"
        assert blocks(pages[name]), f"{path} has no command"
    return len(alerts)


def check_links():
    """Every anchor that a page links to is a heading there."""
    for page in PAGES.rglob("*.md"):
        for path, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", page.read_text(encoding="utf-8")):
            target = (page.parent / path).resolve() if path else page
            titles = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M)
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in anchors, f"{page.relative_to(ROOT)}: {path} has no heading #{anchor}"


def check_queries():
    """Metrics that a page asks for are of a rule, of a dashboard, or documented."""
    sources = [*MONITORING.rglob("*.yml"), *MONITORING.rglob("*.json"), ROOT / "docs/operations.md"]
    known = {name for path in sources for name in METRIC.findall(path.read_text(encoding="utf-8"))}
    known |= {f"{name}_bucket" for name in known}
    for page in PAGES.rglob("*.md"):
        queries = " ".join(line for block in blocks(page) for line in block.splitlines() if line.startswith("ask "))
        unknown = set(METRIC.findall(queries)) - known
        assert not unknown, f"{page.relative_to(ROOT)} asks for {unknown}"


def run(page, site, environment):
    """Runs the commands of a page in one shell, after what every page begins with; what they said."""
    begin = "".join(blocks(PAGES / "README.md"))
    script = f"set -euo pipefail\n{site}\n{begin}\n{''.join(blocks(page))}"
    done = subprocess.run(["bash", "-c", script], env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=300)
    name = page.relative_to(ROOT)
    assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stdout[-4000:]}"
    return done.stdout


def run_all(pages, site, environment):
    """The commands of each page, two pages at a time; all that is wrong at once."""
    def one(page):
        try:
            run(page, site, environment)
        except AssertionError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        wrong = [said for said in pool.map(one, pages) if said]
    assert not wrong, "\n\n".join(wrong)
