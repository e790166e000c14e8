"""A server's refusal reaches the specialist in words, whatever protocol it speaks."""

from __future__ import annotations

import pytest

from mail.sending.link import Manner
from mail.sending.relay import relay_from
from storage.store import Places
from tests.app.workshop import Workshop, add_mailing, chat, run
from tests.mail.sink import Script, open_sink

MANNER = Manner(max_connections=2, seconds=5.0, final_seconds=5.0)
REFUSED = "550 5.1.1 <ivan@partner.example>: no such user here"


@pytest.mark.parametrize("scheme", ["smtp", "lmtp"])
@pytest.mark.parametrize("phase", ["RCPT", "dot"])
def test_the_code_is_explained_above_the_servers_words(
    places: Places, scheme: str, phase: str
) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script(), lmtp=scheme == "lmtp") as script:
            relay = relay_from(f"{scheme}://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            async with chat(shop) as there:
                await shop.mail()
                await there.settle()
                script.plan(**{phase: [REFUSED]})
                said = await there.say("Перезагрузите.")
                assert there.marks(said) == ["💔"]
                assert there.shown()[-1].reply_to == said.id
                assert there.words()[-1].splitlines() == [
                    "💔 Письмо не доставлено: ivan@partner.example.",
                    "Такого ящика нет: проверьте адрес.",
                    REFUSED,
                ]
            await relay.close()

    run(places, scene)


def test_what_is_said_to_pass_is_tried_again_and_nobody_is_told(places: Places) -> None:
    async def scene(shop: Workshop) -> None:
        async with open_sink(Script()) as script:
            relay = relay_from(f"smtp://127.0.0.1:{script.port}", MANNER)
            add_mailing(shop, relay)
            async with chat(shop) as there:
                await shop.mail()
                await there.settle()
                script.plan(RCPT=["452 4.2.2 over quota"])
                said = await there.say("Перезагрузите.")
                before = len(there.shown())
                assert there.marks(said) == ["👀"]
                await there.jump(minutes=1)
                assert (there.marks(said), len(there.shown())) == (["👌"], before)
            await relay.close()

    run(places, scene)
