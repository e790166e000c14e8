"""Handlers about the machinery: faults, calls, rates, updates."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from sandbox.control.bodies import number, read_wish
from sandbox.control.wishes import NewFault, NextId, RateMode, Redelivery
from sandbox.faults import Fault
from sandbox.telegram import Telegram


async def list_faults(tg: Telegram, _request: Request) -> Any:
    return [asdict(fault) | {"struck": struck} for fault, struck in tg.faults.listed()]


async def add_fault(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, NewFault)
    given = wish.model_dump(exclude_unset=True)
    tg.faults.add(Fault(**given))
    return {}


async def clear_faults(tg: Telegram, _request: Request) -> Any:
    tg.faults.clear()
    return {}


async def list_calls(tg: Telegram, request: Request) -> Any:
    method, after = request.query_params.get("method", ""), number(request, "after")
    return [asdict(call) for call in tg.calls.listed(method=method, after=after or 0)]


async def clear_calls(tg: Telegram, _request: Request) -> Any:
    tg.calls.clear()
    return {}


async def show_rates(tg: Telegram, _request: Request) -> Any:
    return {"mode": tg.rates.mode, "violations": dict(tg.rates.violations)}


async def set_rates(tg: Telegram, request: Request) -> Any:
    tg.rates.mode = (await read_wish(request, RateMode)).mode
    return {}


async def clear_rates(tg: Telegram, _request: Request) -> Any:
    tg.rates.violations.clear()
    return {}


async def show_updates(tg: Telegram, _request: Request) -> Any:
    queue = tg.world.queue
    return {
        "pending": [asdict(update) for update in queue.pending],
        "confirmed": [asdict(update) for update in queue.confirmed],
        "next_id": queue.next_id,
    }


async def redeliver(tg: Telegram, request: Request) -> Any:
    wish = await read_wish(request, Redelivery)
    return {"count": tg.updates.redeliver(wish.count)}


async def set_next_id(tg: Telegram, request: Request) -> Any:
    tg.updates.restart_ids((await read_wish(request, NextId)).id)
    return {}
