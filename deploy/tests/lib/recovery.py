"""Point in time: Postgres with its log archived and a base backup, as `docs/backup.md` has them."""

import os
import re
import shutil

from .daemons import POSTGRES, Postgres
from .documented import block
from .drill import wait_until
from .tools import run

OWNER = "postgres"


class Archived(Postgres):
    """A cluster that archives its log."""

    def __init__(self, drill):
        self.backups = drill.folder / "postgres-backups"
        (self.backups / "wal").mkdir(parents=True)
        self.paths = {"/var/backups": self.backups}
        if os.geteuid() == 0:
            for path in (self.backups, self.backups / "wal"):
                shutil.chown(path, OWNER, OWNER)
        told = block("backup.md", "wal", self.paths)
        settings = dict(re.findall(r"^(\w+) = '?(.*?)'?$", told, re.M))
        super().__init__(drill, "archived", settings=settings)

    def go(self, text):
        """Runs a block of the page, as who owns the cluster."""
        env = {"PATH": f"{POSTGRES}:{os.environ['PATH']}", "PGHOST": "127.0.0.1", "PGPORT": str(self.port),
               "PGUSER": "pynomaly"}
        account = {"user": OWNER, "group": OWNER, "extra_groups": []} if self.own else {}
        run("bash", "-euc", text, env=env, cwd="/", **account)

    def base_backup(self):
        """The weekly one."""
        self.go(block("backup.md", "base", self.paths))

    def moment(self):
        """Now, as the database has it."""
        return self.sql("SELECT clock_timestamp()")

    def recover(self, moment):
        """Everything of the cluster is lost but what is archived; back to a moment."""
        self.kill()
        shutil.rmtree(self.folder / "data")
        text = block("backup.md", "moment", {**self.paths, "/var/lib/postgresql": self.folder})
        self.go(f"MOMENT='{moment}'\n{text}")
        self.start()
        wait_until("the moment is reached", lambda: self.sql("SELECT pg_is_in_recovery()") == "f", seconds=120)
