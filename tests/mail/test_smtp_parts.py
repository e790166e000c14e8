"""The door's readers of bytes: any input in any pieces gives what the RFC says."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.door.content import Content
from mail.paths import is_mailbox, mail_trouble, read_command, read_path
from tests.load import Plan, load
from tests.mail.keeping import MemoryKeeper, open_door, run

# what matters at the end of a mail, much more often than chance would have it
ALPHABET = st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"\0", b"a"])
BODIES = st.lists(ALPHABET, max_size=40).map(b"".join)


def fed(content: Content, wire: bytes, cuts: list[int]) -> tuple[Content, bytes | None]:
    """Feed the wire in pieces; return what followed the mail, if it ended."""
    edges = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    for start, end in pairwise(edges):
        rest = content.feed(wire[start:end])
        if rest is not None:
            return content, rest + wire[end:]
    return content, None


def stuffed(body: bytes) -> bytes:
    lines = body.split(b"\r\n")
    return b"\r\n".join(b"." + x if x.startswith(b".") else x for x in lines)


@given(BODIES, BODIES, st.lists(st.integers(min_value=0), max_size=8))
def test_what_was_stuffed_comes_back_and_what_follows_stays(
    body: bytes, after: bytes, cuts: list[int]
) -> None:
    body += b"\r\n"
    content, rest = fed(Content(), stuffed(body) + b".\r\n" + after, cuts)
    assert (content.take(), rest) == (body, after)


@given(BODIES, st.lists(st.integers(min_value=0), max_size=8))
def test_only_the_one_mark_ends_a_mail(wire: bytes, cuts: list[int]) -> None:
    _, rest = fed(Content(), wire, cuts)
    assert (rest is not None) == (b"\r\n.\r\n" in b"\r\n" + wire)


@given(BODIES, st.lists(st.integers(min_value=0), max_size=8))
def test_a_discarded_mail_ends_where_it_would_have(
    wire: bytes, cuts: list[int]
) -> None:
    content = Content()
    content.discard()
    _, rest = fed(content, wire, cuts)
    assert rest == fed(Content(), wire, cuts)[1]


FALSE_ENDS = [
    first + middle + last
    for first in (b"\r\n", b"\r", b"\n")
    for middle in (b".", b"\0.", b".\0", b"\0.\0")
    for last in (b"\r\n", b"\r", b"\n")
    if first + middle + last != b"\r\n.\r\n"
]


def is_ambiguous(wire: bytes) -> bool:
    """Say whether something else than the one mark could be taken for the end."""
    before = (b"\r\n" + wire).split(b"\r\n.\r\n")[0] + b"\r\n"
    return any(end in before for end in FALSE_ENDS)


@given(BODIES, st.lists(st.integers(min_value=0), max_size=8))
def test_another_end_is_seen_in_whatever_pieces_it_comes(
    body: bytes, cuts: list[int]
) -> None:
    wire = body + b"x\r\n.\r\n"
    content, rest = fed(Content(wary=True), wire, cuts)
    assert rest is not None
    assert content.has_false_end == is_ambiguous(wire)


@given(st.binary(max_size=60))
def test_any_line_is_a_command_or_nothing(line: bytes) -> None:
    command = read_command(line + b"\r\n")
    if command is not None:
        assert all(ord(c) >= 32 for part in command for c in part)


@given(st.text(max_size=60))
def test_any_argument_is_a_path_or_nothing(argument: str) -> None:
    path = read_path("FROM:", f"FROM:{argument}")
    if path is not None:
        mail_trouble(path, 1000)


@given(st.text(max_size=30))
def test_a_mailbox_reads_back_as_itself(address: str) -> None:
    if is_mailbox(address):
        path = read_path("TO:", f"TO:<{address}> X=1")
        assert path is not None
        assert path.address == address
        assert path.options == {"X": "1"}


def test_a_hostile_argument_costs_no_time() -> None:
    assert read_path("FROM:", 'FROM:<"' + "\\" * 2000) is None
    assert read_path("FROM:", "FROM:<" + '""' * 1000) is None
    assert read_path("FROM:", "FROM:" + " " * 2000 + "\t") is None


@pytest.mark.parametrize("per_connection", [False, True])
def test_the_load_generator_loses_nothing(per_connection: bool) -> None:
    async def main() -> None:
        keeper = MemoryKeeper()
        async with open_door(keeper, accepts=bool) as door:
            plan = Plan(
                port=door.port, connections=5, mails=50, per_connection=per_connection
            )
            report = await load(plan)
            assert report.codes == {"250": 50}
            assert report.mails == len({mail.content for mail in keeper.mails}) == 50
            assert all(4000 < len(mail.content) < 4200 for mail in keeper.mails)

    run(main())


def test_the_load_generator_sends_mails_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"Subject: dots\n\n.\n..\n")
    (tmp_path / "2.eml").write_bytes(b"Subject: two\r\n\r\nbody\r\n")

    async def main() -> None:
        keeper = MemoryKeeper()
        async with open_door(keeper, accepts=bool) as door:
            await load(Plan(port=door.port, connections=1, mails=2, folder=tmp_path))
            await asyncio.sleep(0)
            assert [mail.content for mail in keeper.mails] == [
                b"Subject: dots\r\n\r\n.\r\n..\r\n",
                b"Subject: two\r\n\r\nbody\r\n",
            ]

    run(main())
