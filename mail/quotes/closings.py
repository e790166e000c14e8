"""Where what a person wrote ends and the signature begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mail.quotes import devices

_F = re.IGNORECASE
_SHORT, _TITLE, _MOST, _SEARCHED, _ROUNDS = 72, 5, 12, 40, 5

_REGARDS = (
    r"(?:с|з)\s+(?:наилучшими|найкращими)(?:\s+(?:пожеланиями|побажаннями))?"
    r"|с\s+(?:большим\s+|глубоким\s+|искренним\s+)?(?:уважением|ув\.)"
    r"(?:\s+и\s+(?:наилучшими|добрыми|лучшими)\s+пожеланиями|\s+и\s+благодарностью)?"
    r"|с\s+(?:добрыми|лучшими)\s+пожеланиями|с\s+приветом"
    r"|з\s+(?:великою\s+|щирою\s+)?повагою(?:\s+(?:та|і|й)\s+найкращими\s+побажаннями)?"
    r"|искренне\s+(?:ваша?|ваш)|щиро\s+ваша?|всего\s+(?:доброго|хорошего|наилучшего)"
    r"|усього\s+найкращого|з\s+найкращими|з\s+павагай"
    r"|(?:with\s+)?(?:(?:best|kind|kindest|warm|warmest|many)\s+)?regards"
    r"|thanks?(?:\s+you)?\s+(?:and|&)\s+(?:best\s+|kind\s+)?regards|best\s+wishes"
    r"|(?:yours\s+|very\s+)?(?:sincerely|truly|faithfully|respectfully|cordially)(?:\s+yours)?"
    r"|cheers|(?:mit\s+)?(?:freundlichen?|besten?|herzlichen?|lieben?|schönen?|vielen?)"
    r"\s+(?:grüßen?|gruß|grüssen?|gruss)|mfg|lg|vg"
    r"|(?:bien\s+)?cordialement|(?:bien|sincèrement)\s+à\s+vous|meilleures\s+salutations"
    r"|(?:un\s+)?(?:cordial\s+)?saludos?(?:\s+cordial(?:es)?)?|atentamente|atenciosamente"
    r"|(?:cordiali|distinti)\s+saluti|(?:um\s+)?abraços?|met\s+vriendelijke\s+groet(?:en)?"
    r"|(?:vriendelijke\s+)?groet(?:en|jes)?|mvg|pozdrawiam|z\s+powa[żz]aniem|pozdrowienia"
    r"|(?:med\s+)?(?:venlig|vennlig|bedste|beste|kærlig)\s+hilsen|hilsen|mvh|kh|vh"
    r"|(?:med\s+)?(?:vänliga?|bästa|varma)\s+hälsning(?:ar)?|hälsningar"
    r"|(?:szívélyes\s+)?(?:üdvözlettel|udvozlettel)|üdv|udv|köszönettel"
    r"|(?:ystävällisin\s+)?terveisin|s\s+pozdravem|saygılarımla|此致"
)
_CLOSING = re.compile(
    rf"(?:{_REGARDS})(?:\s*[,.!;–—-]+)?"
    r"(?:\s+(?:к\s+|до\s+)?(?:вам|вас|ваш[аи]?|вами?|yours)\b[,.!]?)?"
    r"(?:\s*[,.!–—-]*\s*(?P<name>\S.{0,79}))?",
    _F,
)
_NAMELIKE = re.compile(
    r"[^\w]*(?:[A-ZА-ЯЁІЇЄҐ0-9«\"(]|(?:коллектив|команда|служба|отдел|администрация|ваш[аи]?"
    r"|директор|менеджер|бухгалтер|инженер|специалист|руководител|начальник|колектив"
    r"|відділ|адміністрація|фахівець|керівник)[\wа-яёіїє]*\s+[\w«\"])"
)
_BEST = re.compile(r"best\s*[,!.]?", _F)

_SCANNED = re.compile(
    r"(?:без\s+вирусов|virus-free|это\s+сообщение\s+(?:проверено|свободно)|this\s+e-?mail"
    r"\s+has\s+been\s+(?:checked|scanned)|проверено\s+(?:на\s+вирусы|антивирусом))\b.*",
    _F,
)
_LEGAL = re.compile(
    r"конфиденциальн|предназначен[оы]?\s|confidential|intended\s+(?:solely|only|recipient)"
    r"|конфіденційн|disclaimer|vertraulich|consider\s+the\s+environment"
    r"|печатать\s+это\s+письмо",
    _F,
)
_LIST = re.compile(r"mailing\s+list|mailman|/listinfo/|unsubscribe|\w@list\w*\.", _F)
# A notice that lawyers wrote, in the words it begins with and in those it has.
_NOTICE = re.compile(
    r"(?:внимание|увага|attention|notice|уведомление|[*_-]*\s*(?:настоящ|данн|эт[оа]\b|дане\b"
    r"|це\b|цей\b|информация|інформація|содержание|если\s+вы\s+не|this\s+(?:e-?mail|message"
    r"|communication)|the\s+information|confidential|diese\s+(?:e-?mail|nachricht)))",
    _F,
)
_STRICT = re.compile(
    r"конфиденциальн|конфіденційн|предназначен|призначен|confidential|intended|vertraulich",
    _F,
)
_MISSENT = re.compile(
    r"адресат|получател|отримувач|по\s+ошибке|ошибочно|помилково|удалит|уничтож|видаліть"
    r"|recipient|in\s+error|delete|empfänger|adressat",
    _F,
)
_CONTACT = re.compile(
    r"@|https?:|www\.|\+?\d[\d ()-]{6,20}\d|\||\b(?:тел|tel|ул|вул|просп|м|г|д|оф)\.\s",
    _F,
)
_AFTERWORD = re.compile(
    r"(?:итого\b|p\.?\s*p?\.?\s*s\.?|п\.?\s*с\.?|з\.?\s*ы\.?)[\s.:,]|(?:upd|update|забыла?|ещ[её]"
    r"|кстати|также|дополнительно|уточнение|жду|ждём|срочно|прошу|просьба|важно|also|btw"
    r"|by the way|one more|забула?|також|до речі)\b",
    _F,
)
_ASKS = re.compile(r"\b(?:пожалуйста|please|будь ласка)\b", _F)
_NAME = r"[A-ZА-ЯЁІЇЄҐ][\w’'.-]*"
_DASHED = re.compile(rf"[-–—/]\s?{_NAME}(?:\s{_NAME}){{0,2}}")
_PAUSE = re.compile(r"(?:\w{4}\.|[?!])\s+\S{3}")
_RULE = re.compile(r"[—–]{2,}|_{2,}|-{3,}")


def closing(lines: Sequence[str], *, below_quote: bool = False) -> int | None:
    """Return the line at which the signature begins; None if there is none.

    Below a quote a farewell is part of the answer: only what programs add goes.
    """
    whole = _trimmed(lines, len(lines))
    phone = next((at for at in range(whole) if devices.names_itself(lines, at)), whole)
    end = _trimmed(lines, phone)
    for _ in range(_ROUNDS):
        start = max(end - _SEARCHED, 0)
        cut = _cut(lines[start:end], below_quote=below_quote)
        left = None if cut is None else _trimmed(lines, start + cut)
        if left is None or (not left and end < phone):
            break
        end = left
    return end if end < whole else None


def _cut(lines: Sequence[str], *, below_quote: bool) -> int | None:
    rules = (find for _, always, find in RULES if always or not below_quote)
    found = (find(lines) for find in rules)
    cuts = [at for at in found if at is not None]
    return min((at for at in cuts if any(lines[:at])), default=min(cuts, default=None))


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1]:
        end -= 1
    return end


def _delimiter(lines: Sequence[str]) -> int | None:
    """Find the usual two dashes (RFC 3676, 4.3) above no more than a signature."""
    below = 0
    for at in range(len(lines) - 1, -1, -1):
        if lines[at] == "--":
            return None if any(map(_goes_on, lines[at:])) else at
        below += bool(lines[at])
        if below > 2 * _MOST:
            break
    return None


def _goes_on(line: str) -> bool:
    return line.endswith("?") or bool(_AFTERWORD.match(line))


def _ruled(lines: Sequence[str]) -> int | None:
    """Find a drawn line above a name and how to reach it."""
    at, below = _drawn(lines)
    if not below or not _NAMELIKE.match(below[0]) or not _is_card(below):
        return None
    return at if any(map(_CONTACT.search, below[1:])) else None


def _list(lines: Sequence[str]) -> int | None:
    at, below = _drawn(lines)
    return at if len(below) < _MOST and any(map(_LIST.search, below)) else None


def _drawn(lines: Sequence[str]) -> tuple[int, list[str]]:
    """Return where the last drawn line is and what stands below it, if there is one."""
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].startswith(("_", "-", "–", "—")) and _RULE.fullmatch(lines[at]):
            return at, [line for line in lines[at + 1 :] if line]
    return 0, []


def _scanned(lines: Sequence[str]) -> int | None:
    return next((at for at in range(len(lines)) if _SCANNED.match(lines[at])), None)


def _notice(lines: Sequence[str]) -> int | None:
    """Find a notice on whom a mail is meant for, if it is the last paragraph."""
    at = next((i for i in range(len(lines) - 1, -1, -1) if not lines[i]), -1) + 1
    words = " ".join(lines[at:])
    if not _NOTICE.match(words) or len(words) < _SHORT:
        return None
    return at if _STRICT.search(words) and _MISSENT.search(words) else None


def _farewell(lines: Sequence[str]) -> int | None:
    for at in range(len(lines) - 1, -1, -1):
        if _is_farewell(lines[at]) and _is_card([x for x in lines[at + 1 :] if x]):
            return None if devices.is_announced(lines, at) else at
    return None


def _is_farewell(line: str) -> bool:
    line = line.strip("*_ ")
    if len(line) > 2 * _SHORT:
        return False
    match = _CLOSING.fullmatch(line)
    if not match:
        return bool(_BEST.fullmatch(line))
    name = match["name"]
    return not name or bool(_NAMELIKE.match(name) and not _PAUSE.search(name))


def _is_card(lines: Sequence[str]) -> bool:
    """Say whether lines are names, titles and numbers rather than sentences."""
    for count, line in enumerate(lines):
        if _LEGAL.search(line):
            return True
        if count >= _MOST or _is_sentence(line):
            return False
        if len(line) > _SHORT and not _CONTACT.search(line):
            return False
    return True


def _is_sentence(line: str) -> bool:
    if line.endswith(":") or _goes_on(line) or _ASKS.search(line):
        return True
    return line.endswith((".", "!", "…")) and len(line.split()) > _TITLE


def _dashed_name(lines: Sequence[str]) -> int | None:
    at = len(lines) - 1
    if at < 2 or lines[at - 1] or not _DASHED.fullmatch(lines[at]):
        return None
    return None if lines[at - 2].startswith(("-", "–", "—", "/")) else at


Find = Callable[[Sequence[str]], int | None]
RULES: tuple[tuple[str, bool, Find], ...] = (
    ("two dashes", True, _delimiter),
    ("a scanner of viruses", True, _scanned),
    ("a mailing list", True, _list),
    ("a lawyers' notice", True, _notice),
    ("a drawn line above a name", False, _ruled),
    ("a farewell", False, _farewell),
    ("a name after a dash", False, _dashed_name),
)
