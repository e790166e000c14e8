"""The few pages that people see of the desk itself."""

from __future__ import annotations

from html import escape

from templates.texts import Texts

_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:15vh auto;padding:0 24px;max-width:480px;\
font-family:Arial,Helvetica,sans-serif;font-size:17px;line-height:26px;">
<h1 style="font-size:24px;line-height:32px;">{title}</h1>
<p>{text}</p>
</body>
</html>
"""


def gone(texts: Texts, language: str) -> str:
    """Say that a link has expired, and what to do."""
    return _PAGE.format(
        language=escape(language),
        title=escape(texts.say("page.gone", language)),
        text=escape(texts.say("page.gone-next", language)),
    )
