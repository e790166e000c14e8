"""A real Dovecot for tests: private, on free ports, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pytest
from imapclient import IMAPClient

from tests.brokers import free_ports
from tests.folders import make_folder

PROGRAM = Path("/usr/sbin/dovecot")
PASSWORD = "пароль-secret"  # noqa: S105 # nobody is let in but tests
START_SECONDS = 20
CERTIFICATE = Path(__file__).parent / "mail" / "tls" / "localhost.pem"
_CONF = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
auth_mechanisms = plain login xoauth2
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
mail_plugins = acl
plugin {{
  acl = vfile:{folder}/acl
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_limit = 100
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """One server; anybody may log in with the password, and has a mailbox."""

    def __init__(self) -> None:
        self.port, self.tls_port = free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None

    @cached_property
    def folder(self) -> Path:
        folder = make_folder("zayavka-dovecot-")
        folder.chmod(0o755)
        mail = folder / "mail"
        mail.mkdir()
        os.chown(mail, self._owner.pw_uid, self._owner.pw_gid)
        for kept in ("run", "state"):
            (folder / kept).mkdir(mode=0o755)
        (folder / "acl").write_text("ReadOnly owner lr\n")
        is_root = os.getuid() == 0
        me = pwd.getpwuid(os.getuid()).pw_name
        conf = _CONF.format(
            folder=folder,
            password=PASSWORD,
            certificate=CERTIFICATE,
            internal="dovecot" if is_root else me,
            internal_group="dovecot" if is_root else "",
            login="dovenull" if is_root else me,
            uid=self._owner.pw_uid,
            gid=self._owner.pw_gid,
            port=self.port,
            tls_port=self.tls_port,
        )
        (folder / "dovecot.conf").write_text(conf)
        return folder

    @cached_property
    def _owner(self) -> pwd.struct_passwd:
        """Return who the mails belong to, for Dovecot gives none to root."""
        if os.getuid() == 0:
            return pwd.getpwnam("mail")
        return pwd.getpwuid(os.getuid())

    def start(self) -> None:
        """Run it, if it does not run, until it takes connections."""
        if self._process is not None and self._process.poll() is None:
            return
        if not PROGRAM.is_file():
            _do_without("apt-get install --no-install-recommends dovecot-imapd")
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 # Debian's program
                [PROGRAM, "-F", "-c", self.folder / "dovecot.conf"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        limit = time.monotonic() + START_SECONDS
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > limit:
                said = (self.folder / "out").read_text()[-2000:]
                self.stop()
                _do_without(f"a machine where it starts; it said:\n{said}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and every connection it has."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(START_SECONDS)

    def close(self) -> None:
        if self._process is not None:
            self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Log in with a client that is not ours."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=30) as client:
            client.plain_login(user, PASSWORD)
            yield client


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _do_without(remedy: str) -> None:
    words = f"no Dovecot: {remedy}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)
