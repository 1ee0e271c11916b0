"""The platform on AWS: formatted, valid, every module held against what it promises with a provider
that only pretends, scanned; in full applied to an emulated AWS, looked at there, applied again
without a change, and destroyed. Without terraform it says NOT RUN."""

import json
import os
import shutil
import sys
from pathlib import Path

from lib import policy
from lib.drill import DEPLOY, Drill
from lib.moto import Moto
from lib.tools import run, where

#: Where a provider may lie that was fetched before; else the registry is asked.
MIRRORS = (os.environ.get("TF_PLUGIN_DIR"), "/opt/tf-plugins", str(Path.home() / ".terraform.d/plugins"))
#: What the emulation answers in a way that the provider cannot read; `terraform test` has it.
NOT_EMULATED = "cache"
#: Fields that it forgets or makes up, so that a second plan would set them again.
FORGOTTEN = {
    "aws_db_instance": {"performance_insights_enabled", "performance_insights_kms_key_id"},
    "aws_db_parameter_group": {"parameter"},
    "aws_vpc_security_group_ingress_rule": {"description"},
    "aws_vpc_security_group_egress_rule": {"description"},
    "aws_autoscaling_group": {"capacity_reservation_specification", "launch_template"},
    "aws_autoscaling_policy": {"enabled", "predictive_scaling_configuration"},
    "aws_launch_template": {"tag_specifications", "latest_version"},
}
VALUES = {
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/one",
    "ami_id": "ami-0123456789abcdef0", "package_uri": "s3://artifacts/pynomaly_0.1.0_amd64.deb",
    "db_password": "a-password-of-a-test", "redis_auth_token": "a-token-of-a-test-1",
    "jwt_secret": "a-secret-of-a-test-of-32-bytes-or-more", "encryption_key": "7f" * 32,
    "admin_email": "admin@example.com", "admin_password": "correct horse battery staple",
    "deletion_protection": "false",
}


def main():
    """The whole drill."""
    with Drill("terraform") as drill:
        with drill.step("policy scan"):
            drill.figure(f"{policy.scan('terraform', '-d', DEPLOY / 'terraform')} checks passed, the rest explained")
        if where("terraform") is None:
            drill.not_run("format, validity, tests and apply", "there is no terraform")
            return
        terraform = Terraform(drill)
        with drill.step("formatted and valid"):
            terraform.go("fmt", "-check", "-recursive")
            terraform.init()
            terraform.go("validate")
        with drill.step("terraform test"):
            said = terraform.go("test")
            drill.figure(said.strip().splitlines()[-1])
        if drill.is_full:
            emulated(drill, terraform)
        else:
            drill.not_run("apply to an emulated AWS", "it takes minutes; cargo xtask drill terraform")


class Terraform:
    """In a copy, so that nothing is written beside the source."""

    def __init__(self, drill):
        self.folder = drill.folder / "terraform"
        shutil.copytree(DEPLOY / "terraform", self.folder)
        kept = {key: value for key, value in os.environ.items()
                if not key.startswith(("TF_", "AWS_")) or key == "TF_PLUGIN_DIR"}
        variables = {f"TF_VAR_{key}": value for key, value in VALUES.items()}
        self.env = {**kept, **variables, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
                    "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                    "AWS_EC2_METADATA_DISABLED": "true"}

    def go(self, *arguments, **options):
        """What terraform says."""
        # Its tests bring their own values, and would take those of the environment first.
        env = {key: value for key, value in self.env.items() if arguments[0] != "test" or "TF_VAR" not in key}
        return run("terraform", *arguments, *([] if arguments[0] == "show" else ["-no-color"]),
                   cwd=self.folder, env=env, **options)

    def init(self):
        """With a provider that is here already, where there is one."""
        mirror = next((path for path in MIRRORS if path and Path(path).is_dir()), None)
        self.go("init", "-backend=false", "-input=false", *([f"-plugin-dir={mirror}"] if mirror else []))


def emulated(drill, terraform):
    """Apply, look, apply again, destroy."""
    with drill.step("start an emulated AWS"):
        moto = Moto(drill)
        programs = moto.programs
        terraform.env |= {"AWS_ENDPOINT_URL": moto.url, "AWS_DEFAULT_REGION": "us-east-1"}
        # A certificate that is there before, as one has to be.
        script = DEPLOY / "tests/lib/aws.py"
        arn = run(programs / "python", script, "certificate", env=terraform.env).strip()
        terraform.env["TF_VAR_certificate_arn"] = arn
        (terraform.folder / "emulated_override.tf").write_text(
            'provider "aws" {\n  s3_use_path_style = true\n}\n', encoding="utf-8")
        stub = terraform.folder / "modules" / NOT_EMULATED
        (stub / "main.tf").unlink()
        (stub / "outputs.tf").write_text(
            'output "endpoint" {\n  value = "cache.example.com"\n}\n\n'
            'output "identifier" {\n  value = var.name\n}\n', encoding="utf-8")
        drill.not_run(f"apply of the module {NOT_EMULATED}", "the emulation's answers are not AWS's")
    with drill.step("apply"):
        terraform.go("apply", "-auto-approve", "-input=false")
    with drill.step("what is there is what was asked for"):
        drill.figure(run(programs / "python", script, "look", env=terraform.env).strip())
    with drill.step("nothing secret is in the state but the token that has to be"):
        state = (terraform.folder / "terraform.tfstate").read_text(encoding="utf-8")
        leaked = [name for name in ("db_password", "jwt_secret", "encryption_key", "admin_password")
                  if VALUES[name] in state]
        assert not leaked, leaked
    with drill.step("a second plan changes nothing"):
        unchanged(terraform)
    with drill.step("destroy"):
        terraform.go("destroy", "-auto-approve", "-input=false")
        left = json.loads((terraform.folder / "terraform.tfstate").read_text(encoding="utf-8"))["resources"]
        assert not left, [it["type"] for it in left]


def unchanged(terraform):
    """No plan differs by the time of day, or from what the one before has made."""
    terraform.go("plan", "-input=false", "-out=second")
    plan = json.loads(terraform.go("show", "-json", "second"))
    changes = []
    for one in plan.get("resource_changes", []):
        change = one["change"]
        before, after = change["before"] or {}, change["after"] or {}
        fields = {key for key in after if after[key] != before.get(key)}
        # What the apply would tell.
        fields |= {key for key, value in (change["after_unknown"] or {}).items() if value is True}
        if change["actions"] in (["no-op"], ["read"]):
            continue
        if change["actions"] != ["update"] or not fields <= FORGOTTEN.get(one["type"], set()):
            changes.append(f"{one['address']}: {change['actions']} {sorted(fields)}")
    assert not changes, "\n".join(changes)


if __name__ == "__main__":
    sys.exit(main())
