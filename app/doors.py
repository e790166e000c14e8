"""How the doors for mail are, for /readyz and /metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.http import Part
from mail.door.refusals import Refusal
from mail.door.room import Room
from mail.door.smtp import Door


def part_of(door: Door) -> Part:
    """Say what a door does, and what it refuses while it has no room for it."""
    said = [*_refused_now(door)]
    is_open = not said
    if door.room.is_crowded:
        said.append("crowded, so clients must hurry")
    if door.tls is not None and door.tls.problem is not None:
        said.append(f"goes on with its former certificate: {door.tls.problem}")
    said.append(f"{door.connections} connections, {door.kept} kept")
    return Part(ok=is_open, detail="; ".join(said))


def _refused_now(door: Door) -> Iterator[str]:
    room, limits = door.room, door.limits
    if not door.has_room():
        yield "takes no mail, the disk is nearly full"
    if room.is_full:
        places = limits.max_connections
        yield f"turns connections away, {room.connections} of {places} are open"
    if room.in_flight_bytes >= limits.max_in_flight_bytes:
        yield f"takes no more mail, {room.in_flight_bytes} bytes are on their way"


def figures_of(doors: Sequence[Door]) -> Iterator[Metric]:
    """Add up what the doors took; the room they have is one."""
    yield from _of_room(doors[0].room)
    yield CounterMetricFamily(
        "zayavka_smtp_kept",
        "Mails committed by this process",
        value=sum(door.kept for door in doors),
    )
    refused = CounterMetricFamily(
        "zayavka_smtp_refused", "Refusals", labels=["code", "reason"]
    )
    counts = sum((door.refused for door in doors), start=Counter[Refusal]())
    for refusal, count in counts.items():
        refused.add_metric([refusal.code, refusal.reason], count)
    yield refused


def _of_room(room: Room) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "zayavka_smtp_connections", "Open connections", value=room.connections
    )
    yield GaugeMetricFamily(
        "zayavka_smtp_in_flight_bytes",
        "Bytes of mails being received",
        value=room.in_flight_bytes,
    )
    yield GaugeMetricFamily(
        "zayavka_smtp_crowded",
        "Whether clients must hurry",
        value=int(room.is_crowded),
    )
