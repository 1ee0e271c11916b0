"""An emulated AWS."""

from .daemons import Daemon, free_port, get
from .tools import run, venv

MOTO = "moto[server]==5.2.*"


class Moto(Daemon):
    """Everything in memory; `programs` has a Python with boto3."""

    def __init__(self, drill):
        self.programs, port = venv("moto", MOTO), free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(drill, "moto", [self.programs / "moto_server", "-H", "127.0.0.1", "-p", port],
                         lambda: get(f"{self.url}/moto-api/data.json")[0] == 200,
                         env={"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"})

    def bucket(self, name):
        """Makes a bucket; the environment of whoever is to use it."""
        env = {"AWS_ACCESS_KEY_ID": "drill", "AWS_SECRET_ACCESS_KEY": "drill", "AWS_REGION": "us-east-1",
               "AWS_ENDPOINT": self.url, "AWS_ALLOW_HTTP": "true"}
        script = f"import boto3; boto3.client('s3', endpoint_url='{self.url}', region_name='us-east-1')" \
                 f".create_bucket(Bucket='{name}')"
        run(self.programs / "python", "-c", script, env=env)
        return env
