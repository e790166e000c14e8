"""A mail's HTML is shown whole and can do nothing."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from sandbox.mail_html import read_html
from tests.sandbox.pictures import png
from tests.sandbox.stage import Stage, play
from tests.sandbox.test_mail import HOSTILE, put

CHART = png()


def charted(
    page: str, *, content_id: str = "chart.1@digest", kind: str = "png"
) -> EmailMessage:
    """Return a digest with one picture."""
    message = EmailMessage()
    message["From"] = "Поддержка <support@example.org>"
    message["To"] = "Мария Орлова <orlova@example.org>"
    message["Subject"] = "Сводка"
    message["Date"] = "Mon, 23 Nov 2026 12:00:00 +0300"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("Поступило 7")
    message.add_alternative(page, subtype="html")
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    body.add_related(CHART, "image", kind, cid=f"<{content_id}>", filename="chart")
    return message


def post(folder: Path, message: EmailMessage) -> str:
    return str(mailbox.Maildir(folder).add(message.as_bytes()))


@pytest.mark.parametrize(
    ("content_id", "address"),
    [
        ("chart.1@digest", "cid:chart.1@digest"),
        ("a b@x", "CID:a%20b@x"),
        ("a&b@x", "cid:a&amp;b@x"),
    ],
)
def test_a_picture_of_the_mail_is_inside(content_id: str, address: str) -> None:
    page = f'<img src="{address}"><p style="background:url({address})">'
    shown = read_html(charted(page, content_id=content_id).as_bytes())
    assert shown is not None
    assert shown.count("data:image/png;base64,iVBOR") == 2


@pytest.mark.parametrize(
    ("kind", "address"), [("svg+xml", "chart.1@digest"), ("png", "other@digest")]
)
def test_what_is_no_picture_of_the_mail_stays_a_name(kind: str, address: str) -> None:
    shown = read_html(charted(f'<img src="cid:{address}">', kind=kind).as_bytes())
    assert shown is not None
    assert shown.endswith(f'<img src="cid:{address}">\n')


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_mail_without_html_has_none(raw: bytes) -> None:
    assert read_html(raw) is None


def test_html_is_served_where_nothing_runs(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    key = post(folder, charted("<p>Поступило 7</p>"))
    plain = put(folder, "без оформления")

    async def scene(stage: Stage) -> None:
        shown = await stage.web.get(f"mails/{key}/html")
        assert shown.text.endswith("<p>Поступило 7</p>\n")
        assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = shown.headers["Content-Security-Policy"]
        assert policy.startswith(
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox;"
        )
        assert (await stage.web.get(f"mails/{plain}/html")).status_code == 404
        assert (await stage.web.get("mails/other/html")).status_code == 404
        by_key = {mail["key"]: mail for mail in await stage.get("mails")}
        assert [by_key[one]["has_html"] for one in (key, plain)] == [True, False]

    play(scene, mail_dir=folder)
