"""Events by HTTP to a receiver that checks everything it is given."""

from __future__ import annotations

import asyncio
import base64
import time
from datetime import timedelta

import httpx
import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bus.publishers import publisher_from
from bus.receiver import read_receiver
from bus.signing import read_secret
from bus.webhook import Webhook
from tests.bus.events import event, steps
from tests.bus.rabbit import LOOPS, all_sent, kinds, run
from tests.bus.receiving import (
    FORMER,
    POSTING,
    SECRET,
    Said,
    Strict,
    posting_to,
    receiving,
)
from tests.bus.scene import Scene
from tickets.sending import Later, Never, Sent


@pytest.mark.parametrize("loop", LOOPS)
def test_every_event_there_is_is_taken_as_it_is(loop: str) -> None:
    async def scene() -> None:
        played, strict = Scene(), Strict()
        played.mail()
        async with receiving(strict) as url:
            publisher = publisher_from(url, secrets=[SECRET])
            outs = [event(str(n), size=65_536) for n in range(20)]
            assert all_sent(await publisher.publish(outs))
            assert sorted(strict.taken) == sorted(out.body for out in outs)
            await publisher.close()

    run(scene, LOOPS[loop])


def test_a_wave_shares_a_few_connections_that_stay_open() -> None:
    async def scene() -> None:
        strict = Strict(pause=0.01)
        async with (
            receiving(strict) as url,
            posting_to(url, connections=4) as publisher,
        ):
            for seq in (1, 2, 3):
                wave = [event(f"NN-{n}", seq) for n in range(50)]
                assert await publisher.publish(wave) == [Sent("202 Accepted")] * 50
        assert 1 < strict.most_at_once <= 4
        assert len({one.client for one in strict.heard}) == 4
        assert steps(strict.taken) == {f"NN-{n}": [1, 2, 3] for n in range(50)}

    run(scene)


def test_every_repeat_is_signed_for_its_own_moment() -> None:
    moments = iter([time.time() - 30, time.time()])

    async def scene() -> None:
        strict = Strict()
        async with receiving(strict) as url:
            publisher = Webhook(
                read_receiver(url),
                POSTING,
                keys=[read_secret(SECRET)],
                clock=lambda: next(moments, time.time()),
            )
            out = event()
            for _ in range(2):
                assert all_sent(await publisher.publish([out]))
            await publisher.close()
        first, second = (dict(one.headers) for one in strict.heard)
        assert first["webhook-id"] == second["webhook-id"] == out.event_id
        assert first["webhook-timestamp"] < second["webhook-timestamp"]

    run(scene)


@pytest.mark.parametrize("known", [SECRET, FORMER])
def test_while_secrets_change_a_receiver_may_know_either(known: str) -> None:
    async def scene() -> None:
        strict = Strict(secret=known)
        async with receiving(strict) as url, posting_to(url, SECRET, FORMER) as both:
            assert all_sent(await both.publish([event()]))

    run(scene)


def test_a_wrong_secret_is_mended_and_then_everything_goes_on() -> None:
    async def scene() -> None:
        strict = Strict(secret=FORMER)
        out = event()
        async with receiving(strict) as url:
            async with posting_to(url) as wrong:
                (answer,) = await wrong.publish([out])
            assert answer == Later("401 Unauthorized: No matching signature found")
            async with posting_to(url, FORMER) as right:
                assert all_sent(await right.publish([out]))
        assert strict.taken == [out.body]

    run(scene)


def test_user_and_password_are_sent_and_stand_in_no_address() -> None:
    async def scene() -> None:
        strict = Strict()
        async with receiving(strict) as url:
            known = url.replace("//", "//desk:hu%40sh@")
            async with posting_to(f"{known}?key=1") as publisher:
                assert all_sent(await publisher.publish([event()]))
        (request,) = strict.heard
        login = base64.b64encode(b"desk:hu@sh").decode()
        assert request.headers["authorization"] == f"Basic {login}"
        assert str(request.url).endswith("/in?key=1")
        assert "@" not in request.headers["host"]

    run(scene)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, Sent), (204, Sent), (400, Later), (404, Later), (413, Never), (500, Later)],
)
def test_each_event_of_a_wave_is_answered_for_by_itself(
    status: int, kind: type
) -> None:
    def answer(said: Said) -> Response | None:
        odd = int(said["sequence"]) % 2
        return Response(status_code=status) if odd else None

    async def scene() -> None:
        strict = Strict(answer=answer)
        async with receiving(strict) as url, posting_to(url) as publisher:
            wave = [event(f"NN-{n}", n) for n in range(40)]
            answers = await publisher.publish(wave)
        assert [type(one) for one in answers] == [Sent, kind] * 20
        assert len(strict.heard) == 40

    run(scene)


def test_a_redirect_is_not_followed() -> None:
    async def scene() -> None:
        strict = Strict()
        async with receiving(strict) as there:
            moved = Strict(answer=lambda _: RedirectResponse(there))
            async with receiving(moved) as url, posting_to(url) as publisher:
                (answer,) = await publisher.publish([event()])
        assert isinstance(answer, Later)
        assert "307 Temporary Redirect: it is elsewhere" in answer.reason
        assert strict.heard == []

    run(scene)


def test_who_names_a_time_is_left_alone_until_then() -> None:
    busy = [True]

    def answer(_said: Said) -> Response | None:
        wait = {"Retry-After": "2"}
        return PlainTextResponse("full", 503, headers=wait) if busy else None

    async def scene() -> None:
        strict = Strict(answer=answer)
        async with (
            receiving(strict) as url,
            posting_to(url, connections=2) as publisher,
        ):
            wave = [event(f"NN-{n}") for n in range(30)]
            answers = await publisher.publish(wave)
            assert kinds(answers) == ["Later"] * 30
            assert len(strict.heard) <= 4  # those under way when it was said
            heard = len(strict.heard)
            busy.clear()
            (other,) = await publisher.publish([event("NN-99")])
            assert len(strict.heard) == heard
            assert isinstance(other, Later)
            assert other.after is not None
            assert timedelta() < other.after <= timedelta(seconds=2)
            assert other.reason == "503 Service Unavailable: full"
            await asyncio.sleep(other.after.total_seconds())
            assert all_sent(await publisher.publish(wave))

    run(scene)


def test_order_in_a_stream_survives_a_receiver_of_moods() -> None:
    moods = [503, 0, 0, 429, 0, 500, 0, 408, 0]
    turn = iter(range(10**6))

    def answer(_said: Said) -> Response | None:
        mood = moods[next(turn) % len(moods)]
        return Response(status_code=mood) if mood else None

    async def scene() -> None:
        strict = Strict(answer=answer)
        done = {f"NN-{n}": 0 for n in range(10)}
        async with receiving(strict) as url, posting_to(url) as publisher:
            while heads := [event(k, n + 1) for k, n in done.items() if n < 6]:
                answers = await publisher.publish(heads)
                for head, one in zip(heads, answers, strict=True):
                    done[head.key] += isinstance(one, Sent)
        assert steps(strict.taken) == {key: list(range(1, 7)) for key in done}

    run(scene)


def test_an_environment_with_a_proxy_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def scene() -> None:
        strict = Strict()
        async with receiving(strict) as url, posting_to(url) as publisher:
            assert all_sent(await publisher.publish([event()]))

    run(scene)


def test_a_receiver_behind_the_same_port_may_be_another_one_later() -> None:
    async def scene() -> None:
        first, second = Strict(), Strict()
        async with receiving(first) as url:
            port = httpx.URL(url).port
            publisher = publisher_from(url, secrets=[SECRET])
            assert all_sent(await publisher.publish([event(seq=1)]))
        assert kinds(await publisher.publish([event(seq=2)])) == ["Later"]
        async with receiving(second, port=port or 0):
            assert all_sent(await publisher.publish([event(seq=2)]))
            await publisher.close()
        assert steps(second.taken) == {"NN-1": [2]}

    run(scene)
