"""Files pass the scanner before anybody gets them; what has none goes on without it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.examining import Examining
from app.files import StoredFiles
from app.http import LockedError, Served
from app.links import SignedLinks
from app.reading import Manner
from app.scanning import QUEUE, Scanning
from mail.files.clamd import Clamd, read_place
from mail.files.scanner import FAILURES, Scanner
from mail.reading.limits import Limits
from sandbox.model import User
from sandbox.people import add_user
from scheduler.arrivals import ArrivalSource
from storage.audit import audit
from storage.store import Places
from tests.app.test_chatting import Letters
from tests.app.test_mailing import read as read_mail
from tests.app.test_partners import OLGA, Partner, upload
from tests.app.workshop import Chat, Workshop, add_mailing, chat, run
from tests.archives import MIB, locked, zipped
from tests.scanners import EICAR, VIRUS, ScriptedClamd, open_scripted

IVAN = "ivan@partner.example"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
EXE = b"MZ" + bytes(200)


@dataclass(kw_only=True)
class Desk:
    """A desk with a scanner, a chat and a partner in it."""

    chat: Chat
    clamd: ScriptedClamd
    letters: Letters
    olga: Partner
    scanner: Scanner
    told: list[str] = field(default_factory=list)

    @property
    def shop(self) -> Workshop:
        return self.chat.shop

    async def mail(self, key: str, files: dict[str, bytes], **more: str) -> None:
        self.keep(key, files, **more)
        await self.chat.settle()

    def keep(self, key: str, files: dict[str, bytes], **more: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = more.get("sender", IVAN), "support@example.org"
        mail["Subject"], mail["Message-ID"] = key, f"<{key}@partner.example>"
        mail.set_content(more.get("text", "Посмотрите."))
        for name, content in files.items():
            main, _, sub = more.get("type", "application/octet-stream").partition("/")
            mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
        self.shop.keep(key, mail.as_bytes(), sender=more.get("sender", IVAN))

    def files(self) -> list[tuple[str, str, str | None]]:
        query = "SELECT name, state, scan FROM attachment ORDER BY id"
        return [(one.name, one.state, one.scan) for one in self.shop.rows(query)]

    def outcomes(self) -> dict[str, str | None]:
        query = "SELECT source_key, outcome FROM arrival WHERE channel = 'smtp'"
        return {row.source_key: row.outcome for row in self.shop.rows(query)}

    def documents(self) -> list[dict[str, Any]]:
        """Return what the documents in the newest topic say."""
        return [
            dict(one.content) for one in self.chat.shown() if "document" in one.content
        ]

    def mails_to(self, person: str) -> list[EmailMessage]:
        return [read_mail(raw) for to, raw in self.letters.taken if to == person]


Scene = Callable[[Desk], Awaitable[None]]
Play = Callable[[Scene], None]


@pytest.fixture
def play(records: Places) -> Play:
    """Return what plays a scene on either database."""

    def begin(scene: Scene) -> None:
        async def story(shop: Workshop) -> None:
            letters = Letters()
            add_mailing(shop, letters)
            async with open_scripted(ScriptedClamd()) as clamd, chat(shop) as there:
                user = User(id=OLGA, first_name="Ольга")
                add_user(there.sandbox.telegram, user)
                scanner = make_scanner(shop, clamd)
                olga = Partner(chat=there)
                desk = Desk(
                    chat=there,
                    clamd=clamd,
                    letters=letters,
                    olga=olga,
                    scanner=scanner,
                )
                await scene(desk)
                assert shop.store.read(audit).difference == 0

        with capture_logs():
            run(records, story)

    return begin


def make_scanner(shop: Workshop, clamd: ScriptedClamd) -> Scanner:
    """Let the workshop's arrivals pass a scanner."""

    async def tell(reason: str) -> bool:
        del reason
        return True

    place = read_place(clamd.url)
    scanner = Scanner(
        clamd=Clamd(place=place, timeout=0.5), ticks=shop.clock.ticks, tell=tell
    )
    source = shop.sources[0]
    assert isinstance(source, ArrivalSource)
    source.read = Examining(manner=Manner(limits=Limits(files=3))).read
    source.screen = Scanning(scanner=scanner, max_size=500_000)
    return scanner


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def test_an_infected_file_is_kept_locked_and_everybody_is_told(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {"акт.txt": b"hello", "счёт.bin": EICAR})
        assert desk.files() == [
            ("акт.txt", "stored", "clean"),
            ("счёт.bin", "infected", VIRUS),
        ]
        assert [one["document"]["file_name"] for one in desk.documents()] == ["акт.txt"]
        [said] = [one for one in desk.chat.words() if "🔒" in one]
        assert "счёт.bin" in said
        assert VIRUS in said
        accepted, refused = desk.mails_to(IVAN)
        assert accepted["Subject"] == "[NN-1] 1"
        assert "- счёт.bin" in words(refused)
        assert "акт.txt" not in words(refused)
        assert refused["Auto-Submitted"] == "auto-replied"
        assert desk.shop.events().count("attachment-added") == 1

    play(scene)


def test_a_locked_file_is_served_to_nobody(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {"a.txt": b"hello", "b.bin": EICAR})
        links = SignedLinks(base_url="", keys=(b"k" * 32,))
        files = StoredFiles(
            links=links, store=desk.shop.store, now=desk.shop.clock.now, gone=str
        )
        for row in desk.shop.rows("SELECT state, sha256 FROM attachment"):
            token = links.file(row.sha256).rpartition("/")[2]
            if row.state == "stored":
                served = await files.fetch(token)
                assert isinstance(served, Served)
                assert served.content == b"hello"
            else:
                with pytest.raises(LockedError):
                    await files.fetch(token)

    play(scene)


def test_who_may_have_been_forged_is_told_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {})
        [accepted] = desk.mails_to(IVAN)
        stranger = "someone@else.example"
        mail = EmailMessage()
        mail["From"], mail["Message-ID"] = stranger, "<2@else.example>"
        mail["To"] = str(accepted["Reply-To"])
        mail.add_attachment(EICAR, maintype="a", subtype="b", filename="b.bin")
        desk.shop.keep("2", mail.as_bytes(), sender=stranger)
        await desk.chat.settle()
        assert [state for _, state, _ in desk.files()] == ["infected"]
        trust = desk.shop.rows("SELECT trust FROM comment ORDER BY id")
        assert [row.trust for row in trust] == ["plausible", "unproven"]
        assert desk.mails_to(stranger) == []

    play(scene)


def test_a_bomb_is_locked_whatever_the_scanner_says(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {"отчёт.zip": zipped({"a": bytes(40 * MIB)})})
        [(name, state, scan)] = desk.files()
        assert (name, state) == ("отчёт.zip", "infected")
        assert scan is not None
        assert scan.startswith("bomb: ")
        assert any("отчёт.zip" in one and "🔒" in one for one in desk.chat.words())

    play(scene)


def test_what_specialists_must_know_stands_under_the_file(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        files = {
            "фото.png": EXE,
            "фото2.png": PNG,
            "пароль.zip": locked({"a.js": b"x"}),
        }
        await desk.mail("1", files, type="image/png")
        captions = {
            one["document"]["file_name"]: one.get("caption", "")
            for one in desk.documents()
        }
        assert captions["фото2.png"] == ""
        assert "application/vnd.microsoft.portable-executable" in captions["фото.png"]
        assert captions["фото.png"].count("⚠️") == 2
        assert captions["пароль.zip"].count("⚠️") == 2
        assert captions["пароль.zip"].count("🔑") == 1
        types = desk.shop.rows("SELECT media_type FROM attachment ORDER BY id")
        assert types[0].media_type == "application/vnd.microsoft.portable-executable"

    play(scene)


def test_files_beyond_the_limits_are_named_and_the_raw_mail_is_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        names = [f"файл{n}.txt" for n in range(5)]
        await desk.mail("1", {name: name.encode() for name in names})
        assert [name for name, _, _ in desk.files()] == names[:3]
        [said] = [one for one in desk.chat.words() if "файл4.txt" in one]
        assert "arrival show 1 --raw" in said
        _, refused = desk.mails_to(IVAN)
        assert "- файл3.txt" in words(refused)
        assert "- файл4.txt" in words(refused)

    play(scene)


def test_files_of_one_name_are_told_apart(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        mail = EmailMessage()
        mail["From"], mail["Message-ID"] = IVAN, "<1@partner.example>"
        for content in (b"one", b"two"):
            mail.add_attachment(
                content, maintype="image", subtype="png", filename="image001.png"
            )
        desk.shop.keep("1", mail.as_bytes(), sender=IVAN)
        await desk.chat.settle()
        names = [name for name, _, _ in desk.files()]
        assert names == ["image001.png", "image001 (2).png"]

    play(scene)


def test_a_scanner_that_is_away_delays_files_alone_and_in_order(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.clamd.stop()
        await desk.mail("with", {"a.txt": b"hello"})
        await desk.mail("behind", {})
        await desk.mail("other", {}, sender="olga@partner.example")
        await desk.mail("others", {"b.txt": b"hi"}, sender="petr@partner.example")
        assert desk.outcomes() == {
            "with": None,
            "behind": None,
            "other": "ticket",
            "others": None,
        }
        row = desk.shop.rows("SELECT error, attempts FROM arrival ORDER BY id")[0]
        assert row.error.startswith("the scanner does not answer: ")
        assert row.attempts == 0
        for _ in range(20):
            await desk.chat.jump(minutes=2)
        waiting = [key for key, outcome in desk.outcomes().items() if outcome is None]
        assert sorted(waiting) == ["behind", "others", "with"]
        await desk.clamd.start()
        await desk.chat.jump(minutes=2)
        await desk.chat.jump(minutes=2)
        assert set(desk.outcomes().values()) == {"ticket"}
        order = desk.shop.rows("SELECT subject FROM ticket ORDER BY id")
        subjects = [row.subject for row in order]
        assert subjects.index("with") < subjects.index("behind")
        assert desk.scanner.outage is None

    play(scene)


def test_a_scanner_that_hangs_takes_the_room_of_files_alone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.clamd.way = "is silent"
        screen = Scanning(scanner=desk.scanner, max_size=500_000)
        source = desk.shop.sources[0]
        assert isinstance(source, ArrivalSource)
        source.screen = screen
        for n in range(QUEUE + 5):
            desk.keep(f"{n}", {"a.txt": b"%d" % n}, sender=f"p{n}@partner.example")
        batches = await source.claim(50)
        tasks = [asyncio.create_task(source.work(one)) for one in batches]
        await asyncio.sleep(0.3)
        put_off = "SELECT count(*) FROM arrival WHERE error LIKE 'many files wait%'"
        assert desk.shop.rows(put_off) == [(5,)]
        await asyncio.gather(*tasks)
        desk.clamd.way = "judges"
        for _ in range(3):
            await desk.chat.jump(seconds=90)
        assert set(desk.outcomes().values()) == {"ticket"}

    play(scene)


def test_a_file_that_the_scanner_cannot_bear_is_set_aside(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.clamd.worse = b"worse"
        await desk.mail("bad", {"a.txt": b"worse"})
        for n in range(FAILURES):
            await desk.chat.jump(minutes=30)
            sender = f"p{n}@partner.example"
            await desk.mail(f"good{n}", {"b.txt": b"hi"}, sender=sender)
            assert desk.outcomes()[f"good{n}"] == "ticket"
        assert desk.outcomes()["bad"] == "parked"
        [row] = desk.shop.rows("SELECT error FROM arrival WHERE outcome = 'parked'")
        assert row.error.startswith(f"the scanner failed {FAILURES} times over a file")

    play(scene)


def test_what_is_too_large_to_scan_goes_on_and_says_so(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {"a.bin": bytes(600_000), "b.txt": b"hi"})
        scans = [scan for _, _, scan in desk.files()]
        assert scans == ["too-large", "clean"]
        [caption] = [one["caption"] for one in desk.documents() if "caption" in one]
        assert "антивирус" in caption

    play(scene)


def test_a_partners_file_in_the_chat_passes_the_scanner_too(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.olga.start()
        await desk.olga.write("Вот", upload=upload("счёт.bin", EICAR))
        await desk.olga.write("И ещё", upload=upload("акт.png", EXE))
        assert [one[:2] for one in desk.files()] == [
            ("счёт.bin", "infected"),
            ("акт.png", "stored"),
        ]
        [document] = desk.documents()
        assert document["document"]["file_name"] == "акт.png"
        assert "⚠️" in document["caption"]
        assert any(VIRUS in one for one in desk.chat.words())
        assert any("«счёт.bin» не принят" in one for one in desk.olga.told())

    play(scene)


@pytest.mark.parametrize("text", ["Вот схема", ""])
def test_a_specialists_infected_file_does_not_leave(play: Play, text: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {})
        before = len(desk.mails_to(IVAN))
        said = await desk.chat.say(text, upload("схема.bin", EICAR))
        await desk.chat.settle()
        after = desk.mails_to(IVAN)[before:]
        assert [words(one).strip().splitlines()[0] for one in after] == (
            ["Вот схема"] if text else []
        )
        assert all(list(one.iter_attachments()) == [] for one in after)
        assert desk.chat.marks(said) == (["👌"] if text else ["💔"])
        [told] = [one for one in desk.chat.words() if VIRUS in one]
        assert "Партнёру он не отправлен" in told

    play(scene)


def test_a_file_of_a_specialist_waits_for_the_scanner_with_its_answer(
    play: Play,
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.mail("1", {})
        before = len(desk.mails_to(IVAN))
        await desk.clamd.stop()
        await desk.chat.say("Вот схема", upload("схема.bin", b"good"))
        assert len(desk.mails_to(IVAN)) == before
        await desk.clamd.start()
        desk.shop.clock.ahead += timedelta(minutes=2)
        await desk.chat.settle()
        [answer] = desk.mails_to(IVAN)[before:]
        files = [one.get_filename() for one in answer.iter_attachments()]
        assert files == ["схема.bin"]

    play(scene)
