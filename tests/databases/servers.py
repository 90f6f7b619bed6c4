"""MariaDB and PostgreSQL as Debian installs them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

START_SECONDS = 60
USER = "shop_reader"
# Every character that some layer below might take for its own.
PASSWORD = "se cr'et\"=\\x;${y}%"


class ServerError(Exception):
    """A server is missing or does not start."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name: str, *folders: str) -> str:
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"], "/usr/sbin"]))
    if found is None:
        raise ServerError(f"not installed: '{name}'; run tools/setup test")
    return found


class Server:
    """One server. `prepare` makes its data and starts it, with a database `shop` and a user who may read it; `close` ends it."""

    owner: str  # Whom it runs as, where the test is root.
    end_signal = signal.SIGKILL  # Ends it and its processes at once.

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tidemill-server-"))
        self.port = free_port()
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.owner)

    def owner_options(self):
        return {"user": self.owner, "group": self.owner, "extra_groups": []} if os.geteuid() == 0 else {}

    def run(self, command: list[str], **options) -> str:
        done = subprocess.run(command, text=True, capture_output=True, cwd=self.folder, **options)
        if done.returncode != 0:
            raise ServerError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.owner_options())
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServerError((self.folder / "server.log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            self.sql("SELECT 1")
        except ServerError:
            return False
        return True

    def stop(self):
        if self.process is not None:
            self.process.send_signal(self.end_signal)
            self.process.wait(START_SECONDS)
            self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)


class MariaDb(Server):
    connector = "mysql"
    owner = "mysql"

    def prepare(self):
        self.run([
            program("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db",
            "--auth-root-authentication-method=normal"], **self.owner_options())
        self.start()
        quoted = PASSWORD.replace("\\", "\\\\").replace("'", "\\'")
        self.sql(
            "CREATE DATABASE shop CHARACTER SET utf8mb4; "
            f"CREATE USER {USER} IDENTIFIED BY '{quoted}'; GRANT SELECT ON shop.* TO {USER}")

    def command(self):
        # With 0, what was committed in the last second would be lost when the server is killed.
        return [
            program("mariadbd"), "--no-defaults", f"--datadir={self.folder}/data", f"--socket={self.folder}/socket",
            f"--port={self.port}", "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=2"]

    def sql(self, text: str) -> str:
        return self.run(
            [program("mariadb"), "--no-defaults", "--user=root", f"--socket={self.folder}/socket", "--default-character-set=utf8mb4",
             "--batch", "--skip-column-names"], input="USE shop;" * (self.has_shop()) + text)

    def literal(self, text: str) -> str:
        return f"_utf8mb4 X'{text.encode().hex()}'"

    def has_shop(self) -> bool:
        return (self.folder / "data/shop").is_dir()


class PostgreSql(Server):
    connector = "postgres"
    owner = "postgres"
    end_signal = signal.SIGQUIT

    def prepare(self):
        folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        self.postgres = program("postgres", *folders)
        roots_password = self.folder / "roots_password"
        roots_password.write_text("root's own\n")
        self.run([
            program("initdb", *folders), "-D", f"{self.folder}/data", "--auth=scram-sha-256", "--auth-local=trust", "-U", "postgres",
            "--encoding=UTF8", "--locale=C", "--no-sync", f"--pwfile={roots_password}"],
            **self.owner_options())
        self.database = "postgres"
        self.start()
        quoted = PASSWORD.replace("'", "''")
        self.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{quoted}'")
        self.sql("CREATE DATABASE shop")
        self.database = "shop"
        self.sql(f"GRANT USAGE ON SCHEMA public TO {USER}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {USER}")

    def command(self):
        return [
            self.postgres, "-D", f"{self.folder}/data", "-c", "listen_addresses=127.0.0.1", "-p", str(self.port),
            "-k", str(self.folder), "-c", "fsync=off"]

    def sql(self, text: str) -> str:
        return self.run(
            [program("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-p", str(self.port),
             "-U", "postgres", "-d", self.database], input=text)

    def literal(self, text: str) -> str:
        return "'" + text.replace("'", "''") + "'"
