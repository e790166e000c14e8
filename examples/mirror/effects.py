"""What each type of event does to the copy, in SQL over what the event says."""

from __future__ import annotations

import hashlib
import json
from sqlite3 import Connection
from typing import Any

Event = dict[str, Any]
SNAPSHOT = "zayavka.ticket.snapshot.v1"

_COMMENT = """INSERT OR REPLACE INTO comment VALUES (
    :comment, :partitionkey, :author_kind, :author_id, :visibility, :trust, :channel,
    :at, :text, :text_sha256, :text_url)"""
_ATTACHMENT = """INSERT INTO attachment VALUES (
    :comment, :name, :media_type, :size, :sha256, :url)"""
_PARTICIPANT = """INSERT INTO participant VALUES (
    :partitionkey, :contact, :role, :quiet)
    ON CONFLICT DO UPDATE SET quiet = excluded.quiet"""
_TICKET = """INSERT OR REPLACE INTO ticket VALUES (
    :partitionkey, :site, :organisation, :requester, :subject, :process, :stage,
    :priority, :assignee, :opened_at, :first_answer_at, :resolved_at, :closed_at,
    :merged_into, :awaiting, 1)"""
_FORGET = (
    """DELETE FROM attachment WHERE comment IN (
    SELECT id FROM comment WHERE ticket = :partitionkey)""",
    "DELETE FROM comment WHERE ticket = :partitionkey",
    "DELETE FROM participant WHERE ticket = :partitionkey",
)
_LEAVE = "UPDATE ticket SET followed = 0 WHERE number = :partitionkey"

#: By the type. The names are the event's attributes and the members of its data.
EFFECTS: dict[str, tuple[str, ...]] = {
    "zayavka.ticket.opened.v1": (_TICKET,),
    "zayavka.ticket.comment-added.v1": (
        _COMMENT,
        """UPDATE ticket SET first_answer_at = coalesce(first_answer_at, :time)
        WHERE number = :partitionkey
        AND :author_kind = 'specialist' AND :visibility = 'public'""",
    ),
    "zayavka.ticket.comment-edited.v1": (
        "UPDATE comment SET visibility = :visibility WHERE id = :comment",
        """UPDATE ticket SET first_answer_at = (
        SELECT min(at) FROM comment WHERE ticket = :partitionkey
        AND author_kind = 'specialist' AND visibility = 'public')
        WHERE number = :partitionkey""",
    ),
    "zayavka.ticket.comment-trusted.v1": (
        "UPDATE comment SET trust = 'plausible' WHERE id = :comment AND :accepted",
    ),
    "zayavka.ticket.attachment-added.v1": (_ATTACHMENT,),
    "zayavka.ticket.assigned.v1": (
        "UPDATE ticket SET assignee = :to WHERE number = :partitionkey",
    ),
    "zayavka.ticket.stage-changed.v1": (
        """UPDATE ticket SET stage = :to, awaiting = NULL,
        resolved_at = CASE :to WHEN 'resolved' THEN :time ELSE resolved_at END
        WHERE number = :partitionkey""",
    ),
    "zayavka.ticket.closed.v1": (
        """UPDATE ticket SET stage = :to, awaiting = NULL, closed_at = :time,
        resolved_at = coalesce(resolved_at, :time) WHERE number = :partitionkey""",
    ),
    "zayavka.ticket.reopened.v1": (
        """UPDATE ticket
        SET stage = :to, awaiting = NULL, resolved_at = NULL, closed_at = NULL
        WHERE number = :partitionkey""",
    ),
    "zayavka.ticket.details-changed.v1": (
        "UPDATE ticket SET awaiting = :awaiting WHERE number = :partitionkey",
    ),
    "zayavka.ticket.escalated.v1": (),
    "zayavka.ticket.participant-added.v1": (_PARTICIPANT,),
    "zayavka.ticket.participant-removed.v1": (
        "DELETE FROM participant WHERE ticket = :partitionkey AND contact = :contact",
    ),
    "zayavka.ticket.delivery-failed.v1": (
        """INSERT INTO failure VALUES (
        :partitionkey, :time, :channel, :recipient, :reason)""",
    ),
    "zayavka.organisation.changed.v1": (
        """INSERT OR REPLACE INTO organisation VALUES (
        :organisation, :name, :site, :domains)""",
    ),
    "zayavka.contact.changed.v1": (
        """INSERT OR REPLACE INTO contact VALUES (
        :contact, :organisation, :name, :emails, :telegram_id, :language)""",
    ),
    "zayavka.specialist.changed.v1": (
        """INSERT OR REPLACE INTO specialist VALUES (
        :specialist, :name, :telegram_id, :site, :role, :active)""",
    ),
}
#: Each of these tells all there is to know, so none that is missing is missed.
WHOLE = {type_ for type_ in EFFECTS if type_.endswith(".changed.v1")}
for _kind in ("ticket", "organisation", "contact", "specialist"):
    EFFECTS[f"zayavka.{_kind}.skipped.v1"] = (
        "INSERT OR IGNORE INTO skipped VALUES (:source, :sequence)",
    )
#: What a ticket does not have when it is opened, and what a comment may not have.
_LATER = ("assignee", "first_answer_at", "resolved_at", "closed_at", "merged_into")
_ABSENT: Event = dict.fromkeys((*_LATER, "awaiting", "text", "text_sha256", "text_url"))
_ABSENT |= {"quiet": False, "active": True}


def apply(db: Connection, event: Event) -> bool:
    """Change the copy as the event says; False if its type is newer than we are."""
    if event["type"] == SNAPSHOT:
        _replace(db, event, event["data"])
        return True
    for statement in EFFECTS.get(event["type"], ()):
        db.execute(statement, _values(event, event["data"]))
    return event["type"] in EFFECTS


def _replace(db: Connection, event: Event, data: Event) -> None:
    """Let the whole state, of which this may be one part, take the place of ours."""
    if data["leaves"]:
        db.execute(_LEAVE, event)
        return
    if data["part"] == 1:
        for statement in _FORGET:
            db.execute(statement, event)
    assignee = data["assignee"] and data["assignee"]["id"]
    db.execute(_TICKET, _values(event, data, {"assignee": assignee}))
    for one in data["participants"]:
        contact = {"contact": one["person"]["id"]}
        db.execute(_PARTICIPANT, _values(event, one, contact))
    for comment in data["comments"]:
        db.execute(_COMMENT, _values(event, comment))
    for file in data["attachments"]:
        db.execute(_ATTACHMENT, _values(event, file))


def _values(event: Event, *said: Event) -> Event:
    """Return all that the statements may name."""
    values = {**_ABSENT, "at": event["time"], "opened_at": event["time"]}
    for one in (event, *said):
        values |= one
    author = values.get("author", {})
    values["author_kind"] = author.get("kind")
    values["author_id"] = author.get("id", author.get("name"))  # systems have none
    values["sequence"] = int(event["sequence"])
    if values["text"] is not None:  # a longer text is known by its sha256 alone
        values["text_sha256"] = hashlib.sha256(values["text"].encode()).hexdigest()
    for name in ("domains", "emails"):
        values[name] = json.dumps(values.get(name, []), ensure_ascii=False)
    return values
