"""What is done to a ticket reaches the partner's people as mails, in order."""

from __future__ import annotations

from email.message import EmailMessage

from storage.chains import REFERENCES
from storage.store import Places
from tests.app.test_chatting import Letters
from tests.app.test_mailing import read
from tests.app.workshop import ANNA, Chat, Workshop, add_mailing, chat, run
from tickets.sending import Later

IVAN, OLGA = "ivan@partner.example", "olga@partner.example"


def mails_to(letters: Letters, person: str) -> list[EmailMessage]:
    return [read(raw) for to, raw in letters.taken if to == person]


def first_lines(mails: list[EmailMessage]) -> list[str]:
    bodies = [mail.get_body(("plain",)) for mail in mails]
    return [str(body.get_content()).splitlines()[0] for body in bodies if body]


async def opened(there: Chat) -> None:
    await there.shop.mail(cc=OLGA)
    await there.settle()


async def press(there: Chat, action: str) -> None:
    await there.press(there.shown()[0], f"{action}:NN-1")


def test_the_stages_of_a_ticket_are_one_thread_for_each_reader(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        letters = Letters()
        add_mailing(shop, letters)
        async with chat(shop) as there:
            await opened(there)
            for action in ("take", "resolve"):
                await press(there, action)
            reply = f"In-Reply-To: {mails_to(letters, OLGA)[-1]['Message-ID']}\n"
            await shop.mail("2", sender=OLGA, more=reply)
            await press(there, "close")
        to_ivan, to_olga = mails_to(letters, IVAN), mails_to(letters, OLGA)
        stages = [
            "Мы начали работу над вашей заявкой.",
            "Ваша заявка решена.",
            "Мы получили новое сообщение, и ваша заявка снова открыта.",
            "Ваша заявка закрыта.",
        ]
        assert first_lines(to_olga) == stages
        assert first_lines(to_ivan)[1:] == stages
        for mails, chain in (
            (to_ivan, ["<1@partner.example>"]),
            (to_olga, ["<1@partner.example>"]),
        ):
            for mail in mails:
                if "снова открыта" in first_lines([mail])[0]:
                    chain.append("<2@partner.example>")
                assert str(mail["References"]).split() == chain
                assert mail["In-Reply-To"] == chain[-1]
                chain.append(str(mail["Message-ID"]))
        ids = [str(mail["Message-ID"]) for mail in (*to_ivan, *to_olga)]
        assert len(set(ids)) == len(ids) == 9
        assert {str(mail["Subject"]) for mail in to_olga} == {"[NN-1] Re: Принтер"}
        assert {str(mail["Auto-Submitted"]) for mail in to_olga} == {"auto-generated"}

    run(places, scene)


def test_a_mail_that_must_wait_keeps_those_behind_it_waiting(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        letters = Letters()
        add_mailing(shop, letters)
        async with chat(shop) as there:
            await opened(there)
            letters.answers = [Later("451 busy"), Later("451 busy")]
            await press(there, "close")
            there.by_hand("close")
            there.by_hand("reopen")
            await there.settle()
            await press(there, "close")
            assert letters.answers == []
            assert first_lines(mails_to(letters, OLGA)) == []
            await there.jump(minutes=5)
        for person, before in ((IVAN, 1), (OLGA, 0)):
            assert first_lines(mails_to(letters, person))[before:] == [
                "Ваша заявка закрыта.",
                "Ваша заявка снова открыта.",
                "Ваша заявка закрыта.",
            ]

    run(places, scene)


def test_the_one_a_ticket_is_given_to_is_called_by_their_id(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with chat(shop) as there:
            await opened(there)
            shop.give_to_anna()
            await there.settle()
            call = there.shown()[-1].content
        assert call["text"] == "👤 Анна, эта заявка назначена вам."
        (entity,) = call["entities"]
        assert (entity["type"], entity["user"]["id"]) == ("text_mention", ANNA)
        said = call["text"].encode("utf-16-le")
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        assert said[2 * begin : 2 * end].decode("utf-16-le") == "Анна"

    run(places, scene)


def test_a_mail_refers_to_so_many_of_a_storms_and_no_more(places: Places) -> None:
    """Servers refuse mails with large headers."""

    async def scene(shop: Workshop) -> None:
        letters = Letters()
        add_mailing(shop, letters)
        async with chat(shop) as there:
            await opened(there)
            for n in range(2, 130):
                raw = f"From: {IVAN}\nMessage-ID: <{n}@x>\nSubject: [NN-1]\n\n{n}"
                shop.keep(f"{n}", raw.encode(), sender=IVAN)
            await there.settle()
            await there.say("Смотрим.")
        answer = mails_to(letters, OLGA)[-1]
        ids = str(answer["References"]).split()
        assert len(ids) == REFERENCES
        assert (ids[0], ids[1], ids[-1]) == ("<1@partner.example>", "<31@x>", "<129@x>")
        assert answer["In-Reply-To"] == "<129@x>"

    run(places, scene)
