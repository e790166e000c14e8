"""Telegram's HTML is read as strictly as the real server reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.hypertext import write_html
from sandbox.markup import MarkupError, parse_html
from sandbox.model import Json
from sandbox.words import utf16

# Cases and words of tdlib's own tests.
ERRORS = [
    ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
    ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
    ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
    ("🏟 🏟&lt;<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
    ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
    ("🏟 🏟&lt;<i aba  =  190azAz-.,", "Unexpected end of name token at byte offset 24"),
    ("🏟 🏟&lt;<i aba  =  '&lt;>", "Unclosed start tag at byte offset 13"),
    ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
    ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
    (
        "🏟 🏟&lt;<i>a</em   >",
        'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
    ),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
]


@pytest.mark.parametrize(("source", "words"), ERRORS)
def test_errors_have_the_servers_words(source: str, words: str) -> None:
    with pytest.raises(MarkupError) as wrong:
        parse_html(source)
    assert str(wrong.value) == words


def entity(kind: str, offset: int, length: int, **more: str) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


READ = [
    ("", "", []),
    ("&ge;&lt;&gt;&amp;&quot;&#12345678;&nbsp;", '&ge;<>&"&#12345678;&nbsp;', []),
    ("&#x41;&#65;&#0;&#xD800;&lta;", "AA&#0;&#xD800;&lta;", []),
    ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [entity("italic", 5, 6)]),
    ("<B>x</>", "x", [entity("bold", 0, 1)]),
    ("<b></b>x", "x", []),
    (
        "🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>",
        "🏟 🏟🏟 ><🏟",
        [entity("italic", 5, 7), entity("bold", 9, 3)],
    ),
    ("<a href=t.org>x</a>", "x", [entity("text_link", 0, 1, url="http://t.org")]),
    ("<a>x</a>", "x", []),
    ("<a href='javascript:x'>x</a>", "x", []),
    (
        "<tg-emoji emoji-id='7'>x</tg-emoji>",
        "x",
        [entity("custom_emoji", 0, 1, custom_emoji_id="7")],
    ),
    ("<span class='tg-spoiler'>x</span>", "x", [entity("spoiler", 0, 1)]),
    (
        '<pre><code class="language-py">x</code></pre>',
        "x",
        [entity("pre", 0, 1, language="py")],
    ),
    ("<blockquote expandable>x</>", "x", [entity("expandable_blockquote", 0, 1)]),
    (
        "<del>x</del><ins>y</ins>",
        "xy",
        [entity("strikethrough", 0, 1), entity("underline", 1, 1)],
    ),
]


@pytest.mark.parametrize(("source", "text", "entities"), READ)
def test_html_is_read(source: str, text: str, entities: list[Json]) -> None:
    assert parse_html(source) == (text, entities)


TAGS = ["b", "i", "a", "code", "pre", "blockquote", "span", "tg-spoiler", "x"]
PIECES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(
        ["<", ">", "</", "/>", "=", "'", '"', "&", "&lt", "&#", "&#x", ";"]
    ),
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map("</{}>".format),
    st.sampled_from(["<a href='", "<span class=tg-spoiler>", "&#99999999999;", "\0"]),
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_whatever_comes_it_parses_or_says_why(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except MarkupError:
        return
    for found in entities:
        assert found["length"] > 0
        assert 0 <= found["offset"] <= utf16(text) - found["length"]


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_length_is_counted_in_utf16(text: str) -> None:
    assert utf16(text) == len(text.encode("utf-16-le")) // 2


WORDS = st.text(alphabet="aя😀<>&\"' \n", max_size=6)
PLAIN = st.sampled_from(["bold", "italic", "underline", "strikethrough", "spoiler"])
NESTED = st.recursive(
    WORDS.map(lambda text: [(text, None)]),
    lambda inner: st.lists(st.tuples(inner, PLAIN), max_size=3).map(list),
    max_leaves=8,
)


def flatten(tree: object, entities: list[Json], at: int) -> str:
    if isinstance(tree, str):
        return tree
    assert isinstance(tree, list)
    text = ""
    for inner, kind in tree:
        part = flatten(inner, entities, at + utf16(text))
        if kind and part:
            entities.append(entity(kind, at + utf16(text), utf16(part)))
        text += part
    return text


@given(NESTED)
def test_what_is_written_reads_back(tree: object) -> None:
    entities: list[Json] = []
    text = flatten(tree, entities, 0)
    read, found = parse_html(write_html(text, entities))

    def key(one: Json) -> tuple[int, int, str]:
        return one["offset"], one["length"], one["type"]

    assert read == text
    assert sorted(found, key=key) == sorted(entities, key=key)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", ""])
def test_a_link_that_could_run_is_not_written(url: str) -> None:
    assert write_html("x", [entity("text_link", 0, 1, url=url)]) == "x"
