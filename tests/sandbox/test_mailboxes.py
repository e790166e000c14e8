"""Everybody has a mailbox: what came to them and what they wrote on the page."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.sandbox.stage import Stage, play
from tests.sandbox.test_mail import smtp_server

IVAN, OLGA = "ivan@romashka.example", "olga@romashka.example"


def send(folder: Path, subject: str, to: str, **more: str) -> None:
    """Put a mail as the desk sends it: one for each reader, all of them shown."""
    message = EmailMessage()
    message["X-Envelope-To"] = f"<{to}>"
    message["From"] = "Поддержка <support@example.org>"
    message["To"] = f"Иван Петров <{IVAN}>"
    message["Cc"] = f"Ольга Белова <{OLGA.upper()}>"
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 10:00:00 +0300"
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content("Здравствуйте!")
    mailbox.Maildir(folder).add(message.as_bytes())


def subjects(mails: Any) -> list[str]:
    return [mail["subject"] for mail in mails]


def test_each_reader_has_their_own_mails(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    for to in (IVAN, OLGA):
        send(folder, f"для {to}", to)
    send(folder, "сводка", "orlova@example.org", Auto_Submitted="auto-generated")
    send(folder, "принято", IVAN, Auto_Submitted="auto-replied")

    async def scene(stage: Stage) -> None:
        owners = {
            one["address"]: (one["name"], one["count"])
            for one in (await stage.get("state"))["owners"]
        }
        assert owners == {
            IVAN: ("Иван Петров", 2),
            OLGA: ("Ольга Белова", 1),
            "orlova@example.org": ("", 1),
        }
        (mail,) = await stage.get(f"mails?person={OLGA.upper()}")
        assert (mail["subject"], mail["kind"]) == (f"для {OLGA}", "letter")
        assert mail["everybody"] == [IVAN, OLGA]
        kinds = {mail["subject"]: mail["kind"] for mail in await stage.get("mails")}
        assert (kinds["сводка"], kinds["принято"]) == ("digest", "acknowledgement")
        assert await stage.get("mails?person=nobody@example.org") == []

    play(scene, mail_dir=folder)


def test_a_letter_is_kept_for_its_author_and_colleague(tmp_path: Path) -> None:
    folders = {"mail_dir": tmp_path / "sent", "written_dir": tmp_path / "a" / "written"}
    with smtp_server() as (inbox, port):

        async def scene(stage: Stage) -> None:
            before = await stage.get("state")
            await stage.post(
                "mail", sender=IVAN, name="Иван", subject="Касса", text="x", cc=[OLGA]
            )
            after = await stage.get(f"state?since={before['version']}")
            assert [one["address"] for one in after["owners"]] == [IVAN, OLGA]
            (mail,) = await stage.get(f"mails?person={OLGA}")
            assert (mail["kind"], mail["subject"]) == ("written", "Касса")
            assert mail["everybody"] == [IVAN, "support@example.org", OLGA]
            raw = await stage.web.get(f"mails/{mail['key']}")
            assert f"Cc: {OLGA}" in raw.text
            assert inbox.letters[0].rcpt_tos == ["support@example.org"]

        play(
            scene,
            smtp=("127.0.0.1", port),
            support_address="support@example.org",
            **folders,
        )


def test_what_the_server_refused_is_not_kept(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        answer = await stage.web.post("mail", json={"sender": IVAN, "text": "x"})
        assert answer.status_code == 400
        assert (await stage.get("state"))["mails"] == 0

    play(
        scene,
        smtp=("127.0.0.1", 1),
        support_address="support@example.org",
        written_dir=tmp_path / "written",
    )


def test_the_answer_is_above_the_letter_of_the_same_second(tmp_path: Path) -> None:
    sent, written = tmp_path / "sent", tmp_path / "written"
    send(sent, "ответ", IVAN)
    send(written, "вопрос", IVAN)

    async def scene(stage: Stage) -> None:
        assert subjects(await stage.get("mails")) == ["ответ", "вопрос"]

    play(scene, mail_dir=sent, written_dir=written)
