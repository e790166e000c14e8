"""The desk's records in memory: what the rules ask, and what their work changes."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tickets.answering import Rest
from tickets.books import Participant, Progress, Standing
from tickets.corporate.foreign import (
    ForeignId,
    Kind,
    KnownOrganisation,
    KnownSpecialist,
    Told,
)
from tickets.gate.waiting import Held, Waiting
from tickets.model import (
    ArrivalId,
    Attachment,
    Comment,
    CommentId,
    Contact,
    ContactId,
    Delivery,
    DeliveryId,
    Event,
    KnownContact,
    Organisation,
    SentMail,
    Specialist,
    SpecialistId,
    Ticket,
    TicketId,
)
from tickets.post.ladder import Ref
from tickets.post.subjects import subject_key
from tickets.storms.storm import Storm
from tickets.words import (
    UNFINISHED,
    Channel,
    DeliveryState,
    EventType,
    Fate,
    Medium,
    Trust,
    Visibility,
)
from tickets.work import ChatLink, NewAddress, NewParticipant, Work


@dataclass(slots=True)
class CountedIds:
    """Ids that are the same in every run."""

    rows: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    uuids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def row(self, table: str) -> int:
        del table  # one counter for all of them
        return next(self.rows)

    def uuid(self) -> str:
        return str(uuid.UUID(int=next(self.uuids)))


@dataclass(kw_only=True, slots=True)
class Records:
    """Everything that was committed."""

    partners: dict[str, Organisation] = field(default_factory=dict)  # by domain
    staff: dict[int, Specialist] = field(default_factory=dict)  # by Telegram id
    people: dict[str, Contact] = field(default_factory=dict)  # by address
    versions: dict[int, int] = field(default_factory=dict)  # of contacts, by id
    talks: list[ChatLink] = field(default_factory=list)  # of private chats
    silenced: dict[int, bool] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)
    tickets: dict[TicketId, Ticket] = field(default_factory=dict)
    joined: dict[TicketId, list[Participant]] = field(default_factory=dict)
    gone: set[tuple[TicketId, ContactId]] = field(default_factory=set)
    storms: dict[str, Storm] = field(default_factory=dict)
    comments: dict[CommentId, Comment] = field(default_factory=dict)
    hashes: dict[CommentId, str] = field(default_factory=dict)
    by_arrival: dict[ArrivalId, CommentId] = field(default_factory=dict)
    shown: dict[CommentId, tuple[int, int]] = field(default_factory=dict)
    moved: dict[int, int] = field(default_factory=dict)  # former Telegram ids
    known: dict[str, Ref] = field(default_factory=dict)
    topics: dict[tuple[int, int], TicketId] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    #: By the deliveries' places in the list: the state, if not new, and the time.
    states: dict[int, DeliveryState] = field(default_factory=dict)
    queued_at: list[datetime] = field(default_factory=list)
    mails: dict[str, SentMail] = field(default_factory=dict)  # by Message-ID
    blobs: dict[str, bytes] = field(default_factory=dict)
    timers: dict[tuple[str, str], datetime | None] = field(default_factory=dict)
    partners_told: dict[int, KnownOrganisation] = field(default_factory=dict)
    staff_told: dict[int, KnownSpecialist] = field(default_factory=dict)  # by id
    told_of: dict[ForeignId, Told] = field(default_factory=dict)
    closed: dict[str, str | None] = field(default_factory=dict)  # blocked domains
    held: dict[ArrivalId, Held] = field(default_factory=dict)
    counters: dict[str, itertools.count[int]] = field(default_factory=dict)

    def refs(self, message_ids: Sequence[str]) -> dict[str, Ref]:
        return {
            one: self.known.setdefault(one, Ref(message_id=one)) for one in message_ids
        }

    def trust_of(self, arrival: ArrivalId) -> Trust | None:
        found = self.by_arrival.get(arrival)
        return None if found is None else self.comments[found].trust

    def same_comment(self, ref: Ref, body_hash: str) -> Comment | None:
        first = self.by_arrival.get(ref.arrival_id or ArrivalId(0))
        for one in self.comments.values():
            later = (one.ticket_id, one.message_id) == (ref.ticket_id, ref.message_id)
            if (later or one.id == first) and self.hashes[one.id] == body_hash:
                return one
        return None

    def contacts(self, emails: Sequence[str]) -> dict[str, Contact]:
        return {one: self.people[one] for one in emails if one in self.people}

    def contact_in_chat(self, telegram: int) -> KnownContact | None:
        return self._known(lambda one: one.telegram == telegram)

    def contact(self, contact_id: ContactId) -> KnownContact | None:
        return self._known(lambda one: one.id == contact_id)

    def _known(self, fits: Callable[[Contact], bool]) -> KnownContact | None:
        found = next((one for one in self.people.values() if fits(one)), None)
        if found is None:
            return None
        version = self.versions[found.id]
        return KnownContact(contact=found, salt="salt", version=version)

    def is_spent(self, link: str) -> bool:
        return link in self.spent

    def ticket_of_message(self, chat: int, message_id: int) -> TicketId | None:
        wanted = (chat, message_id)
        found = (one for one in self.talks if (one.chat, one.message_id) == wanted)
        return next((one.ticket_id for one in found), None)

    def ticket_in_talk(self, chat: int) -> TicketId | None:
        here = [one for one in self.talks if one.chat == chat]
        own = [one for one in here if one.ticket_id is None or self._is_own(one)]
        if not here or (own and own[-1].ticket_id is None):
            return None
        return here[-1].ticket_id

    def _is_own(self, link: ChatLink) -> bool:
        comment = self.comments.get(link.comment_id or CommentId(0))
        return comment is not None and isinstance(comment.author, Contact)

    def tickets_of(self, contact_id: ContactId, *, most: int) -> list[TicketId]:
        theirs = [
            ticket_id
            for ticket_id, people in self.joined.items()
            if any(one.contact.id == contact_id for one in people)
            and (ticket_id, contact_id) not in self.gone
        ]
        return sorted(theirs, reverse=True)[:most]

    def is_answered_in_chat(self, ticket_id: TicketId, contact: Contact) -> bool:
        here = {one.comment_id for one in self.talks if one.chat == contact.telegram}
        said = [
            one
            for one in self.comments.values()
            if one.ticket_id == ticket_id
            and isinstance(one.author, Contact)
            and (one.author.id == contact.id or one.id in here)
            and one.trust is not Trust.UNPROVEN
        ]
        by_chat = bool(said) and said[-1].channel is Channel.TELEGRAM
        return by_chat and not self.silenced.get(contact.telegram or 0, False)

    def told(self, foreign: ForeignId) -> Told | None:
        return self.told_of.get(foreign)

    def is_told(self, source: str, kind: Kind, row: int) -> bool:
        return any(
            (one.foreign.source, one.foreign.kind, one.row) == (source, kind, row)
            for one in self.told_of.values()
        )

    def organisation(self, organisation_id: int) -> KnownOrganisation | None:
        owned = {
            d: one for d, one in self.partners.items() if one.id == organisation_id
        }
        partner = next(iter(owned.values()), None)
        known = self.partners_told.get(organisation_id)
        if known is not None or partner is None:
            return known
        return KnownOrganisation(
            organisation=partner, domains=tuple(sorted(owned)), version=1
        )

    def specialist_by_id(self, specialist_id: SpecialistId) -> KnownSpecialist | None:
        return self._employed(lambda one: one.id == specialist_id)

    def specialist_by_account(self, telegram_id: int) -> KnownSpecialist | None:
        return self._employed(lambda one: one.telegram_id == telegram_id)

    def specialist_by_address(self, email: str) -> KnownSpecialist | None:
        return self._employed(lambda one: one.email == email)

    def _employed(self, fits: Callable[[Specialist], bool]) -> KnownSpecialist | None:
        for known in self.staff_told.values():
            if fits(known.specialist):
                return known
        for one in self.staff.values():
            if fits(one):
                return KnownSpecialist(specialist=one, active=True, version=1)
        return None

    def strangers(self, domains: tuple[str, ...]) -> list[KnownContact]:
        theirs = [
            one
            for address, one in self.people.items()
            if one.organisation is None and address.rpartition("@")[2] in domains
        ]
        known = (self.contact(one.id) for one in theirs)
        return [one for one in known if one is not None]

    def organisations(self, domains: Sequence[str]) -> dict[str, Organisation]:
        return {one: self.partners[one] for one in domains if one in self.partners}

    def blocked_domains(self, domains: Sequence[str]) -> set[str]:
        return {one for one in domains if one in self.closed}

    def is_waiting(self, who: str) -> bool:
        return any(one.who == who for one in self.held.values())

    def waiting(self, arrival: ArrivalId) -> Waiting | None:
        held = self.held.get(arrival)
        if held is None:
            return None
        return Waiting(who=held.who, question=held.question)

    def specialist(self, telegram_id: int) -> Specialist | None:
        return self.staff.get(telegram_id)

    def ticket(self, ticket_id: TicketId) -> Ticket:
        return self.tickets[ticket_id]

    def ticket_by_number(self, number: str) -> Ticket | None:
        wanted = number.upper()
        return next((t for t in self.tickets.values() if t.number == wanted), None)

    def ticket_in_topic(self, chat: int, thread_id: int) -> Ticket | None:
        found = self.topics.get((self.moved.get(chat, chat), thread_id))
        return None if found is None else self.tickets[found]

    def participants(self, ticket_id: TicketId) -> tuple[Participant, ...]:
        now = {one.id: one for one in self.people.values()}
        return tuple(
            replace(one, contact=now[one.contact.id])
            for one in self.joined.get(ticket_id, ())
            if (ticket_id, one.contact.id) not in self.gone
        )

    def departed(self, ticket_id: TicketId) -> frozenset[ContactId]:
        return frozenset(one for ticket, one in self.gone if ticket == ticket_id)

    def tickets_about(
        self,
        key: str,
        people: Sequence[ContactId],
        *,
        heard_since: datetime,
        opened_since: datetime,
    ) -> list[Ticket]:
        return [
            one
            for one in self.tickets.values()
            if subject_key(one.subject) == key
            and one.opened_at >= opened_since
            and one.stage != "closed"
            and one.merged_into is None
            and any(p.contact.id in people for p in self.participants(one.id))
            and any(said.at >= heard_since for said in self._heard(one.id))
        ]

    def _heard(self, ticket_id: TicketId) -> list[Comment]:
        return [
            one
            for one in self.comments.values()
            if one.ticket_id == ticket_id
            and one.visibility is Visibility.PUBLIC
            and one.trust is not Trust.UNPROVEN
        ]

    def storm(self, key: str) -> Storm:
        return self.storms.get(key, Storm(key=key))

    def standing(self, ticket_ids: Sequence[TicketId]) -> dict[TicketId, Standing]:
        return {one: self._standing(self.tickets[one]) for one in ticket_ids}

    def _standing(self, ticket: Ticket) -> Standing:
        steps = {EventType.STAGE_CHANGED, EventType.REOPENED, EventType.CLOSED}
        events = [one for one in self.events if one.stream == ticket.stream]
        came = [one.at for one in events if one.type in steps]
        public = [
            one
            for one in self.comments.values()
            if one.ticket_id == ticket.id
            and one.visibility is Visibility.PUBLIC
            and not isinstance(one.author, Contact)
            and self.has_left(one.id)
        ]
        answer = public[-1] if public else None
        return Standing(
            since=came[-1] if came else ticket.opened_at,
            answer=answer.text if answer else "",
            answered_at=answer.at if answer else None,
        )

    def told_since(self, address: str, since: datetime) -> int:
        return sum(
            one.kind in {"status", "left"}
            and one.target == address
            and queued_at >= since
            for one, queued_at in zip(self.deliveries, self.queued_at, strict=True)
        )

    def specialist_by_email(self, email: str) -> Specialist | None:
        return next((one for one in self.staff.values() if one.email == email), None)

    def comment(self, comment_id: CommentId) -> Comment | None:
        return self.comments.get(comment_id)

    def attachment(self, attachment_id: int) -> tuple[Attachment, CommentId] | None:
        return next(
            (
                (file, comment.id)
                for comment in self.comments.values()
                for file in comment.attachments
                if file.id == attachment_id
            ),
            None,
        )

    def progress(self, comment_id: CommentId) -> Progress:
        states = [
            self.states.get(place, DeliveryState.NEW)
            for place, one in enumerate(self.deliveries)
            if one.comment_id == comment_id
        ]
        return Progress(
            waiting=sum(state in UNFINISHED for state in states),
            sent=states.count(DeliveryState.SENT),
            failed=states.count(DeliveryState.PARKED),
        )

    def chat_message_of(self, comment_id: CommentId) -> tuple[int, int] | None:
        return self.shown.get(comment_id)

    def comment_in_message(self, chat: int, message_id: int) -> CommentId | None:
        found = (
            one for one, where in self.shown.items() if where == (chat, message_id)
        )
        return next(found, None)

    def _public(self, ticket_id: TicketId) -> list[Comment]:
        return [
            one
            for one in self.comments.values()
            if (one.ticket_id, one.visibility) == (ticket_id, Visibility.PUBLIC)
        ]

    def last_answer(
        self, ticket_id: TicketId, author: SpecialistId
    ) -> CommentId | None:
        theirs = [
            one.id
            for one in self._public(ticket_id)
            if isinstance(one.author, Specialist) and one.author.id == author
        ]
        return max(theirs, default=None)

    def has_left(self, comment_id: CommentId) -> bool:
        never = {DeliveryState.NEW, DeliveryState.CANCELLED}
        return any(
            one.comment_id == comment_id
            and self.states.get(place, DeliveryState.NEW) not in never
            for place, one in enumerate(self.deliveries)
        )

    def rest(self, ticket_id: TicketId, besides: CommentId) -> Rest:
        others = [one for one in self._public(ticket_id) if one.id != besides]
        answers = [one.at for one in others if isinstance(one.author, Specialist)]
        said = [one for one in others if one.trust is not Trust.UNPROVEN]
        is_answered = bool(said) and isinstance(said[-1].author, Specialist)
        first = min(answers, default=None)
        return Rest(first_answer_at=first, is_answered=is_answered)

    def _take_back(self, work: Work) -> None:
        for one in work.taken_back:
            inside = replace(self.comments[one], visibility=Visibility.INTERNAL)
            self.comments[one] = inside
            for place, queued in enumerate(self.deliveries):
                if queued.comment_id == one:
                    self.states[place] = DeliveryState.CANCELLED

    def next_number(self, site: str) -> str:
        counter = self.counters.setdefault(site, itertools.count(1))
        return f"{site}-{next(counter)}"

    def sent_mails(self, message_ids: Sequence[str]) -> dict[str, SentMail]:
        return {one: self.mails[one] for one in message_ids if one in self.mails}

    def last_mail_to(self, ticket_id: TicketId, recipient: str) -> SentMail | None:
        theirs = [
            one
            for one in self.mails.values()
            if (one.ticket_id, one.recipient) == (ticket_id, recipient)
        ]
        return max(theirs, key=lambda one: one.delivery_id, default=None)

    def notices_since(
        self, ticket_id: TicketId, address: str, *, since: datetime
    ) -> int:
        return sum(
            one.medium is Medium.MAIL
            and (one.ticket_id, one.target) == (ticket_id, address)
            and one.comment_id is None
            and queued_at >= since
            for one, queued_at in zip(self.deliveries, self.queued_at, strict=True)
        )

    def acknowledged_since(self, address: str, since: datetime) -> int:
        return sum(
            one.kind in {"accepted", "not-served"}
            and one.target == address
            and queued_at >= since
            for one, queued_at in zip(self.deliveries, self.queued_at, strict=True)
        )

    def commit(self, work: Work) -> None:
        """Take over what a piece of work changed."""
        for partner in work.new_organisations:
            self.partners |= dict.fromkeys(partner.domains, partner.organisation)
        for hired in work.new_specialists:
            self.staff[hired.specialist.telegram_id] = hired.specialist
        for new in work.contacts:
            self._meet(new.contact)
            self.people |= dict.fromkeys(new.emails, new.contact)
            self.versions[new.contact.id] = new.version
        for given in work.addresses:
            self._give(given)
        self._take_over(work)
        self.spent |= {one.token for one in work.spent_links}
        self.silenced |= work.silenced
        self.tickets |= work.opened | work.changed
        for joins in work.participants:
            self._join(joins)
        self._take_comments(work)
        self._take_back(work)
        for one, ticket_id in work.refs.items():
            ref = self.known.get(one, Ref(message_id=one))
            arrives = one == work.message_id
            self.known[one] = replace(
                ref,
                ticket_id=ref.ticket_id or ticket_id,
                seen=ref.seen or arrives,
                arrival_id=(
                    work.arrival if arrives and not ref.seen else ref.arrival_id
                ),
            )
        self.closed |= work.blocked_domains
        self.closed = {d: actor for d, actor in self.closed.items() if actor}
        if work.held is not None and work.arrival is not None:
            self.held[work.arrival] = work.held
        decided = {one.who for one in work.decisions}
        self.held = {a: one for a, one in self.held.items() if one.who not in decided}
        self._take_chats(work)
        self._note_fates(work)
        self.timers |= work.timers
        self.storms |= work.storms
        self.gone |= {(one.ticket_id, one.contact_id) for one in work.departures}
        self.events += work.events
        self.deliveries += work.deliveries
        self.queued_at += [work.now] * len(work.deliveries)
        self.blobs |= work.blobs

    def _note_fates(self, work: Work) -> None:
        for told in work.fates:
            self.mails[told.sent.message_id] = replace(told.sent, fate=told.fate)
            place = told.sent.delivery_id - 1
            if told.fate is Fate.FAILED:
                self.states[place] = DeliveryState.PARKED

    def send(self, place: int, message_id: str) -> SentMail:
        """Let a mail that is queued at a place of the list be sent."""
        one = self.deliveries[place]
        self.states[place] = DeliveryState.SENT
        self.known[message_id] = Ref(
            message_id=message_id, ticket_id=one.ticket_id, own=True
        )
        self.mails[message_id] = SentMail(
            message_id=message_id,
            delivery_id=DeliveryId(place + 1),
            recipient=one.target,
            ticket_id=one.ticket_id,
            comment_id=one.comment_id,
        )
        return self.mails[message_id]

    def _take_chats(self, work: Work) -> None:
        self.moved |= work.moved_chats
        for old, new in work.moved_chats.items():
            for chat, thread_id in [one for one in self.topics if one[0] == old]:
                self.topics[new, thread_id] = self.topics.pop((chat, thread_id))
        for topic in work.topics:
            chat = self.moved.get(topic.chat, topic.chat)
            self.topics.setdefault((chat, topic.thread_id), topic.ticket_id)
        for link in work.chat_links:
            if link.chat > 0:
                self.talks.append(link)
            elif link.comment_id is not None:
                self.shown.setdefault(link.comment_id, (link.chat, link.message_id))

    def _meet(self, contact: Contact) -> None:
        self.people[contact.email or f"contact {contact.id}"] = contact

    def _take_over(self, work: Work) -> None:
        for partner in work.organisations:
            row = partner.organisation.id
            self.partners = {d: o for d, o in self.partners.items() if o.id != row}
            self.partners |= dict.fromkeys(partner.domains, partner.organisation)
            self.partners_told[row] = partner
            self.people = {
                address: replace(one, organisation=partner.organisation)
                if one.organisation is not None and one.organisation.id == row
                else one
                for address, one in self.people.items()
            }
        for changed in work.people:
            contact = changed.contact
            self.people = {
                address: contact if one.id == contact.id else one
                for address, one in self.people.items()
                if one.id != contact.id or changed.emails is None
            }
            self.people |= dict.fromkeys(changed.emails or (), contact)
            self.versions[contact.id] = changed.version
        for hired in work.staff:
            person = hired.specialist
            self.staff = {t: s for t, s in self.staff.items() if s.id != person.id}
            if hired.active:
                self.staff[person.telegram_id] = person
            self.staff_told[person.id] = hired
        self.told_of |= {one.foreign: one for one in work.told}

    def _give(self, given: NewAddress) -> None:
        for one in list(self.people.values()):
            if one.telegram == given.telegram:
                self._meet(replace(one, telegram=None))
            elif one.id == given.contact_id:
                self._meet(replace(one, telegram=given.telegram))
        self.versions |= dict(given.versions)

    def _join(self, new: NewParticipant) -> None:
        self.gone.discard((new.ticket_id, new.contact_id))
        people = self.joined.setdefault(new.ticket_id, [])
        for place, one in enumerate(people):
            if one.contact.id == new.contact_id:
                people[place] = replace(one, quiet=new.quiet)
                return
        contact = next(one for one in self.people.values() if one.id == new.contact_id)
        people.append(Participant(contact=contact, role=new.role, quiet=new.quiet))

    def _take_comments(self, work: Work) -> None:
        for new in work.comments:
            self.comments[new.comment.id] = new.comment
            self.hashes[new.comment.id] = new.body_hash
            if work.arrival is not None:
                self.by_arrival[work.arrival] = new.comment.id
        for comment_id, verdict in work.verdicts.items():
            judged = replace(self.comments[comment_id], verdict=verdict)
            if verdict == "accepted":
                judged = replace(judged, trust=Trust.PLAUSIBLE)
            self.comments[comment_id] = judged
        for comment in list(self.comments.values()):
            files = tuple(work.stored.get(f.id, f) for f in comment.attachments)
            self.comments[comment.id] = replace(comment, attachments=files)
