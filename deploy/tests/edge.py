"""The edge: nginx as committed, before two replicas that share a Postgres and a Redis. TLS, limits,
what is hidden; then both replicas replaced one after the other, and the certificate too, under 200
requests a second, of which none may fail; then a server that speaks TLS itself, whose certificate is
renewed the same way. In full, testssl.sh finds nothing bad of either."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

from lib.api import Client
from lib.daemons import LOOSE, Postgres, Redis, Server, get, pause
from lib.drill import Drill, wait_until
from lib.edge import Nginx, certificate
from lib.k6 import steady
from lib.tools import apt, run
from pathlib import Path

RATE = 200
#: In front of the servers here, as the configuration of a deployment would name them.
PROXIES = {"PYNOMALY_TRUSTED_PROXIES": "127.0.0.1/32"}
#: One address asks for everything here.
UNLIMITED = {"rate=100r/m": "rate=60000r/m", "burst=100 nodelay": "burst=10000 nodelay",
             "limit_conn connections 100;": "limit_conn connections 10000;"}


def main():
    """The whole drill."""
    with Drill("edge") as drill:
        with drill.step("install what is missing"):
            apt("nginx-light", "openssl", "postgresql-15", "redis-server")
        with drill.step("start two replicas and the edge"):
            replicas = start(drill)
            edge = Nginx(drill, [one.port for one in replicas])
        with drill.step("TLS 1.2 and 1.3 alone, strict transport, plain HTTP sent on, metrics hidden"):
            check_tls(edge)
            check_paths(edge)
        with drill.step("one address is limited, and the server knows it by the edge"):
            check_limits(edge)
        edge.kill()
        edge = restarted(drill, replicas)
        seconds = 60 if drill.is_full else 20
        token = Client(edge.url, Server.EMAIL, Server.PASSWORD, LOOSE).token
        with drill.step(f"both replicas replaced under {RATE} requests a second: none fails"):
            steady(drill, edge.url, token, RATE, seconds, lambda: replace(replicas))
        with drill.step(f"the certificate replaced under {RATE} requests a second: none fails"):
            steady(drill, edge.url, token, RATE, seconds // 2, lambda: rotate(drill, edge))
        with drill.step("a replica killed: the edge goes on with the other"):
            kill_one(drill, edge, replicas, token)
        if drill.is_full:
            apt("testssl.sh", "bsdextrautils", "dnsutils")
            with drill.step("testssl.sh finds nothing bad"):
                grade(drill, "edge", edge.port)
        edge.kill()
        own_tls(drill, seconds // 2)


def own_tls(drill, seconds):
    """A server without an edge."""
    with drill.step(f"a server's own certificate replaced under {RATE} requests a second: none fails"):
        crt, key = certificate(drill.folder / "own")
        server = Server(drill, "alone", env={
            "PYNOMALY_TLS_CERTIFICATE": str(crt), "PYNOMALY_TLS_KEY": str(key), "RATE_LIMIT_ENABLED": "false"})
        check_tls(server)
        token = Client(server.url, Server.EMAIL, Server.PASSWORD, LOOSE).token
        steady(drill, server.url, token, RATE, seconds, lambda: renew(drill, server, crt, key))
        assert 'reloads_total{outcome="failed"} 0' in get(f"{server.url}/metrics")[1]
    if drill.is_full:
        with drill.step("testssl.sh finds nothing bad of the server's own"):
            grade(drill, "server", server.port)


def start(drill):
    """Two servers that share all that lasts."""
    postgres = Postgres(drill)
    postgres.sql("CREATE DATABASE pynomaly")
    shared = {"DATABASE_URL": postgres.url(), "REDIS_URL": Redis(drill).url,
              "RATE_LIMIT_REQUESTS": "100000000", "RATE_LIMIT_BURST": "100000000", **PROXIES}
    return [Server(drill, f"server-{number}", env=shared) for number in (1, 2)]


def restarted(drill, replicas):
    """The edge again, without its limits."""
    run("rm", "-rf", drill.folder / "nginx")
    return Nginx(drill, [one.port for one in replicas], UNLIMITED)


def ask(edge, path, **headers):
    """(status, headers) of an answer through the edge."""
    request = urllib.request.Request(edge.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, context=LOOSE, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def check_tls(edge):
    """What is spoken, and what no more."""
    def speaks(*options):
        # The oldest are refused by openssl itself unless it is told to forget its own rules.
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{edge.port}", *options]
        done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
        return done.returncode == 0 and "Cipher is (NONE)" not in done.stdout
    assert speaks("-tls1_3") and speaks("-tls1_2")
    for old in ("-tls1", "-tls1_1"):
        assert not speaks(old, "-cipher", "ALL:@SECLEVEL=0"), f"{old} is spoken"
    assert not speaks("-tls1_2", "-cipher", "AES128-SHA:AES256-SHA"), "without forward secrecy"


def check_paths(edge):
    """What a client sees."""
    status, headers = ask(edge, "/health")
    assert status == 200 and "max-age=63072000" in headers["Strict-Transport-Security"]
    assert re.fullmatch("nginx", headers["Server"] or "nginx"), headers["Server"]
    assert ask(edge, "/metrics")[0] == 404
    assert ask(edge, "/ready")[0] == 200
    said = run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}",
               f"http://127.0.0.1:{edge.plain}/docs")
    assert said.startswith("301 https://"), said


def check_limits(edge):
    """429 by the edge after the burst, for that address alone; a forged address does not help."""
    answers = [ask(edge, "/api/v1/detectors", **{"X-Forwarded-For": f"203.0.113.{number}"})[0]
               for number in range(130)]
    assert answers[0] == 401 and answers.count(429) >= 20, answers
    assert ask(edge, "/health")[0] == 200, "probes are limited"
    log = Path(edge.configuration).with_name("access.log").read_text().splitlines()
    lines = [json.loads(line) for line in log]
    assert all(line["client"] == "127.0.0.1" for line in lines)
    assert any(line["status"] == 401 and line["request_id"] for line in lines), "no request ids"


def replace(replicas):
    """One after the other: asked to end, waited for, started, ready."""
    for one in replicas:
        assert one.stop(signal.SIGTERM) == 0, one.said()[-2000:]
        one.start()
        # As long as nginx leaves out who has failed, as a roll-out waits for a pod to be available.
        pause(3)


def rotate(drill, edge):
    """A new certificate in the place of the old; the new one is served."""
    renew(drill, edge, edge.crt, edge.key, lambda: edge.process.send_signal(signal.SIGHUP))


def renew(drill, site, old_crt, old_key, tell=lambda: None):
    """The files replaced; the new certificate is served."""
    serial = lambda: run("sh", "-c", f"openssl s_client -connect 127.0.0.1:{site.port} </dev/null "
                                     "2>/dev/null | openssl x509 -noout -serial")
    before = serial()
    crt, key = certificate(drill.folder / "renewed")
    run("mv", crt, old_crt)
    run("mv", key, old_key)
    tell()
    wait_until("the new certificate is served", lambda: serial() != before, seconds=20)


def kill_one(drill, edge, replicas, token):
    """What a replica had begun is lost; the next requests are not."""
    replicas[0].kill()
    headers = {"Authorization": f"Bearer {token}"}
    answers = [ask(edge, "/api/v1/detectors", **headers)[0] for _ in range(50)]
    drill.figure(f"of 50 requests after it {answers.count(200)} were answered")
    assert answers.count(200) == 50, answers
    replicas[0].start()
    assert get(f"{replicas[0].url}/ready")[0] == 200


def grade(drill, name, port):
    """Nothing that testssl.sh finds bad, except that nobody vouches for this certificate."""
    file = drill.folder / f"testssl-{name}.json"
    run("testssl", "--quiet", "--color", "0", "--jsonfile", file, f"127.0.0.1:{port}", check=False)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert any(it["id"] == "TLS1_3" for it in found), "the scan did not come to an end"
    trust = {"cert_chain_of_trust", "cert_revocation"}
    bad = [(it["id"], it["severity"], it["finding"]) for it in found
           if it["severity"] in ("HIGH", "CRITICAL", "FATAL") and it["id"] not in trust]
    assert not bad, bad
    drill.figure(f"{len(found)} findings, none of them high")


if __name__ == "__main__":
    sys.exit(main())
