"""The life of a request, as the partner and the specialist see it."""

from __future__ import annotations

import time
from typing import Any

from tests.acceptance import letters
from tests.acceptance.houses import ANNA, BORIS, STRANGER, House, Site
from tests.acceptance.letters import letter, reply
from tests.acceptance.waiting import eventually


def comments(house: House, number: str) -> list[dict[str, Any]]:
    return house.records.rows(
        """SELECT arrival.rule, comment.trust, comment.visibility, revision.text
           FROM comment JOIN arrival ON arrival.id = comment.arrival_id
           JOIN revision ON revision.comment_id = comment.id
           WHERE comment.ticket_id = (SELECT id FROM ticket WHERE number = :number)
           ORDER BY comment.id""",
        number=number,
    )


def test_a_mail_is_a_ticket_within_a_second_and_its_number_is_told(
    house: House, site: Site
) -> None:
    mail = letter(
        sender=f"Иван <{site.person('ivan')}>", to=site.address, Subject="Картридж"
    )
    began = time.monotonic()
    house.send(mail)
    number = house.ticket("Картридж")
    took = time.monotonic() - began
    assert took < 1.0, f"{took:.2f} s"
    told = house.mail(site.person("ivan"), number)
    assert told["Subject"] == f"[{number}] Картридж"
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["X-Zayavka-Ticket"] == number
    assert told["In-Reply-To"] == mail["Message-ID"]
    topic = house.topic(site)
    assert topic.number == number
    card, comment = house.telegram.messages(topic)[1:]
    assert number in card["text"]
    assert "Добрый день!" in comment["text"]
    assert site.person("ivan") in comment["text"]


def test_an_answer_reaches_everybody_as_a_mail_that_threads(
    house: House, site: Site
) -> None:
    ivan, olga = site.person("ivan"), site.person("olga")
    mail, topic = house.open(site, Cc=olga, References="<before@ours> <between@ours>")
    told = house.mail(ivan, topic.number)
    house.write(topic, "Перезагрузите принтер.")
    before = ["<before@ours>", "<between@ours>", mail["Message-ID"]]
    to_ivan, to_olga = (
        house.mail(one, "Перезагрузите принтер.") for one in (ivan, olga)
    )
    assert to_ivan["References"].split() == [*before, told["Message-ID"]]
    assert to_ivan["In-Reply-To"] == told["Message-ID"]
    assert to_olga["References"].split() == before
    assert to_olga["In-Reply-To"] == mail["Message-ID"]
    assert letters.bare(f"<{to_olga['To']}>") == ivan
    assert letters.bare(f"<{to_olga['Cc']}>") == olga
    thanks = reply(to_ivan, sender=ivan, text="Спасибо, теперь шумит.")
    house.send(thanks)
    house.says(topic, "Спасибо, теперь шумит.")
    house.write(topic, "Смените картридж.")
    second = house.mail(ivan, "Смените картридж.")
    assert second["In-Reply-To"] == thanks["Message-ID"]
    chain = [*before, *(one["Message-ID"] for one in (told, to_ivan, thanks))]
    assert second["References"].split() == chain


def test_replies_to_us_and_to_the_original_join_the_ticket(
    house: House, site: Site
) -> None:
    ivan, olga = site.person("ivan"), site.person("olga")
    mail, topic = house.open(site, Cc=olga)
    house.send(reply(house.mail(ivan, topic.number), sender=ivan, text="Это срочно."))
    house.says(topic, "Это срочно.")
    to_all = reply(mail, sender=olga, text="И у меня тоже.", to=site.address, Cc=ivan)
    house.send(to_all)
    house.says(topic, "И у меня тоже.")
    said = comments(house, topic.number)
    assert [one["rule"] for one in said] == [
        "new",
        "signed-address",
        "known-message-id",
    ]
    assert [one["trust"] for one in said] == ["plausible", "proven", "plausible"]
    assert len(house.telegram.topics(site.chat)) == 1


def test_a_reply_that_overtakes_its_parent_joins_it(house: House, site: Site) -> None:
    parent = letter(sender=site.person("ivan"), to=site.address, text="Первое.")
    overtaking = reply(
        parent, sender=site.person("olga"), text="Второе.", to=site.address
    )
    house.send(overtaking)
    topic = house.topic(site)
    house.send(parent)
    house.says(topic, "Первое.")
    assert len(house.telegram.topics(site.chat)) == 1
    assert [one["rule"] for one in comments(house, topic.number)] == [
        "new",
        "known-message-id",
    ]


def test_files_go_both_ways_byte_for_byte(house: House, site: Site) -> None:
    ivan = site.person("ivan")
    theirs, ours = bytes(range(256)) * 400, b"\x00\xff\r\n.\r\n" * 9000
    mail = letter(sender=ivan, to=site.address)
    mail.add_attachment(theirs, maintype="a", subtype="pdf", filename="акт.pdf")
    house.send(mail)
    topic = house.topic(site)

    def shown() -> list[Any]:
        found = house.telegram.messages(topic)
        return [one for one in found if one["file"]]

    [document] = eventually(shown, what="the partner's file in the topic")
    assert document["file"]["name"] == "акт.pdf"
    assert house.telegram.file(document) == theirs
    house.telegram.attach(topic, "схема.bin", ours, user=ANNA)
    sent = eventually(
        lambda: [one for one in house.mailboxes.mails(ivan) if letters.files(one)],
        what="a mail with the specialist's file",
    )
    assert [letters.files(one) for one in sent] == [{"схема.bin": ours}]


def test_a_note_is_never_mailed(house: House, site: Site) -> None:
    _, topic = house.open(site)
    noted = house.write(topic, "// у них старый договор")
    house.write(topic, "Проверяем.")
    house.mail(site.person("ivan"), "Проверяем.")
    eventually(lambda: reactions(house, noted) == ["✍"], what="the note's mark")
    house.quiet()
    told = [letters.texts(one) for one in house.mailboxes.mails(site.person("ivan"))]
    assert not [one for one in told if "договор" in one]
    said = comments(house, topic.number)
    assert (said[1]["visibility"], said[1]["text"]) == (
        "internal",
        "у них старый договор",
    )


def reactions(house: House, message: dict[str, Any]) -> list[str]:
    where = f"chats/{message['chat_id']}/messages/{message['id']}"
    return [one["emoji"] for one in house.telegram.see(where)["reactions"]]


def test_who_is_no_specialist_is_told_so_and_nothing_is_mailed(
    house: House, site: Site
) -> None:
    _, topic = house.open(site)
    written = house.write(topic, "Я тоже отвечу!", user=STRANGER)
    refused = house.says(topic, "not registered")
    assert refused["reply_to"] == written["id"]
    assert str(STRANGER) in refused["text"]
    house.quiet()
    assert len(house.mailboxes.mails(site.person("ivan"))) == 1  # the number alone
    assert len(comments(house, topic.number)) == 1


def test_buttons_take_and_close(house: House, site: Site) -> None:
    _, topic = house.open(site)
    card = house.says(topic, topic.number)
    assert topic.number in house.telegram.press(card, ANNA, "take")
    assert "already" in house.telegram.press(card, ANNA, "take")
    assert "not registered" in house.telegram.press(card, STRANGER, "close")
    assert "closed" in house.telegram.press(card, BORIS, "close")
    house.quiet()
    [ticket] = house.records.rows(
        """SELECT stage, specialist.name, closed_at FROM ticket
           JOIN specialist ON specialist.id = assignee_id WHERE number = :number""",
        number=topic.number,
    )
    assert (ticket["stage"], ticket["name"]) == ("closed", "Анна")
    assert ticket["closed_at"]
    card = house.says(topic, topic.number)
    assert "Анна" in card["text"]
    assert not card["reply_markup"]
    for words in ("started to work", "is closed"):
        told = house.mail(site.person("ivan"), words)
        assert told["Auto-Submitted"] == "auto-generated"


def test_an_unverified_comment_waits_for_accept_or_reject(
    house: House, site: Site
) -> None:
    _, topic = house.open(site)
    told = house.mail(site.person("ivan"), topic.number)
    for text in ("Переведите деньги.", "Отмените всё."):
        house.send(reply(told, sender="eve@elsewhere.example", text=text))
    asked = house.says(topic, "Переведите деньги.")
    assert "not verified" in asked["text"]
    assert "Rejected" in house.telegram.press(asked, ANNA, "reject")
    asked = house.says(topic, "Отмените всё.")
    assert "Accepted" in house.telegram.press(asked, ANNA, "accept")
    assert "already" in house.telegram.press(asked, BORIS, "reject")
    house.quiet()
    verdicts = house.records.column(
        """SELECT verdict FROM comment WHERE trust = 'unproven' OR verdict IS NOT NULL
           ORDER BY id"""
    )
    assert verdicts == ["rejected", "accepted"]
    assert not house.mailboxes.mails("eve@elsewhere.example")


def test_a_deleted_topic_is_made_again_and_nothing_is_lost(
    house: House, site: Site
) -> None:
    ivan = site.person("ivan")
    mail, topic = house.open(site)
    house.telegram.do(
        f"chats/{topic.chat}/topics/{topic.thread}", user_id=ANNA, action="delete"
    )
    house.send(reply(mail, sender=ivan, text="Вы здесь?", to=site.address))
    anew = house.topic(site)
    assert anew.number == topic.number
    assert anew.thread != topic.thread
    house.says(anew, "Вы здесь?")
    house.write(anew, "Здесь.")
    house.mail(ivan, "Здесь.")


def test_the_same_mail_twice_is_one_ticket_and_counted(
    house: House, site: Site
) -> None:
    mail, topic = house.open(site)
    house.send(mail)
    copies = eventually(
        lambda: house.records.column(
            """SELECT copies FROM arrival WHERE copies > 1 AND ticket_id =
               (SELECT id FROM ticket WHERE number = :number)""",
            number=topic.number,
        ),
        what="the copy is counted",
    )
    assert copies == [2]
    house.quiet()
    assert len(comments(house, topic.number)) == 1
    assert len(house.telegram.topics(site.chat)) == 1


def test_a_program_gets_a_ticket_and_no_acknowledgement(
    house: House, site: Site
) -> None:
    house.open(site, Auto_Submitted="auto-generated")
    house.quiet()
    assert not house.mailboxes.mails(site.person("ivan"))


def test_a_bounce_opens_nothing(house: House, site: Site) -> None:
    _, topic = house.open(site)
    told = house.mail(site.person("ivan"), topic.number)
    report = letter(
        sender=f"mailer-daemon@{site.code.lower()}.example",
        to="support@example.org",
        Subject="Undelivered mail",
        Auto_Submitted="auto-replied",
        References=str(told["Message-ID"]),
    )
    report.replace_header(
        "Content-Type", 'multipart/report; report-type=delivery-status; boundary="b"'
    )
    report.set_payload(
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; ivan\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "\r\n--b--\r\n"
    )
    letters.send(
        house.desk.smtp_port, report, sender="<>", recipients=("support@example.org",)
    )
    house.quiet()
    assert house.records.column(
        "SELECT outcome FROM arrival WHERE id = (SELECT max(id) FROM arrival)"
    ) == ["signal"]
    assert len(house.telegram.topics(site.chat)) == 1
