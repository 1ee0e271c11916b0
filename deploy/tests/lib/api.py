"""A client of the server."""

import json
import urllib.error
import urllib.request


class Client:
    """Someone logged in."""

    def __init__(self, url, email, password, context=None):
        self.url, self.context, self.token = url, context, None
        login = {"email": email, "password": password}
        status, answer = self.call("POST", "/api/v1/auth/login", login)
        assert status == 200, f"login: {status} {answer}"
        self.token = answer["access_token"]

    def call(self, method, path, body=None, headers=None, timeout=60):
        """(status, JSON) of an answer; (0, reason) where there is none."""
        given = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, given, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=self.context) as answer:
                return answer.status, decode(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, decode(error.read())
        except OSError as error:
            return 0, str(error)

    def detect(self, detector="isolation_forest", rows=None, **more):
        """A detection in a few rows."""
        rows = rows or [[float(row), float(row * row % 7)] for row in range(40)] + [[900.0, -50.0]]
        return self.call("POST", "/api/v1/detect", {"data": rows, "detector_type": detector, **more})


def decode(raw):
    """JSON, or the bare text of what is none."""
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
