"""Whether a mail system reports that a mail did not arrive: the first rule decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from mail.programs import bounces, phrases, robots, signs
from mail.reading.mime import Part
from tickets.letter import Mailbox

# Nobody's own address, so that the name alone tells.
_DAEMONS = frozenset({"mailerdaemon", "maildaemon", "maildeliverysystem", "mdaemon"})
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?system|mailer[- ]daemon", re.IGNORECASE
)
_OFFICES = re.compile(
    r"postmaster|admin|smtp|mail.?(?:service|system|server|gateway)|delivery|virus"
    r"|no.?reply|mdaemon"
)
_PROGRAMS = re.compile(r"no.?reply|mdaemon|mail.?(?:service|system|gateway)")
#: Exchange writes as its postmaster by such a name, too.
_EXCHANGE = re.compile(r"microsoftexchange[0-9a-f]{32}")
_ANSWERS = re.compile(r"(?:re|fwd?|отв|ответ|aw|wg)\s*:", re.IGNORECASE)
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers"})
_STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """A mail that may be a report; ``text`` returns what it shows, and takes time.

    ``null_path`` says that nobody may answer it (RFC 5321, 4.5.5).
    """

    root: Part
    author: Mailbox | None
    subject: str
    text: Callable[[], str]
    null_path: bool

    @property
    def kind(self) -> str:
        """Return what sort of multipart/report it is, empty if it is none."""
        if self.root.media_type != "multipart/report":
            return ""
        return self.root.type_params.get("report-type", "").lower() or "unsaid"

    @property
    def local_part(self) -> str:
        address = self.author.address if self.author else ""
        return (address.rpartition("@")[0] or address).lower()

    @property
    def by_daemon(self) -> bool:
        if self.author is None:
            return False
        named = _DAEMON_NAME.fullmatch(self.author.name) is not None
        return named or _letters(self.local_part) in _DAEMONS

    @property
    def by_postmaster(self) -> bool:
        local = self.local_part
        return _letters(local) == "postmaster" or bool(_EXCHANGE.fullmatch(local))

    @property
    def by_nobody(self) -> bool:
        """Whether it names no author, or one that is often a program."""
        return self.author is None or bool(_OFFICES.search(self.local_part))

    @property
    def answers(self) -> bool:
        return _ANSWERS.match(self.subject) is not None

    @property
    def subject_tells(self) -> bool:
        return phrases.SUBJECT.search(self.subject) is not None

    def holds(self, types: AbstractSet[str]) -> bool:
        return any(leaf.media_type in types for leaf in self.root.leaves())


def is_another_report(mail: Suspect) -> bool | None:
    """Tell receipts and complaints; a system that sends a receipt refused a mail."""
    if signs.is_receipt(mail.root):
        return mail.by_daemon or mail.by_postmaster
    return False if mail.kind == "feedback-report" else None


def is_in_its_form(mail: Suspect) -> bool | None:
    if mail.by_daemon or b"x-failed-recipients" in mail.root.fields:
        return True
    has_status = mail.kind == "delivery-status" or mail.root.media_type in _STATUSES
    return has_status or (bool(mail.kind) and mail.holds(_STATUSES)) or None


def has_a_status(mail: Suspect) -> bool | None:
    return (_is_by_system(mail) and mail.holds(_STATUSES)) or None


def answers_by_itself(mail: Suspect) -> bool | None:
    """Tell auto-replies, which may well be about a mail that failed."""
    submitted = mail.root.fields.first(b"auto-submitted").strip().lower()
    replies = submitted.startswith(b"auto-replied") and not mail.by_postmaster
    declared = replies and b"in-reply-to" in mail.root.fields
    return False if declared or robots.is_formula(mail.subject) else None


def says_so_in_the_subject(mail: Suspect) -> bool | None:
    said = _is_by_system(mail) and mail.subject_tells and not mail.answers
    return said or None


def answers_a_person(mail: Suspect) -> bool | None:
    """Tell a person who writes of a failure from a report that looks like an answer."""
    if not mail.answers:
        return None
    if not (_is_by_system(mail) and phrases.states_failure(mail.text())):
        return False
    return phrases.has_log(mail.text()) or mail.holds(_RETURNED)


def says_so_in_the_text(mail: Suspect) -> bool | None:
    """Ask a postmaster for details, who may be a person and speak of a failure."""
    if not (_is_by_system(mail) and phrases.states_failure(mail.text())):
        return None
    detailed = mail.holds(_RETURNED) or phrases.quotes_server(mail.text())
    return detailed or (mail.null_path and "@" in mail.text()) or None


def refuses_somebody(mail: Suspect) -> bool | None:
    """Whatever the tongue, a server's answer is one."""
    from_nowhere = mail.null_path and mail.by_nobody
    return (from_nowhere and phrases.refuses_somebody(mail.text())) or None


def brings_a_mail_back(mail: Suspect) -> bool | None:
    if not (mail.by_nobody or mail.subject_tells) or not mail.holds(_RETURNED):
        return None
    text = mail.text()
    detailed = phrases.quotes_server(text) or (mail.by_nobody and "@" in text)
    return (detailed and phrases.states_failure(text)) or None


def is_in_a_known_form(mail: Suspect) -> bool | None:
    """Tell a program from an administrator who writes by such a name, too."""
    told = mail.subject_tells or mail.holds(_STATUSES)
    if not (told and mail.by_nobody):
        return None
    if bounces.is_one(mail.root):
        return True
    by_program = mail.author is None or _PROGRAMS.search(mail.local_part) is not None
    detailed = by_program and phrases.quotes_server(mail.text())
    return (detailed and phrases.states_failure(mail.text())) or None


RULES: tuple[Callable[[Suspect], bool | None], ...] = (
    is_another_report,
    is_in_its_form,
    has_a_status,
    answers_by_itself,
    says_so_in_the_subject,
    answers_a_person,
    says_so_in_the_text,
    refuses_somebody,
    brings_a_mail_back,
    is_in_a_known_form,
)


def is_reported(mail: Suspect) -> bool:
    """Say whether a mail system reports that a mail did not arrive."""
    said = (rule(mail) for rule in RULES)
    return next((each for each in said if each is not None), False)


def _is_by_system(mail: Suspect) -> bool:
    return mail.null_path or mail.by_postmaster


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)
