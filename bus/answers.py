"""What is answered to a command: an event that stands in no stream."""

from __future__ import annotations

from functools import cache

from bus.envelope import SCHEMAS_URI, encode, rfc3339
from bus.schemas import AnswerSchemas
from tickets import lanes
from tickets.model import Json
from tickets.words import Medium
from tickets.work import ANSWER, Refusal, Work

REFUSED = "zayavka.command.refused.v1"


#: Compiled when the first command is refused, which few desks ever do.
_schemas = cache(AnswerSchemas)


def answer(work: Work) -> None:
    """Add a delivery for each refusal, to the target that the command came from."""
    for refusal in work.refusals:
        whole = _refused(work, refusal)
        _schemas().check(REFUSED, whole)
        origin = refusal.origin
        work.deliver(
            Medium.BUS,
            "refused",
            target=origin.target,
            lane=lanes.bus(origin.target, f"commands:{origin.subject}"),
            priority=ANSWER,
            facts={},
            payload=encode(whole).encode(),
        )


def _refused(work: Work, refusal: Refusal) -> Json:
    origin = refusal.origin
    return {
        "specversion": "1.0",
        "id": work.ids.uuid(),
        "source": f"/zayavka/commands/{origin.target}",
        "type": REFUSED,
        "time": rfc3339(work.now),
        "partitionkey": origin.subject,
        "causationid": origin.id,
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMAS_URI}answers/{REFUSED}.json",
        "data": {
            "command": origin.type,
            "source": origin.source,
            "reason": refusal.reason,
            "message": refusal.message,
            "ticket": refusal.ticket,
        },
    }
