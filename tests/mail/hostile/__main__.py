"""What each hostile mail costs: ``python -m tests.mail.hostile [--json] [WORD …]``.

The words choose kinds that hold one of them.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from dataclasses import asdict, dataclass

from mail.reading import parse
from tests.bench.processes import own_peak_memory
from tests.mail.hostile import KINDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Seconds of the processor, and the most memory, with the mail's own."""

    seconds: float
    mebibytes: float
    defects: tuple[str, ...]


def measure(kind: str) -> Cost:
    raw = KINDS[kind]()
    gc.collect()
    with own_peak_memory() as peak:
        before = time.process_time()
        letter = parse.read(raw)
        seconds = time.process_time() - before
    return Cost(seconds=seconds, mebibytes=peak.mebibytes, defects=letter.defects)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    chosen = [
        kind
        for kind in KINDS
        if not options.words or any(word in kind for word in options.words)
    ]
    figures = {kind: measure(kind) for kind in chosen}
    if options.json:
        json.dump({kind: asdict(cost) for kind, cost in figures.items()}, sys.stdout)
        return
    for kind, cost in sorted(figures.items(), key=lambda one: -one[1].seconds):
        costs = f"{cost.seconds:8.2f} s{cost.mebibytes:8.0f} MiB"
        sys.stdout.write(f"{kind:45}{costs}\n")


if __name__ == "__main__":
    main()
