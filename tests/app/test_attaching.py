"""Files that are too large for mail: linked to, or left out and named."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import quote

import httpx
import pytest
from aiosmtpd.smtp import Envelope
from prometheus_client import CollectorRegistry

from app import pages
from app.files import StoredFiles
from app.http import HttpServer, make_app
from app.links import SignedLinks
from mail.sending.link import Manner
from mail.sending.relay import relay_from
from sandbox.params import Upload
from storage.store import Places
from tests.app.test_http import Fine
from tests.app.test_mailing import read
from tests.app.workshop import Chat, Workshop, add_mailing, chat, run, texts
from tests.mail.sink import Script, open_sink
from tickets.files.attaching import Room

MANNER = Manner(max_connections=2, seconds=5.0, final_seconds=5.0)
BIG = bytes(range(256)) * 1200  # 300 KB
LINKS = SignedLinks(base_url="https://desk.example.org", keys=(b"k" * 32,))


def upload(name: str, content: bytes) -> Upload:
    return Upload(name=name, media_type="application/octet-stream", content=content)


def received(mail: Envelope) -> EmailMessage:
    assert isinstance(mail.content, bytes)
    return read(mail.content)


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


async def answered(there: Chat, name: str = "дамп.bin") -> None:
    await there.shop.mail()
    await there.settle()
    await there.say("Смотрите.", upload(name, BIG))


def test_what_the_relay_does_not_take_is_left_out_and_both_sides_are_told(
    places: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script(), data_size_limit=200_000) as script:
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            async with chat(shop) as there:
                await answered(there)
                await answered(there, "второй.bin")
                told = [one for one in there.words() if "Слишком велико" in one]
            await relay.close()
            answers = [received(one) for one in script.mails][1:]
        assert "второй.bin" in told[-1]
        assert "ivan@partner.example" in told[-1]
        for mail, name in zip(answers, ("дамп.bin", "второй.bin"), strict=True):
            assert f"1 файл слишком велик для письма и не приложен: {name}" in plain(
                mail
            )
            assert list(mail.iter_attachments()) == []
        assert shop.states("answer") == ["sent", "sent"]
        kept = {row.message_id for row in shop.rows("SELECT message_id FROM sent_mail")}
        assert kept == {str(received(one)["Message-ID"]) for one in script.mails}

    run(places, scene)


def test_a_text_that_no_relay_takes_is_parked_with_the_reason(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script(), data_size_limit=1_000) as script:
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            await shop.mail()
            await relay.close()
        assert shop.states("accepted") == ["parked"]
        (row,) = shop.rows("SELECT last_error FROM delivery WHERE kind = 'accepted'")
        assert row.last_error == "552 5.3.4 the relay takes no mail over 1000 bytes"

    run(places, scene)


@pytest.mark.parametrize("after", [0, 29, 31])
def test_what_is_over_the_limit_is_fetched_until_the_link_expires(
    places: Places, after: int
) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script()) as script:
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay, room=Room(most=100_000, links=True), links=LINKS)
            async with chat(shop) as there:
                await answered(there)
            await relay.close()
            mail = received(script.mails[-1])
        assert list(mail.iter_attachments()) == []
        assert "дамп.bin (300 кБ)\nhttps://desk" in plain(mail).replace("\r\n", "\n")
        page = mail.get_body(("html",))
        assert page is not None
        (address,) = [one for one in plain(mail).split() if "/files/" in one]
        assert f'<a href="{address}">дамп.bin</a>' in str(page.get_content())
        shop.clock.ahead += timedelta(days=after)
        got = await fetch(shop, address.removeprefix(LINKS.base_url))
        if after < 30:
            assert (got.status_code, got.content) == (200, BIG)
            named = f"attachment; filename*=UTF-8''{quote('дамп.bin')}"
            assert got.headers["content-disposition"] == named
        else:
            assert got.status_code == 410
            assert "Срок действия ссылки истёк." in got.text
            assert got.headers["cache-control"] == "no-store"

    run(places, scene)


async def fetch(shop: Workshop, path: str) -> httpx.Response:
    files = StoredFiles(
        links=LINKS,
        store=shop.store,
        now=shop.clock.now,
        gone=lambda language: pages.gone(texts(), language),
    )
    app = make_app(health=Fine(), registry=CollectorRegistry(), files=files)
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    try:
        async with httpx.AsyncClient() as client:
            return await client.get(f"http://127.0.0.1:{server.port}{path}")
    finally:
        await server.stop()


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE attachment SET state = 'infected'",
        "UPDATE comment SET visibility = 'internal'",
    ],
)
def test_what_nobody_may_have_any_more_is_not_there(
    places: Places, spoilt: str
) -> None:
    async def scene(shop: Workshop) -> None:
        async with chat(shop) as there:
            await answered(there)
        (row,) = shop.rows("SELECT id FROM attachment")
        until = shop.clock.now() + timedelta(days=1)
        address = LINKS.attachment(row.id, until=until, language="en")
        path = address.removeprefix(LINKS.base_url)
        assert (await fetch(shop, path)).status_code == 200
        shop.execute(spoilt)
        assert (await fetch(shop, path)).status_code == 404

    run(places, scene)


def test_an_expired_link_says_so_in_the_language_of_its_mail() -> None:
    page = pages.gone(texts(), "en")
    assert "This link has expired." in page
    assert '<html lang="en">' in page
