"""What mail systems say of a mail that did not arrive, in the tongues they speak."""

from __future__ import annotations

import re

#: A subject that tells of a failure or of a delay.
SUBJECT = re.compile(
    r"undeliver|deliver\w* +(?:status|failure|failed|error|problem|notification|report)"
    r"|delivery +warning"
    r"|returned +(?:mail|to sender)|mail +(?:delivery|failure|system error)"
    r"|failure +(?:notice|delivery)|(?:could|can) ?not +be +delivered|delayed +mail"
    r"|failed +mail|mail +(?:failed|not +delivered)|not +(?:yet +)?been +delivered"
    r"|nondeliver|non[- ]deliver|permanent +(?:fatal +)?error|bounce"
    r"|unzustellbar|non +(?:remis|distribu)|недостав|не +(?:\w+ +){0,2}доставлен"
    r"|(?:ошибк|сбо)\w+ +(?:при +)?доставк|невозможно +доставить"
    r"|не +уда(?:лось|ется|ётся) +доставить|доставка +\w* ?(?:отложена|задерж)"
    r"|возврат +(?:письма|почты)|отч[её]т +о +доставке|не +вдалося +доставити",
    re.IGNORECASE,
)
#: What the text says of it; a person may say so, too.
STATEMENT = re.compile(
    r"(?:could|can|did) *n[o'’]t +(?:yet +)?be(?:en)? +(?:delivered|sent)"
    r"|not +(?:yet +)?been +delivered|was +not +delivered"
    r"|(?:(?:un|not |n[o'’]t )able +to|could *n[o'’]t|failed +to) +deliver\b"
    r"|undeliverable|delivery +(?:\w+ +){0,3}failed"
    r"|did +not +reach +the +following|smtp +error +from +remote"
    r"|\binvalid +user +address|(?:fatal|delivery) +errors?\b"
    r"|не +(?:\w+ +){0,2}доставлен|недоставк|не +удалось +(?:\w+ +){0,2}достав"
    r"|не +смог\w* +доставить|не +уда[её]тся +доставить|невозможно +доставить"
    r"|доставка +(?:\S+ +){0,6}(?:отложена|не ?удалась|невозможна)"
    r"|не +вдалося +доставити"
    r"|nicht +zugestellt|nicht +zustellen|unzustellbar"
    r"|pas +pu +[êe]tre +(?:remis|distribu|livr)|n'a +pas +été +(?:remis|distribu|livr)"
    r"|no +se +(?:pudo|ha +podido|puede) +entreg|no +se +ha +entregado"
    r"|non +è +stato +possibile +(?:\w+ +)?(?:consegn|recapit)"
    r"|não +(?:pôde|foi +possível|pode) +(?:ser +)?entreg"
    r"|gick +inte +att +(?:leverera|skicka)|nie +(?:\w+ +){0,2}dostarcz"
    r"|(?:配信|送信|配達|送達)(?:でき|不能|不可)|退信|无法投递|投递失败",
    re.IGNORECASE,
)
#: What a server answers, which nobody says of a parcel.
REPLY_CODE = re.compile(r"\b[45]\d\d[ -]{1,3}#?[45]\.\d{1,3}\.\d{1,3}\b|#[45]\.\d\.\d")
#: The same as it stands in the log of a session.
REPLY_LINE = re.compile(r"^[ \t<]{0,8}[45]\d\d[ -]", re.MULTILINE)
_BRIEF = 1000
_SEEN = 4000  # of a text: what follows is the mail that came back


def states_failure(text: str) -> bool:
    return STATEMENT.search(text[:_SEEN]) is not None


def quotes_server(text: str) -> bool:
    shown = text[:_SEEN]
    return REPLY_CODE.search(shown) is not None or has_log(shown)


def has_log(text: str) -> bool:
    return REPLY_LINE.search(text[:_SEEN]) is not None


def refuses_somebody(text: str) -> bool:
    """Say whether a server's code and an address stand there, in whatever tongue."""
    shown = text[:_BRIEF]
    return "@" in shown and REPLY_CODE.search(shown) is not None
