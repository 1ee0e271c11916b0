"""buildah and podman, with a storage of their own and images made here: no registry is asked."""

import os
import shutil
import subprocess

from .drill import CACHE, DEPLOY, ROOT
from .tools import apt, run

PACKAGES = ("podman", "buildah", "runc", "conmon", "catatonit", "netavark", "aardvark-dns",
            "nftables", "debootstrap", "binutils")
BASE = "localhost/debian:bookworm-slim"
IMAGE = "localhost/pynomaly:drill"
FOLDER = CACHE / "drill-containers"


class Containers:
    """Where images and containers of the drills live."""

    def __init__(self, drill):
        apt(*PACKAGES)
        FOLDER.mkdir(parents=True, exist_ok=True)
        engine = FOLDER / "containers.conf"
        engine.write_text(
            '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
            # What a container may open here: more is not to be had inside another container.
            '[containers]\ndefault_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]\n',
            encoding="utf-8")
        storage = FOLDER / "storage.conf"
        storage.write_text(
            f'[storage]\ndriver = "overlay"\ngraphroot = "{FOLDER}/storage"\n'
            f'runroot = "{drill.folder}/run"\n', encoding="utf-8")
        self.env = {**os.environ, "CONTAINERS_CONF": str(engine),
                    "CONTAINERS_STORAGE_CONF": str(storage)}

    def podman(self, *arguments, **options):
        """What podman says."""
        return run("podman", *arguments, env=self.env, **options)

    def has(self, image):
        """Whether an image is there."""
        ask = ["podman", "image", "exists", image]
        return subprocess.run(ask, env=self.env, capture_output=True, check=False).returncode == 0

    def base(self, drill):
        """Debian's smallest system, as the base of the Dockerfile."""
        if self.has(BASE):
            return
        folder = drill.folder / "base"
        run("debootstrap", "--variant=minbase", "bookworm", folder)
        tar = drill.folder / "base.tar"
        run("tar", "-C", folder, "-cf", tar, ".")
        self.podman("import", tar, BASE)
        shutil.rmtree(folder)
        tar.unlink()

    def build(self, drill, binary, plugins):
        """The image by the committed Dockerfile; in the place of its first stage, which compiles,
        what is compiled already."""
        given = drill.folder / "given"
        (given / "out/usr/local/bin").mkdir(parents=True)
        (given / "out/usr/share/pynomaly/plugins").mkdir(parents=True)
        run("strip", "-o", given / "out/usr/local/bin/pynomaly", binary)
        for plugin in plugins:
            shutil.copy(plugin, given / "out/usr/share/pynomaly/plugins")
        context = drill.folder / "context"
        context.mkdir()
        run("buildah", "bud", "--format", "docker", "--isolation", "chroot", "--network", "host",
            "--build-context", f"build={given}", "--build-arg", f"BASE_IMAGE={BASE}", "--tag", IMAGE,
            "--file", DEPLOY / "docker/Dockerfile", context, env=self.env)
        assert (ROOT / ".dockerignore").exists()
