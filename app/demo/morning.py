"""The scenes of a morning, in order; each waits until what follows from it is seen."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.demo.chat import ANNA, BORIS, Forum
from app.demo.desk import MANAGER, DemoError, Desk, address_of, until
from app.demo.letters import SUPPORT, File, Person, answer, bounce, letter, reply_to_all
from app.demo.private import Phone
from sandbox.mailbox import Mail

IVAN = Person(name="Иван Петров", address="ivan@romashka.example")
OLGA = Person(name="Ольга Белова", address="olga@romashka.example")
MAX = Person(name="Max Miller", address="max@northwind.example")
PETR = Person(name="Пётр Сидоров", address="petr@vega.example")
LENA = Person(name="Елена Громова", address="lena@vega.example")
BUSY = tuple(
    Person(name=name, address=f"office@{domain}.example")
    for name, domain in (
        ("Склад «Азбука»", "azbuka"),
        ("Бухгалтерия «Лотос»", "lotos"),
        ("Касса 4", "magazin"),
        ("Contoso Retail", "contoso"),
    )
)
MATTERS = (
    "Обмен с банком прервался",
    "Не сходится остаток по складу",
    "Касса не закрывает смену",
    "Licence for two more seats",
)


@dataclass(kw_only=True)
class Morning:
    """What the scenes know of each other: tickets by what they are about."""

    desk: Desk
    forum: Forum
    phone: Phone
    numbers: dict[str, str] = field(default_factory=dict)

    def numbered(self, person: Person, about: str) -> Mail:
        """Return the acknowledgement of a person's newest ticket."""
        known = set(self.numbers.values())
        mail = until(
            lambda: next(
                (
                    one
                    for one in self.desk.inbox(person)
                    if number_in(one.subject) not in known
                ),
                None,
            ),
            f"a number for {person.name}",
        )
        self.numbers[about] = number_in(mail.subject)
        return mail


def number_in(subject: str) -> str:
    return subject.partition("[")[2].partition("]")[0]


def printer(morning: Morning) -> None:
    """Let two colleagues report one matter, with a file."""
    journal = File(name="журнал.txt", kind="text/plain", content=b"error 17\r\n" * 40)
    mail = letter(
        IVAN,
        "Не печатает чек",
        "Добрый день!\nПосле обновления касса не печатает чек. Журнал приложил.\n",
        cc=OLGA,
        file=journal,
    )
    morning.desk.post(mail)
    morning.numbered(IVAN, "чек")
    number = morning.numbers["чек"]
    morning.forum.says(number, "не печатает чек")
    morning.desk.post(
        reply_to_all(mail, OLGA, "У меня то же самое, на второй кассе.\n")
    )
    morning.forum.says(number, "на второй кассе")


def english(morning: Morning) -> None:
    """Let a partner abroad write, and their robot answer, which changes nothing."""
    picture = File(name="screen.png", kind="image/png", content=png(64, 48))
    morning.desk.post(
        letter(
            MAX,
            "Report is empty",
            "Hello,\nthe sales report has been empty since Monday, see the picture.\n",
            to=address_of("CH"),
            file=picture,
        )
    )
    acknowledgement = morning.numbered(MAX, "report")
    away = "I am out of office until Thursday."
    morning.desk.post(answer(acknowledgement, MAX, away, automatic=True))


def overtaken(morning: Morning) -> None:
    """Let an answer come before its question: one ticket all the same."""
    first = letter(
        PETR,
        "Доступ к базе",
        "Здравствуйте! Лене нужен доступ к базе.\n",
        to=address_of("CH"),
    )
    morning.desk.post(reply_to_all(first, LENA, "Это я, база «Торговля».\n"))
    morning.numbered(LENA, "доступ")
    morning.desk.post(first)
    morning.forum.says(morning.numbers["доступ"], "нужен доступ")


def rush(morning: Morning) -> None:
    """Let four more come at once."""
    town = address_of("EK")
    for person, matter in zip(BUSY, MATTERS, strict=True):
        morning.desk.post(letter(person, matter, f"{matter}. Помогите!\n", to=town))
    for person, matter in zip(BUSY, MATTERS, strict=True):
        morning.numbered(person, matter)


def answered(morning: Morning) -> None:
    """Let a specialist take the ticket, note something, and answer with a file."""
    number, forum = morning.numbers["чек"], morning.forum
    forum.press(number, "take", by=ANNA)
    forum.write(number, "// похоже на прошлогодний случай", by=ANNA)
    said = forum.write(number, "Установите, пожалуйста, обновление 3.1.4.", by=ANNA)
    forum.attach(number, "инструкция.txt", "Шаг 1. Закройте смену.\n".encode(), by=ANNA)
    for person in (IVAN, OLGA):
        morning.desk.mail(person, "3.1.4")
    until(lambda: "👌" in forum.reactions(said), "👌 on the answer")
    thanks = answer(morning.desk.mail(IVAN, "3.1.4"), IVAN, "Спасибо, печатает!")
    morning.desk.post(thanks)
    forum.says(number, "Спасибо, печатает!")


def bounced(morning: Morning) -> None:
    """Let a mail server send one back, which is told and opens nothing."""
    report = bounce(morning.desk.mail(OLGA, "3.1.4"), OLGA)
    morning.desk.hand_over(report, sender="", to=[SUPPORT])
    morning.forum.says(morning.numbers["чек"], "Mailbox full")


def by_phone(morning: Morning) -> None:
    """Let a partner write in Telegram, and read the answer there."""
    phone, forum = morning.phone, morning.forum
    phone.start()
    phone.write("Сканер штрихкодов не отвечает")
    said = phone.says("NN-")["text"]
    number = re.findall("NN-[0-9]+", said)[0]
    morning.numbers["сканер"] = number
    forum.says(number, "не отвечает")
    phone.attach("scanner.png", png(64, 48))
    forum.write(number, "Переподключите его к другому порту.", by=BORIS)
    phone.says("к другому порту")
    phone.write("Заработал, спасибо!")
    forum.says(number, "Заработал, спасибо!")


def reopened(morning: Morning) -> None:
    """Let a ticket be closed, and the partner's next word open it again."""
    number, forum = morning.numbers["report"], morning.forum
    forum.press(number, "take", by=BORIS)
    forum.write(number, "Please run the month-end job once.", by=BORIS)
    said = morning.desk.mail(MAX, "month-end")
    forum.press(number, "close", by=BORIS)
    until(lambda: stage(morning, number) == "closed", f"{number} closed")
    morning.desk.post(answer(said, MAX, "Still empty, sorry."))
    until(lambda: stage(morning, number) != "closed", f"{number} open again")


def stage(morning: Morning, number: str) -> str:
    return str(morning.desk.command("ticket", "show", number)["stage"])


def told(morning: Morning) -> None:
    """Let the manager have the morning's figures."""
    morning.desk.command("digest", "send", "morning")
    until(lambda: morning.desk.inbox(MANAGER), "a digest for the manager")


#: What is told while it happens, and what happens.
SCENES: tuple[tuple[str, Callable[[Morning], None]], ...] = (
    ("Two colleagues report a silent printer", printer),
    ("A partner abroad, and their robot", english),
    ("An answer overtakes its question", overtaken),
    ("Four more mails at once", rush),
    ("Anna takes the printer, notes and answers", answered),
    ("A mail server sends one back", bounced),
    ("A partner writes in Telegram", by_phone),
    ("Boris closes; the partner opens again", reopened),
    ("The manager's digest", told),
)


def play(morning: Morning) -> Iterator[str]:
    """Play the scenes; yields what comes next before it comes."""
    for title, scene in SCENES:
        yield title
        try:
            scene(morning)
        except DemoError as error:
            raise DemoError(f"{title}: {error}") from error
    yield "Until nothing is left to do"
    until(lambda: _is_quiet(morning.desk), "the desk to have nothing left to do")


def _is_quiet(desk: Desk) -> bool:
    waiting = ("new", "sending", "uncertain")
    if any(one["state"] == "new" for one in desk.command("arrival", "list")):
        return False
    return not any(one["state"] in waiting for one in desk.command("delivery", "list"))


def png(width: int, height: int) -> bytes:
    """Return a small picture: a gradient (PNG, 5)."""
    rows = b"".join(
        b"\0" + bytes(c for x in range(width) for c in (x * 3 % 256, y * 5 % 256, 160))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
