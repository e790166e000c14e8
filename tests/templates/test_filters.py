"""What others wrote is shown as they wrote it and does nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typing_extensions import override

from templates.filters import bare, line, prose


class _Page(HTMLParser):
    """What a reader sees of a piece of HTML, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.links: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for _, value in attrs]
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])

    @override
    def handle_data(self, data: str) -> None:
        self.text += data


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.close()
    return page


@given(st.text())
@example("<a href='x'>&amp;</a> https://a.ru/'\"<b>&lt; www.b.ru)")
@example("  a   b \n\n\thttp://[::1]/x] http://( www.[")
@example("https://a.ru/" + "(" * 50 + ")" * 60)
def test_prose_shows_the_same_text(text: str) -> None:
    page = _read(prose(text))
    blanks = str.maketrans("\t\N{NO-BREAK SPACE}", "  ")
    assert page.text.translate(blanks) == text.translate(blanks)
    assert page.tags <= {"a", "br"}


@given(st.text(alphabet="htps:/w.a[]()!?'*… \n"))
def test_prose_links_to_web_pages_only(text: str) -> None:
    links = _read(prose(text)).links
    assert all(link.startswith(("http://", "https://")) for link in links)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.ru/b?c=1&d=2.", ["https://a.ru/b?c=1&d=2"]),
        ("(https://a.ru/x_(y))", ["https://a.ru/x_(y)"]),
        ("https://пример.рф/путь, да", ["https://пример.рф/путь"]),
        ("http://srv-1c:8080/base", ["http://srv-1c:8080/base"]),
        ("на www.example.org!", ["http://www.example.org"]),
        ("<https://a.ru>", ["https://a.ru"]),
        ("«https://a.ru»", ["https://a.ru"]),
        ("javascript:alert(1) https:// www.", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_link_ends_where_its_sentence_goes_on(text: str, links: list[str]) -> None:
    assert _read(prose(text)).links == links


def test_line_breaks_and_indents_stay() -> None:
    assert prose("a\n  b  c") == "a<br>\n\xa0\xa0b \xa0c"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_line_is_one_line_of_bounded_length(text: str, limit: int) -> None:
    shown = line(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert shown == shown.strip()


def test_a_line_cannot_turn_the_words_beside_it() -> None:
    assert line("Иван \u202etset\u2066\r\nBcc: x") == "Иван tset Bcc: x"
    assert line("שלום 😀") == "שלום 😀"


@pytest.mark.parametrize(
    ("subject", "without"),
    [
        ("Printer", "Printer"),
        ("Re: Printer", "Printer"),
        ("RE: re[2]: Отв: Printer", "Printer"),
        ("Fwd: Re: Printer", "Fwd: Re: Printer"),
        ("Report: Q3", "Report: Q3"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_an_answer_says_re_once(subject: str, without: str) -> None:
    assert bare(subject) == without
