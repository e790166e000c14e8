"""A partner writes to the bot: a ticket, what is added to it, and the answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desks import rules
from tests.tickets.play import ANNA, PARTNER, Play
from tickets.model import Delivery
from tickets.private import SUBJECT_LENGTH, subject_of
from tickets.rules import Strangers
from tickets.talk import Blocked, Person, RemoteFile, Wrote
from tickets.verdict import Verdict
from tickets.words import Channel, FileState, Medium, Outcome, Trust

OLGA = Person(id=2001, name="Ольга Иванова", language="en")


class Chat:
    """Olga's chat with the bot."""

    def __init__(self, play: Play, person: Person = OLGA) -> None:
        self.play = play
        self.person = person
        self.newest = 0

    def write(self, text: str = "", **more: Any) -> Verdict:
        self.newest += 1
        return self.play.handle(
            Wrote(person=self.person, message_id=self.newest, text=text, **more)
        )

    def sent(self) -> list[Delivery]:
        """Return what the last arrival queued for this chat."""
        mine = str(self.person.id)
        return [one for one in self.play.work.deliveries if one.target == mine]

    def told(self) -> list[object]:
        return [one.facts.get("notice", one.kind) for one in self.sent()]


@pytest.fixture
def play() -> Play:
    return Play()


@pytest.fixture
def chat(play: Play) -> Chat:
    return Chat(play)


def test_a_message_opens_a_ticket_and_its_number_is_told_there(
    play: Play, chat: Chat
) -> None:
    verdict = chat.write("Не печатает принтер\nС утра мигает красным.")
    assert (verdict.outcome, verdict.rule) == (Outcome.TICKET, "new")
    ticket = play.ticket
    assert (ticket.subject, ticket.site) == ("Не печатает принтер", "NN")
    assert ticket.requester.telegram == OLGA.id
    assert play.comment.channel is Channel.TELEGRAM
    accepted = chat.sent()[0]
    assert (accepted.kind, accepted.ticket_id) == ("accepted", ticket.id)
    assert accepted.facts == {
        "language": "en",
        "notice": "accepted",
        "reply_to": 1,
    }
    assert accepted.budget == str(OLGA.id)
    assert [one.kind for one in play.queued("card", "comment")] == ["card", "comment"]


def test_a_person_is_one_contact_however_often_they_write(
    play: Play, chat: Chat
) -> None:
    chat.write("Раз")
    chat.write("Два", command="new")
    [contact] = play.records.people.values()
    assert (contact.name, contact.email, contact.language) == (OLGA.name, None, "en")
    changed = [one for one in play.records.events if one.stream.startswith("contact")]
    assert len(changed) == 1
    assert str(OLGA.id) not in str(changed[0].data)
    assert changed[0].content["telegram_id"] == OLGA.id
    assert changed[0].content["emails"] == []


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Тема\nи ещё", "Тема"),
        ("\n  \n Второй   экран\nпогас", "Второй экран"),
        ("слово " * 40, ("слово " * 13).strip() + "…"),
        ("а" * 200, "а" * SUBJECT_LENGTH + "…"),
        ("", "счёт.pdf"),
    ],
)
def test_the_subject_is_the_first_line_cut_between_words(
    text: str, subject: str
) -> None:
    file = RemoteFile(remote_id="f", name="счёт.pdf", media_type="a/b", size=1)
    wrote = Wrote(person=OLGA, message_id=1, text=text, files=(file,))
    assert subject_of(wrote) == subject


def test_what_follows_belongs_to_the_same_ticket(play: Play, chat: Chat) -> None:
    chat.write("Не печатает")
    verdict = chat.write("И сканер тоже")
    assert (verdict.outcome, verdict.rule) == (Outcome.COMMENT, "same-talk")
    assert verdict.ticket_id == play.ticket.id
    assert [one.kind for one in chat.sent()] == ["reaction"]  # it was taken
    assert len(play.records.tickets) == 1


def test_an_answer_to_a_message_goes_to_its_ticket(chat: Chat) -> None:
    first = chat.write("Принтер").ticket_id
    second = chat.write("Сканер", command="new").ticket_id
    assert second != first
    verdict = chat.write("Всё ещё молчит", reply_to=1)
    assert (verdict.rule, verdict.ticket_id) == ("reply-in-chat", first)
    assert chat.write("Спасибо").ticket_id == first  # that is what we talk about now


def test_a_message_that_is_about_no_ticket_may_be_answered_too(chat: Chat) -> None:
    chat.write(command="start")
    assert chat.write("Здравствуйте", reply_to=77).outcome is Outcome.TICKET


def test_new_without_words_lets_the_next_message_open_a_ticket(
    play: Play, chat: Chat
) -> None:
    first = chat.write("Принтер").ticket_id
    assert chat.write(command="new").outcome is Outcome.COMMAND
    assert chat.told() == ["new"]
    play.say("Смотрим.")
    assert chat.write("Сканер").ticket_id != first


def test_after_a_ticket_is_closed_a_message_opens_another(
    play: Play, chat: Chat
) -> None:
    first = chat.write("Принтер").ticket_id
    play.press("close")
    assert chat.write("Сканер").ticket_id != first


def test_an_answer_to_a_closed_ticket_opens_it_again(play: Play, chat: Chat) -> None:
    first = chat.write("Принтер").ticket_id
    play.press("close")
    assert chat.write("Опять!", reply_to=1).ticket_id == first
    assert play.ticket.stage == "in-progress"


def test_the_specialists_answer_goes_to_the_chat_with_its_files(
    play: Play, chat: Chat
) -> None:
    chat.write("Принтер")
    file = RemoteFile(remote_id="f", name="a.pdf", media_type="a/b", size=1)
    play.say("Вот схема.", files=(file,))
    assert chat.sent() == []
    play.fetch(play.comment.attachments[0].id)
    assert [one.kind for one in chat.sent()] == ["answer", "file"]
    assert {one.comment_id for one in chat.sent()} == {play.comment.id}
    assert not [one for one in play.work.deliveries if one.medium is Medium.MAIL]


def test_a_long_answer_comes_whole_as_a_file(play: Play, chat: Chat) -> None:
    chat.write("Принтер")
    play.say("ю" * 4000)
    assert [one.kind for one in chat.sent()] == ["answer", "full-text"]


def test_the_stages_are_told_in_the_chat(play: Play, chat: Chat) -> None:
    chat.write("Принтер")
    play.press("take")
    [taken] = chat.sent()
    assert (taken.facts["notice"], taken.facts["assignee"]) == ("taken", "Анна")
    for stage in ("resolved", "closed"):
        play.press(stage.removesuffix("d"))
        assert chat.told() == [stage]
    chat.write("Опять", reply_to=1)
    assert chat.told() == ["reopened", "reaction"]


def test_a_note_stays_among_the_specialists(play: Play, chat: Chat) -> None:
    chat.write("Принтер")
    play.say("// опять они")
    assert chat.sent() == []


def test_partners_files_are_fetched_and_shown_to_the_specialists_alone(
    play: Play, chat: Chat
) -> None:
    files = tuple(
        RemoteFile(remote_id=name, name=name, media_type="a/b", size=size)
        for name, size in (("a.pdf", 5), ("b.mov", 30_000_000))
    )
    chat.write("Фото", files=files)
    assert [one.facts["remote_id"] for one in play.queued("fetch")] == ["a.pdf"]
    assert play.notices() == ["partners-file-too-big", "file-too-big"]
    pending, remote = play.comment.attachments
    assert remote.state is FileState.REMOTE_ONLY
    play.fetch(pending.id)
    assert [(one.kind, one.facts) for one in play.work.deliveries] == [
        ("file", {"attachment": pending.id})
    ]
    assert chat.sent() == []


def test_a_sticker_is_answered_and_opens_nothing(play: Play, chat: Chat) -> None:
    assert chat.write().outcome is Outcome.IGNORED
    assert chat.told() == ["nothing-said"]
    assert not play.records.tickets


@pytest.mark.parametrize("command", ["start", "help"])
def test_a_greeting_tells_what_to_do(play: Play, chat: Chat, command: str) -> None:
    chat.write(command=command)
    assert chat.told() == ["welcome"]
    assert chat.sent()[0].facts["language"] == "en"
    assert not play.records.tickets


def test_a_specialist_is_sent_to_their_group(play: Play) -> None:
    chat = Chat(play, Person(id=ANNA.telegram_id, name="Анна"))
    assert chat.write("Привет").rule == "specialist-in-private"
    assert chat.told() == ["staff-here"]
    assert not play.records.tickets


def test_strangers_are_refused_if_the_operator_says_so() -> None:
    play = Play(rules=rules(strangers_in_chat=Strangers.REFUSE))
    chat = Chat(play)
    assert chat.write("Помогите").rule == "stranger-refused"
    assert chat.told() == ["stranger"]
    assert not play.records.tickets
    assert not play.records.people


def test_a_strangers_word_in_their_own_ticket_counts(play: Play, chat: Chat) -> None:
    chat.write("Принтер")
    chat.write("Сканер")
    said = [one.trust for one in play.records.comments.values()]
    assert said == [Trust.PLAUSIBLE, Trust.PLAUSIBLE]


def test_who_blocks_the_bot_is_remembered(play: Play) -> None:
    verdict = play.handle(Blocked(chat=OLGA.id, blocked=True))
    assert verdict.outcome is Outcome.SIGNAL
    assert play.records.silenced == {OLGA.id: True}
    Chat(play).write(command="start")
    assert play.records.silenced == {OLGA.id: False}


def test_without_a_chat_nobody_is_written_to_there(play: Play) -> None:
    chat = Chat(play)
    chat.write("Принтер")
    play.rules = rules(telegram=False)
    play.say("Ответ")
    assert chat.sent() == []


def test_a_partners_site_takes_their_tickets() -> None:
    assert rules().site_of(PARTNER).code == "NN"
    assert rules().site_of(None).code == "NN"
