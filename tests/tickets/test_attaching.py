"""Which files go in a mail: the smallest, as long as there is room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.files.attaching import Room, share
from tickets.model import Attachment
from tickets.words import FileState


def file(number: int, size: int, state: FileState = FileState.STORED) -> Attachment:
    return Attachment(
        id=number,
        name=f"{number}.bin",
        media_type="application/octet-stream",
        size=size,
        sha256="0" * 64,
        state=state,
    )


def test_the_small_ones_go_along_and_the_rest_is_linked() -> None:
    files = [file(1, 700), file(2, 200), file(3, 100)]
    sharing = share(files, Room(most=300, links=True))
    assert [one.id for one in sharing.attached] == [2, 3]
    assert [one.id for one in sharing.linked] == [1]
    assert sharing.left_out == ()


def test_without_links_the_rest_is_left_out() -> None:
    sharing = share([file(1, 700), file(2, 200)], Room(most=300))
    assert [one.id for one in sharing.left_out] == [1]
    assert sharing.linked == ()


@pytest.mark.parametrize("state", [one for one in FileState if one != "stored"])
def test_only_what_is_stored_goes_anywhere(state: FileState) -> None:
    for room in (Room(most=1000), Room(most=0), Room(most=0, links=True)):
        sharing = share([file(1, 10, state)], room)
        assert sharing.attached == sharing.linked == sharing.left_out == ()


def test_the_limit_of_a_server_is_one_of_whole_mails() -> None:
    room = Room(most=10_000_000)
    assert room.within(1_000_000).most < 1_000_000 / 1.36
    assert room.within(100).most == 0
    assert room.within(100_000_000) == room


@given(
    st.lists(st.integers(min_value=0, max_value=1000), max_size=8),
    st.integers(min_value=0, max_value=3000),
    st.booleans(),
)
def test_every_file_goes_one_way_in_its_order_and_the_room_is_kept(
    sizes: list[int],
    most: int,
    links: bool,  # hypothesis passes values by place
) -> None:
    files = [file(number, size) for number, size in enumerate(sizes)]
    sharing = share(files, Room(most=most, links=links))
    assert sum(one.size for one in sharing.attached) <= most
    ways = (*sharing.attached, *sharing.linked, *sharing.left_out)
    assert sorted(one.id for one in ways) == [one.id for one in files]
    for way in (sharing.attached, sharing.linked, sharing.left_out):
        assert list(way) == [one for one in files if one in way]
