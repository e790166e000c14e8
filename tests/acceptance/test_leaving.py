"""A desk whose answers are held and whose mails are signed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.acceptance.desks import Forks, command
from tests.acceptance.houses import House, open_house
from tests.acceptance.letters import texts
from tests.acceptance.test_trouble import mark
from tests.acceptance.waiting import eventually

HOLD = """
[mail.dkim]
domain = "example.org"
selector = "desk"
key_file = "dkim.pem"
"""


@pytest.fixture
def holding(tmp_path: Path, staffed: Path, forks: Forks) -> Iterator[House]:
    """A desk of the test's own, not started yet."""
    folder = tmp_path / "own"
    folder.mkdir()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "dkim.pem").write_bytes(key.private_bytes(*form))
    with open_house(folder, staffed, more=HOLD) as opened:
        config = opened.desk.config
        held = config.read_text().replace("[mail]\n", '[mail]\nhold = "8s"\n')
        config.write_text(held)
        opened.desk.warm(forks)
        yield opened


def test_what_is_taken_back_after_a_kill_is_sent_to_nobody(holding: House) -> None:
    holding.desk.start()
    site = holding.sites[0]
    _, topic = holding.open(site)
    wrong = holding.write(topic, "Не туда.")
    eventually(lambda: mark(holding, wrong) == ["👀"], what="it is queued")
    holding.desk.kill()
    holding.write(topic, "/undo")
    holding.desk.start()
    eventually(lambda: mark(holding, wrong) == ["✍"], what="it is a note")
    right = holding.write(topic, "Туда.")
    eventually(lambda: mark(holding, right) == ["👀"], what="it is queued")
    holding.desk.kill()
    holding.desk.start()
    eventually(lambda: mark(holding, right) == ["👌"], seconds=30, what="delivered")
    holding.mail(site.person("ivan"), "Туда.")
    sent = [texts(one) for one in holding.mailboxes.mails(site.person("ivan"))]
    assert not any("Не туда." in one for one in sent)
    holding.quiet()
    told = json.loads(command(holding.desk.config, "audit", "--json"))
    assert told["difference"] == 0


def test_every_mail_bears_the_signature_that_check_says_to_publish(
    holding: House,
) -> None:
    said = json.loads(command(holding.desk.config, "check", "--json"))
    (record,) = [one["detail"] for one in said if one["part"] == "dkim"]
    name, _, quoted = record.removeprefix("publish: ").partition(" TXT ")
    text = "".join(shlex.split(quoted))

    def look(asked: bytes, timeout: int = 5) -> bytes | None:
        del timeout
        return text.encode() if asked.decode() == name else None

    holding.desk.start()
    site = holding.sites[0]
    _, topic = holding.open(site)
    holding.write(topic, "Перезагрузите.")
    holding.quiet(seconds=30)
    sent = list((holding.mailboxes.folder / "new").iterdir())
    assert len(sent) == 2
    for path in sent:
        assert dkim.verify(path.read_bytes(), dnsfunc=look)
