"""A desk that is killed while it reads a mailbox takes each mail once."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from storage.store import Store
from tests.app.conftest import zayavka
from tests.app.test_mailboxes import mail, table, waiting
from tests.dovecot import Dovecot
from tests.mail.imap.keeping import until

MAILS = 120
KILLS = 2


def test_killed_while_reading_it_takes_each_mail_once(
    desk: Path, store: Store, dovecot: Dovecot
) -> None:
    with dovecot.client("killed") as client:
        for number in range(MAILS):
            client.append("INBOX", mail(number))
    settings = table("box", dovecot.port, "killed", more='done = "move:Done"')
    ports = f"[http]\nport = 0\n[mail.smtp]\nport = 0\n{settings}"
    desk.write_text(desk.read_text() + ports)
    before = 0
    for _ in range(KILLS):
        process = start(desk)
        until(lambda: taken(store) > before)  # noqa: B023 # awaited here
        time.sleep(0.02)
        process.kill()
        process.wait()
        before = min(taken(store), MAILS - 1)
    process = start(desk)
    try:
        until(lambda: not waiting(dovecot, "killed"))
        until(lambda: count(store, "arrival WHERE outcome = 'ticket'") == MAILS)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert taken(store) == MAILS
    assert count(store, "ticket") == count(store, "arrival") == MAILS
    assert subprocess.run(zayavka(desk, "audit"), check=False).returncode == 0  # noqa: S603 # our own program
    with dovecot.client("killed") as client:
        assert client.select_folder("Done")[b"EXISTS"] == MAILS


def start(desk: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 # our own program
        zayavka(desk, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def taken(store: Store) -> int:
    return count(store, "arrival")


def count(store: Store, of: str) -> int:
    query = f"SELECT count(*) FROM {of}"  # noqa: S608 # the tests' own words
    return store.read(lambda tx: int(tx.connection.exec_driver_sql(query).scalar_one()))
