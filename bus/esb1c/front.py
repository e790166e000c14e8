"""The HTTP front of 1C:ESB: a token, and where our channel is."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import httpx

from bus.amqp1.node import Node, Refused
from bus.esb1c.application import Application
from bus.manner import Manner
from bus.wording import one_line


class Front:
    """The door that asks anew each time: a token lives for an hour."""

    def __init__(self, application: Application, manner: Manner | None = None) -> None:
        self._application = application
        self._manner = manner or Manner()

    async def enter(self) -> Node:
        """Return where the channel is and a token to get in with; ``Refused``."""
        where = self._application
        try:
            async with asyncio.timeout(self._manner.open):
                token, found = await self._ask()
        except TimeoutError:
            raise Refused(
                f"{where.origin}: 1C:ESB gave no token and channels within "
                f"{self._manner.open:g} seconds"
            ) from None
        return Node(
            host=where.host,
            port=where.amqp_port or _port(found),
            address=_destination(found, where),
            tls=where.tls,
            user=token,
            password=token,
            vhost=where.path,
        )

    async def _ask(self) -> tuple[str, dict[str, Any]]:
        """Return a token and what there is of channels."""
        async with httpx.AsyncClient(
            verify=self._manner.tls or ssl.create_default_context(),
            timeout=None,  # noqa: S113 # the caller's is for all of it
            trust_env=False,
        ) as client:
            token = await self._token(client)
            return token, await self._channels(client, token)

    async def _token(self, client: httpx.AsyncClient) -> str:
        where = self._application
        answer = await _ask(
            client.post(
                where.token_url,
                auth=httpx.BasicAuth(where.client, where.secret),
                data={"grant_type": "CLIENT_CREDENTIALS"},
            ),
            "the token",
        )
        match answer.status_code:
            case 200:
                token = _object(answer, "the token").get("id_token")
            case 400 | 401 | 403:
                raise Refused(
                    f"1C:ESB gives client {where.client!r} no token "
                    f"({answer.status_code}): look at the client's secret"
                )
            case 404:
                raise Refused(
                    f"there is no token at {where.token_path} (404): releases differ, "
                    "set token_path, perhaps to /console/sys/token"
                )
            case other:
                raise Refused(f"1C:ESB answers {other} to the request for a token")
        if not isinstance(token, str) or not token or not token.isascii():
            raise Refused("1C:ESB's answer to the request for a token holds none")
        return token

    async def _channels(self, client: httpx.AsyncClient, token: str) -> dict[str, Any]:
        where = self._application
        asked = client.get(
            where.channels_url, headers={"Authorization": f"Bearer {token}"}
        )
        answer = await _ask(asked, "the channels")
        match answer.status_code:
            case 200:
                return _object(answer, "the channels")
            case 401 | 403:
                raise Refused(
                    f"client {where.client!r} may not see the channels of {where.path} "
                    f"({answer.status_code})"
                )
            case 404:
                raise Refused(f"1C:ESB has no application at {where.path} (404)")
            case other:
                raise Refused(f"1C:ESB answers {other} to the request for channels")


async def _ask(asked: Any, what: str) -> httpx.Response:
    try:
        answer: httpx.Response = await asked
    except httpx.HTTPError as error:
        why = one_line(str(error)) or type(error).__name__
        raise Refused(f"1C:ESB cannot be asked for {what}: {why}") from None
    return answer


def _object(answer: httpx.Response, what: str) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused(f"1C:ESB's answer when asked for {what} is no JSON object")
    return said


def _port(found: dict[str, Any]) -> int:
    port = found.get("port")
    if not isinstance(port, int) or not 0 < port < 65536:
        raise Refused("1C:ESB names no port for AMQP: set amqp_port")
    return port


def _destination(found: dict[str, Any], where: Application) -> str:
    """Return the address of our channel, which only a running one has."""
    listed = found.get("items")
    whole = listed if isinstance(listed, list) else []
    items = [one for one in whole if isinstance(one, dict)]
    named = f"channel {where.channel!r} of process {where.process!r}"
    for one in items:
        if one.get("process") == where.process and one.get("channel") == where.channel:
            destination = one.get("destination")
            if not destination:
                raise Refused(f"{named} is not running: 1C:ESB has no address for it")
            return str(destination)
    known = ", ".join(
        sorted(f"{one.get('process')}/{one.get('channel')}" for one in items)
    )
    raise Refused(f"1C:ESB has no {named}; there are: {known or 'none'}")
