"""Files on their way through a whole desk with a scanner, over real sockets."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from storage.audit import audit
from tests.acceptance.background import Background
from tests.acceptance.desks import Forks, command
from tests.acceptance.houses import ANNA, House, open_house
from tests.acceptance.letters import files, letter
from tests.acceptance.ports import free_port
from tests.acceptance.telegram import Topic
from tests.acceptance.waiting import eventually
from tests.scanners import EICAR, VIRUS, RealClamd, ScriptedClamd, open_scripted


@pytest.fixture
def scanned(tmp_path: Path, staffed: Path, forks: Forks) -> Iterator[House]:
    """A desk, not started yet, whose scanner is to be on a port of its own."""
    more = f'\n[scan]\nurl = "clamd://127.0.0.1:{free_port()}"\ntimeout = "5s"\n'
    with open_house(tmp_path / "own", staffed, more=more) as opened:
        opened.desk.warm(forks)
        yield opened


def port_of(house: House) -> int:
    text = house.desk.config.read_text()
    return int(text.partition('"clamd://127.0.0.1:')[2].partition('"')[0])


def with_file(house: House, name: str, content: bytes, **fields: str) -> EmailMessage:
    site = house.sites[0]
    given = {"sender": site.person("ivan"), "to": site.address, **fields}
    mail = letter(**given)
    mail.add_attachment(content, maintype="a", subtype="b", filename=name)
    return mail


def documents(house: House, topic: Topic) -> dict[str, bytes]:
    """Return the files that stand in a topic."""
    return {
        one["file"]["name"]: house.telegram.file(one)
        for one in house.telegram.messages(topic)
        if one["file"]
    }


def page(house: House, path: str) -> httpx.Response:
    port = house.desk.config.read_text().partition("[http]")[2].split()[2]
    return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=30)


def scanner_part(house: House) -> dict[str, object]:
    return dict(page(house, "/readyz").json()["parts"]["scanner"])


def is_whole(house: House) -> bool:
    return house.records.look(audit).difference == 0


def test_an_infected_mail_goes_nowhere_and_its_words_do(
    scanned: House, clamd: RealClamd
) -> None:
    config = scanned.desk.config
    text = config.read_text().replace(
        f"clamd://127.0.0.1:{port_of(scanned)}", clamd.url
    )
    config.write_text(text)
    scanned.desk.start()
    site = scanned.sites[0]
    mail = with_file(scanned, "счёт.bin", EICAR, text="Оплатите счёт.")
    mail.add_attachment(b"hello", maintype="a", subtype="b", filename="акт.txt")
    scanned.send(mail)
    topic = scanned.topic(site)
    said = scanned.says(topic, VIRUS)
    assert "счёт.bin" in said["text"]
    scanned.says(topic, "Оплатите счёт.")
    eventually(lambda: documents(scanned, topic), what="the good file")
    told = scanned.mail(site.person("ivan"), "- счёт.bin")
    assert told["X-Zayavka-Ticket"] == topic.number
    scanned.telegram.attach(topic, "схема.bin", EICAR, user=ANNA)
    scanned.says(topic, "It was not sent to the partner")
    scanned.telegram.attach(topic, "план.bin", b"a plan", user=ANNA)
    sent = eventually(
        lambda: [one for one in scanned.mailboxes.mails() if files(one)],
        what="the specialist's good file",
    )
    scanned.quiet()
    assert [files(one) for one in sent] == [{"план.bin": b"a plan"}]
    shown = documents(scanned, topic)
    assert shown["акт.txt"] == b"hello"
    assert "счёт.bin" not in shown
    ticket = json.loads(command(config, "ticket", "show", topic.number, "--json"))
    [first, *_] = ticket["comments"]
    states = [(one["name"], one["state"]) for one in first["attachments"]]
    assert states == [("счёт.bin", "infected"), ("акт.txt", "stored")]
    bus = (config.parent / "var" / "bus.jsonl").read_text()
    assert "счёт.bin" not in bus
    assert "акт.txt" in bus
    assert scanner_part(scanned)["ok"] is True
    figures = page(scanned, "/metrics").text
    assert "zayavka_scanner_up 1.0" in figures
    assert "zayavka_scanner_infected_total 2.0" in figures
    assert is_whole(scanned)


def test_while_the_scanner_is_down_files_wait_and_nothing_is_lost(
    scanned: House,
) -> None:
    scanned.desk.start()
    site = scanned.sites[0]
    mails = [
        with_file(scanned, f"{n}.txt", b"%d" % n, Subject=f"с {n}") for n in range(3)
    ]
    for mail in mails:
        scanned.send(mail)
    olga = letter(sender=site.person("olga"), to=site.address, Subject="без файлов")
    scanned.send(olga)
    without = scanned.ticket("без файлов")
    scanned.mail(site.person("olga"), without)
    eventually(lambda: not scanner_part(scanned)["ok"], what="the scanner is red")
    assert "does not answer" in str(scanner_part(scanned)["detail"])
    assert "zayavka_scanner_up 0.0" in page(scanned, "/metrics").text
    assert scanned.records.column("SELECT count(*) FROM ticket") == [1]
    scanned.desk.kill()  # what waits is in the records
    scanned.desk.start()
    script = ScriptedClamd(port=port_of(scanned))
    with Background(lambda: open_scripted(script)):
        eventually(
            lambda: scanned.records.column("SELECT count(*) FROM ticket") == [4],
            what="what waited is filed",
            seconds=30,
        )
        assert scanner_part(scanned)["ok"] is True
        scanned.quiet()
    assert sorted(script.scanned) == [b"0", b"1", b"2"]
    subjects = scanned.records.column("SELECT subject FROM ticket ORDER BY id")
    assert subjects == ["без файлов", "с 0", "с 1", "с 2"]
    assert is_whole(scanned)


def test_a_scanner_that_dies_in_the_middle_is_waited_for(scanned: House) -> None:
    script = ScriptedClamd(port=port_of(scanned), way="breaks off")
    with Background(lambda: open_scripted(script)):
        scanned.desk.start()
        scanned.send(with_file(scanned, "a.txt", b"hello", Subject="терпение"))
        eventually(
            lambda: "scanner_away" in scanned.desk.said(), what="the scanner is missed"
        )
        assert scanned.records.column("SELECT count(*) FROM ticket") == [0]
        script.way = "judges"
        scanned.ticket("терпение")
        scanned.quiet()
    assert b"hello" in script.scanned
    assert is_whole(scanned)


def test_the_door_says_250_whatever_the_scanner_does(scanned: House) -> None:
    script = ScriptedClamd(port=port_of(scanned), way="is silent")
    with Background(lambda: open_scripted(script)):
        scanned.desk.start()
        mail = with_file(scanned, "a.txt", b"hello", Subject="тишина")
        with smtplib.SMTP("127.0.0.1", scanned.desk.smtp_port, timeout=10) as client:
            assert client.send_message(mail) == {}
        script.way = "judges"
        eventually(
            lambda: scanned.records.column("SELECT subject FROM ticket"),
            what="the ticket",
            seconds=30,
        )
        scanned.quiet()
