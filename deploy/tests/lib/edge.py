"""nginx as `deploy/nginx/nginx.conf` has it, on ports of this machine."""

from .daemons import Daemon, free_port, get
from .drill import DEPLOY
from .tools import run


def certificate(folder, days=90, name="api.example.com"):
    """A certificate that nobody vouches for, and its key."""
    folder.mkdir(exist_ok=True)
    crt, key = folder / "tls.crt", folder / "tls.key"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
        "-nodes", "-days", days, "-subj", f"/CN={name}",
        "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key, "-out", crt)
    return crt, key


class Nginx(Daemon):
    """The edge before some servers. `changes` are texts of the configuration to replace."""

    def __init__(self, drill, ports, changes=None, waf=False):
        self.port, self.plain, self.status = free_port(), free_port(), free_port()
        folder = drill.folder / "nginx"
        folder.mkdir()
        self.crt, self.key = certificate(folder)
        (folder / "waf").mkdir()
        if waf:
            self.firewall(folder)
        text = (DEPLOY / "nginx/nginx.conf").read_text(encoding="utf-8")
        upstream = "server pynomaly:8000 max_fails=2 fail_timeout=2s;"
        replaced = {
            "listen 80;": f"listen 127.0.0.1:{self.plain};", "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "listen [::]:443 ssl http2;": "", "listen 8080;": f"listen 127.0.0.1:{self.status};",
            "/etc/nginx/waf/": f"{folder}/waf/", "/etc/nginx/tls/": f"{folder}/", "/tmp/nginx": f"{folder}/nginx",
            "access_log /dev/stdout json;": f"access_log {folder}/access.log json;",
            upstream: "\n".join(upstream.replace("pynomaly:8000", f"127.0.0.1:{port}") for port in ports),
            **(changes or {}),
        }
        for old, new in replaced.items():
            assert old in text, f"nginx.conf no longer says {old!r}"
            text = text.replace(old, new)
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(text, encoding="utf-8")
        run("nginx", "-t", "-c", self.configuration)
        command = ["nginx", "-c", self.configuration, "-g", "daemon off;"]
        is_ready = lambda: get(f"http://127.0.0.1:{self.status}/stub_status")[0] == 200
        super().__init__(drill, "nginx", command, is_ready)
        self.url = f"https://127.0.0.1:{self.port}"

    @staticmethod
    def firewall(folder):
        """The files of the firewall, with their own paths and log in this folder."""
        for path in (DEPLOY / "nginx/waf").iterdir():
            text = path.read_text(encoding="utf-8").replace("/etc/nginx/waf/", f"{folder}/waf/")
            text = text.replace("/tmp/modsecurity.json", f"{folder}/modsecurity.json")
            (folder / "waf" / path.name).write_text(text, encoding="utf-8")
        # Its workers are nobody.
        (folder / "modsecurity.json").touch(mode=0o666)
        (folder / "modsecurity.json").chmod(0o666)
