"""The figures of the kept mails, as a table."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

from mail import parse
from tests.corpus.cases import Case, cases
from tests.corpus.judging import answer_differences, differences

RUSSIAN = frozenset({"ru", "uk"})


def wrong_in(case: Case) -> list[str]:
    """Read one mail and name what is wrong with it."""
    began = time.process_time()
    letter = parse.read(case.raw)
    seconds = time.process_time() - began
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
    if case.kind == "reply":
        yield f"{case.kind}, in {case.language}"
        if case.language in RUSSIAN:
            yield f"{case.kind}, Russian and Ukrainian"
        if case.is_whole:
            yield f"{case.kind}, nothing may be cut"


def main() -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    lines = []
    for case in cases():
        if case.kind == "subject":
            continue
        wrong = wrong_in(case)
        total.update(_rows(case))
        right.update([] if wrong else _rows(case))
        lines += [case.name, *(f"    {each}" for each in wrong)] if wrong else []
    for row in sorted(total):
        share = right[row] / total[row]
        lines.append(f"{row:40}{right[row]:5} of {total[row]:4} {share:7.1%}")
    sys.stdout.write("\n".join(lines or ["the mails are not kept here"]) + "\n")


if __name__ == "__main__":
    main()
