"""A real RabbitMQ for tests: a private node on free ports, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from functools import cached_property
from pathlib import Path

import pytest

from tests.folders import make_folder

#: Debian's own scripts: the one in sbin wants to be root or the rabbitmq user.
SCRIPTS = Path("/usr/lib/rabbitmq/bin")
START_SECONDS = 60
STOP_SECONDS = 20
MAX_MESSAGE = 80_000

_CONF = """\
loopback_users = none
log.console = false
log.file.level = warning
disk_free_limit.absolute = 50MB
max_message_size = {size}
load_definitions = {folder}/definitions.json
listeners.tcp.1 = 127.0.0.1:{port}
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.certfile = {certificate}
ssl_options.keyfile = {certificate}
ssl_options.verify = verify_none
ssl_options.fail_if_no_peer_cert = false
"""
_CERTIFICATE = Path(__file__).parent / "mail" / "tls" / "localhost.pem"
#: Somebody who may read and make everything, and write only into what is "open".
READER = "reader"
#: Somebody who may write everywhere, and read only what is "open".
WRITER = "writer"
#: Users by the name of a token; each is one test's own, who may revoke it.
TOKENS = tuple(f"token.{number}.{'x' * 180}" for number in range(60))
_ALL = {"configure": ".*", "write": ".*", "read": ".*"}
_DEFINITIONS = {
    "vhosts": [{"name": "/"}, {"name": "desk/of us"}],
    "users": [
        {"name": "guest", "password": "guest", "tags": "administrator"},
        {"name": "desk@example.org", "password": "a/b:c@d %2F", "tags": ""},
        {"name": READER, "password": READER, "tags": ""},
        {"name": WRITER, "password": WRITER, "tags": ""},
        *({"name": one, "password": one, "tags": ""} for one in TOKENS),
    ],
    "permissions": [
        {"user": "guest", "vhost": "/", **_ALL},
        {"user": "desk@example.org", "vhost": "desk/of us", **_ALL},
        {"user": READER, "vhost": "/", **_ALL, "write": "^open.*"},
        {"user": WRITER, "vhost": "/", **_ALL, "read": "^open.*"},
        *({"user": one, "vhost": "/", **_ALL} for one in TOKENS),
    ],
    "topic_permissions": [
        {
            "user": READER,
            "vhost": "/",
            "exchange": "open-topic",
            "write": "^public.*",
            "read": ".*",
        }
    ],
}


class RabbitMq:
    """One node; its folder and ports stay the same however often it is started."""

    def __init__(self) -> None:
        self.port, self.tls_port, self._dist_port, self._epmd_port = free_ports(4)
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def folder(self) -> Path:
        folder = make_folder("zayavka-rabbitmq-")
        (folder / "home").mkdir()
        (folder / "definitions.json").write_text(json.dumps(_DEFINITIONS))
        (folder / "enabled_plugins").write_text("[rabbitmq_amqp1_0].")
        conf = _CONF.format(
            size=MAX_MESSAGE,
            folder=folder,
            port=self.port,
            tls_port=self.tls_port,
            certificate=_CERTIFICATE,
        )
        (folder / "rabbitmq.conf").write_text(conf)
        return folder

    @property
    def url(self) -> str:
        return f"amqp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run the node, if it does not run, until it takes connections."""
        if self._process is not None and self._process.poll() is None:
            return
        if not SCRIPTS.is_dir():
            _do_without("apt-get install --no-install-recommends rabbitmq-server")
        (self.folder / "pid").unlink(missing_ok=True)
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 # Debian's script
                [SCRIPTS / "rabbitmq-server"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        limit = time.monotonic() + START_SECONDS
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > limit:
                said = (self.folder / "out").read_text()[-2000:]
                self.kill()
                _do_without(f"a machine where it starts; it said:\n{said}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in good order."""
        self._signal(signal.SIGTERM)
        self._await_end()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._await_end()

    def freeze(self) -> None:
        """Let it live but do nothing; return when all its threads stand still."""
        self._signal(signal.SIGSTOP)
        tasks = Path("/proc") / (self.folder / "pid").read_text().strip() / "task"
        while not all(_is_stopped(one) for one in tasks.iterdir()):
            time.sleep(0.001)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def ctl(self, *words: str) -> str:
        """Run rabbitmqctl, which takes a second or two."""
        done = subprocess.run(  # noqa: S603 # Debian's script
            [SCRIPTS / "rabbitmqctl", "-q", "-n", self._node, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=START_SECONDS,
        )
        return done.stdout

    def close(self) -> None:
        """End it and take its folder and its port mapper away."""
        if self._process is None:
            return
        self.kill()
        subprocess.run(  # noqa: S603 # ours, by its own port
            [shutil.which("epmd") or "epmd", "-port", str(self._epmd_port), "-kill"],
            stdout=subprocess.DEVNULL,
            check=False,  # it ends with an error if it was gone
            timeout=STOP_SECONDS,
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        """Tell the node itself; the script around it sees it end, and ends."""
        if self._process is None or self._process.poll() is not None:
            return
        try:
            os.kill(int((self.folder / "pid").read_text()), number)
        except (FileNotFoundError, ValueError, ProcessLookupError):  # hardly begun
            os.killpg(self._process.pid, number)

    def _await_end(self) -> None:
        if self._process is not None:
            self._process.wait(STOP_SECONDS)

    @property
    def _node(self) -> str:
        return f"zayavka{self.port}@localhost"

    @cached_property
    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            **os.environ,
            "HOME": str(folder / "home"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP": str(folder / "erl_crash.dump"),
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            # One scheduler that does not spin: it shares the cores with the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none",
            "RABBITMQ_SERVER_START_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, and all different."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _is_stopped(task: Path) -> bool:
    return (task / "stat").read_text().rpartition(")")[2].split()[0] == "T"


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _do_without(remedy: str) -> None:
    words = f"no RabbitMQ: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
