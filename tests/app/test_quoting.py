"""An answer quotes what the partner may read, and nothing else."""

from __future__ import annotations

from email.message import EmailMessage

from storage.store import Places
from tests.app.test_chatting import Letters
from tests.app.test_mailing import read
from tests.app.workshop import Workshop, add_mailing, chat, run

IVAN = "ivan@partner.example"
DOUBTED = (
    "UPDATE comment SET trust = 'unproven' WHERE message_id = '<2@partner.example>'"
)


def quoted(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).partition("выше этой строки ---")[2]


def test_notes_strangers_and_what_was_taken_back_are_not_quoted(
    records: Places,
) -> None:
    async def scene(shop: Workshop) -> None:
        letters = Letters()
        shop.hold_answers(15)
        add_mailing(shop, letters)
        answering = "In-Reply-To: <1@partner.example>\n"
        async with chat(shop) as there:
            await shop.mail(text="Первое.")
            await there.settle()
            await there.say("// ключ у охраны")
            await shop.mail(
                "2", sender="eve@elsewhere.example", text="Чужое.", more=answering
            )
            shop.execute(DOUBTED)
            await there.settle()
            await there.say("Отозванное.")
            await there.say("/undo")
            await there.say("Второе.")
            await there.jump(seconds=20)
            await shop.mail("3", text="Третье.", more=answering)
            await there.settle()
            await there.say("Четвёртое.")
            await there.jump(seconds=20)
        (*_, second, last) = [read(raw) for to, raw in letters.taken if to == IVAN]
        assert [line for line in quoted(last).splitlines() if line[:1] == ">"] == [
            "> Третье.",
            "> Второе.",
            "> Первое.",
        ]
        assert "Первое." in quoted(second)
        for hidden in ("охраны", "Чужое", "Отозванное"):
            assert hidden not in str(second) + str(last)
            assert hidden not in quoted(second) + quoted(last)

    run(records, scene)


def test_what_nobody_was_sent_is_not_quoted(records: Places) -> None:
    """It may still be taken back, or was never to leave."""

    async def scene(shop: Workshop) -> None:
        letters = Letters()
        add_mailing(shop, letters)
        async with chat(shop) as there:
            await shop.mail(text="Первое.")
            await there.settle()
            await there.say("Неотправленное.")
            shop.execute(
                "UPDATE delivery SET state = 'cancelled' WHERE kind = 'answer'"
            )
            await there.say("Второе.")
        last = [read(raw) for to, raw in letters.taken if to == IVAN][-1]
        assert "Первое." in quoted(last)
        assert "Неотправленное." not in quoted(last)

    run(records, scene)
