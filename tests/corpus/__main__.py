"""The figures of the kept mails, as a table."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

from mail.reading import parse
from tests.corpus.cases import Case, cases
from tests.corpus.disputed import DISPUTED
from tests.corpus.judging import answer_differences, differences
from tickets.letter import Letter
from tickets.words import Fate

RUSSIAN = frozenset({"ru", "uk"})


def wrong_in(case: Case) -> list[str]:
    """Read one mail and name what is wrong with it."""
    return _wrong(case, *_read(case))


def _read(case: Case) -> tuple[Letter, float]:
    began = time.process_time()
    letter = parse.read(case.raw)
    return letter, time.process_time() - began


def _wrong(case: Case, letter: Letter, seconds: float) -> list[str]:
    match case.kind:
        case "parse":
            return differences(case.expect, letter)
        case "reply":
            return answer_differences(case, letter, seconds)
        case "bounce" if letter.bounce != case.expect["is_bounce"]:
            return [f"a report: {letter.bounce}"]
        case _:
            return []


def _rows(case: Case) -> Iterator[str]:
    """Yield the rows of the table that a case counts in."""
    yield f"{case.kind}"
    yield f"{case.kind}, from {case.source}"
    if case.kind == "parse" and case.name not in DISPUTED:
        yield f"{case.kind}, what is not disputed"
    if case.kind == "reply":
        yield f"{case.kind}, in {case.language}"
        if case.language in RUSSIAN:
            yield f"{case.kind}, Russian and Ukrainian"
        if case.is_whole:
            yield f"{case.kind}, nothing may be cut"


def _reported(case: Case, letter: Letter) -> Iterator[tuple[str, bool]]:
    """Yield what is known of a mail as a report, or as none, and whether it is so."""
    if case.is_ordinary:
        yield "no report, nor taken for one", not letter.bounce
    told = letter.report
    if told is None:
        return
    if "bounce_addrs" in case.expect:
        named = {one.lower() for one in told.recipients}
        wanted = {one.lower() for one in case.expect["bounce_addrs"]}
        yield "bounce, its recipients named", named == wanted
    if "bounce_temporary" in case.expect:
        waits = told.fate is Fate.DELAYED
        yield "bounce, told from a delay", waits == case.expect["bounce_temporary"]


def main() -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    lines = []
    for case in cases():
        if case.kind == "subject":
            continue
        letter, seconds = _read(case)
        wrong = _wrong(case, letter, seconds)
        rows = [(row, not wrong) for row in _rows(case)]
        rows += _reported(case, letter)
        total.update(row for row, _ in rows)
        right.update(row for row, is_right in rows if is_right)
        lines += [case.name, *(f"    {each}" for each in wrong)] if wrong else []
        if wrong and case.name in DISPUTED:
            lines.append(f"    disputed: it {DISPUTED[case.name]}")
    for row in sorted(total):
        share = right[row] / total[row]
        lines.append(f"{row:40}{right[row]:5} of {total[row]:4} {share:7.1%}")
    sys.stdout.write("\n".join(lines or ["the mails are not kept here"]) + "\n")


if __name__ == "__main__":
    main()
