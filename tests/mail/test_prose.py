"""HTML reads as its author meant it, and does nothing."""

from __future__ import annotations

import pytest

from mail.quotes import prose
from mail.reading import markup


def _text(source: str) -> str:
    return prose.read(markup.clean(source))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>two<br>three</p>", "One\n\ntwo\nthree"),
        ("<div>One</div><div>two</div>", "One\ntwo"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        (
            "<table><tr><th>Name<th>Qty<tr><td><p>Bolt</p><td>3</table>",
            "Name\tQty\nBolt\t3",
        ),
        ('<a href="https://a.example/x">here</a>', "here <https://a.example/x>"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="mailto:a@b.c">a@b.c</a>', "a@b.c"),
        ('<img src="cid:x" alt="Logo">', "Logo"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ('old <blockquote type="cite">a<br>b</blockquote>c', "old\n\n> a\n> b\n\nc"),
        ("<blockquote>only indented</blockquote>", "only indented"),
        ("1 &lt; 2 &amp; 3&nbsp;4", "1 < 2 & 3 4"),
        ("a<style>b{}</style><script>c</script><!-- d -->e", "ae"),
    ],
)
def test_a_page_reads_well(source: str, text: str) -> None:
    assert _text(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<iframe src="https://e.example"></iframe>',
        '<form action="https://e.example"><input name=p></form>',
        '<p style="background:url(https://e.example)">x</p>',
        '<svg><script>alert(1)</script></svg><math><mi xlink:href="javascript:1">',
    ],
)
def test_nothing_that_acts_stays(source: str) -> None:
    cleaned = markup.clean(source)
    for word in ("script", "onerror", "iframe", "form", "style", "e.example"):
        assert word not in cleaned


def test_pictures_of_the_mail_stay() -> None:
    assert markup.clean('<img src="cid:a@b">') == '<img src="cid:a@b">'


def test_a_page_of_endless_depth_is_still_read() -> None:
    assert _text("<div>" * 1000 + "deep" + "<p>text").split() == ["deep", "text"]


def test_a_page_names_its_own_charset() -> None:
    assert markup.declared_charset(b'<meta charset="koi8-r">') == "koi8-r"
    old = b"<META http-equiv=Content-Type content='text/html; charset=windows-1251'>"
    assert markup.declared_charset(old) == "windows-1251"
    assert markup.declared_charset(b"<p>") == ""
