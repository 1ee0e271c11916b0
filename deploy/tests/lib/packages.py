"""What a release consists of: the binary, which says itself what is in it; the list of what is in it;
the Debian package. Used by `deploy/deb/build.py` and by the drill of the package."""

import json
import os
import re
import shutil
import subprocess
import tomllib
import zlib
from pathlib import Path

from .drill import CACHE, ROOT
from .tools import run

#: Kept in the cache: they take minutes to compile.
TOOLS = {"cargo-deb": "3.8.0", "cargo-cyclonedx": "0.5.9", "cargo-auditable": "0.7.7"}
TARGET = "x86_64-unknown-linux-gnu"
#: Where cargo-deb looks for the list (host/cli/Cargo.toml).
SBOM = ROOT / "target/package/pynomaly.cdx.json"
#: The section of the binary that says what it was built from.
SECTION = ".dep-v0"


def cargo_tool(name):
    """A subcommand of cargo, in its version."""
    path = CACHE / "tools/bin" / name
    if not path.exists():
        run("cargo", "install", "--quiet", "--debug", "--locked", "--root", CACHE / "tools",
            "--version", TOOLS[name], name)
    return path


def sbom(folder):
    """The list of all that is compiled into the server, in CycloneDX; the same for the same sources.
    Made in a copy, because the tool writes beside every manifest that it reads."""
    copy = folder / "sources"
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    for name in (name for name in listed if (ROOT / name).is_file()):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy / name)
    run(cargo_tool("cargo-cyclonedx"), "cyclonedx", "--format", "json", "--spec-version", "1.5", "--target", TARGET,
        "--no-build-deps", "--override-filename", "sbom", "--manifest-path", copy / "host/cli/Cargo.toml",
        env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
    text = (copy / "host/cli/sbom.json").read_text(encoding="utf-8").replace(str(copy), "")
    SBOM.parent.mkdir(parents=True, exist_ok=True)
    SBOM.write_text(text, encoding="utf-8")
    return json.loads(text)


def check_sbom(found):
    """Each part has the version and checksum of Cargo.lock, and a licence; the large ones are there."""
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    known = {(one["name"], one["version"]): one.get("checksum") for one in locked}
    parts = {(one["name"], one["version"]): one for one in found["components"]}
    assert parts.keys() <= known.keys(), f"not in Cargo.lock: {parts.keys() - known.keys()}"
    assert {"wasmtime", "axum", "sqlx", "pynomaly-server"} <= {name for name, _ in parts}
    for key, one in parts.items():
        digests = [it["content"] for it in one.get("hashes", [])]
        assert known[key] is None or digests == [known[key]], f"{key}: another checksum"
        assert one.get("licenses"), f"{key} has no licence"
    return len(parts)


def build(target):
    """The server as it is released, in a target folder."""
    cargo_tool("cargo-auditable")
    path = f"{CACHE / 'tools/bin'}:{os.environ['PATH']}"
    run("cargo", "auditable", "build", "--release", "--locked", "--package", "pynomaly", cwd=ROOT,
        env={**os.environ, "PATH": path, "CARGO_TARGET_DIR": str(target)})
    return target / "release/pynomaly"


def dependencies(binary, folder):
    """What a binary says that it was built from; None where it says nothing."""
    said = run("objdump", "--section-headers", binary)
    if not re.search(rf"\s{re.escape(SECTION)}\s", said):
        return None
    file = folder / "dependencies"
    run("objcopy", "--output-target", "binary", f"--only-section={SECTION}", "--set-section-flags", f"{SECTION}=alloc",
        binary, file)
    return json.loads(zlib.decompress(file.read_bytes()))["packages"]


def deb(binary, folder, version, output):
    """The Debian package of a binary, at a version."""
    target = folder / "target"
    (target / "release").mkdir(parents=True, exist_ok=True)
    stripped = target / "release/pynomaly"
    if not stripped.exists():
        run("strip", "-o", stripped, binary)
    if not SBOM.exists():
        sbom(folder)
    run(cargo_tool("cargo-deb"), "--no-build", "--no-strip", "--fast", "-p", "pynomaly", "--deb-version", version,
        "--output", output, cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    return output


def version():
    """Of the workspace."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    return manifest["workspace"]["package"]["version"]


def release(folder):
    """All of it, in `target/package/`."""
    check_sbom(sbom(folder))
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = SBOM.parent / "pynomaly"
    shutil.copy2(build(target), binary)
    said = dependencies(binary, folder)
    assert said and any(one["name"] == "wasmtime" for one in said), "the binary does not say what is in it"
    machine = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    deb(binary, folder, f"{version()}-1", SBOM.parent / f"pynomaly_{version()}-1_{machine}.deb")
