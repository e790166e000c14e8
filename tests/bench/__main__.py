"""Prints the figures: ``python -m tests.bench [--rounds N] [PART …]``.

The ratios are of one run on one machine. What is quoted of other programs was
measured elsewhere, with mails of the same kind (docs/decisions.md).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench import (
    accepting,
    backlog,
    intake,
    machine,
    posting,
    publishing,
    talking,
    whole,
    words,
)
from tests.bench.mails import letters
from tests.databases import Templates

#: End to end, mails a second; Postfix, which only takes them, with 10 and 100
#: connections.
ELSEWHERE = {"django-helpdesk": 93, "Roundup": 35, "RT": 12}
POSTFIX = {4096: (1875, 1182), 102_400: (1098, 449)}


def say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell_whole(templates: Templates, options: argparse.Namespace) -> None:
    say(f"Whole desk, {options.mails} mails, 10 connections, mails/s")
    heads = ("accepted", "filed", "sent", "threaded", "CPU ms", "MiB")
    say(f"{'':28}" + "".join(f"{head:>10}" for head in heads))
    results: dict[str, list[whole.Result]] = {kind: [] for kind in whole.KINDS}
    for seed in range(1, options.rounds + 1):
        for kind, seen in results.items():
            seen.append(whole.measure(templates, kind, mails=options.mails, seed=seed))
    for kind, seen in results.items():
        threaded = f"{seen[0].threaded}/{seen[0].answers}"
        say(
            f"{kind:28}{median(one.accepted for one in seen):10.0f}"
            f"{median(one.filed for one in seen):10.0f}"
            f"{median(one.sent for one in seen):10.0f}{threaded:>10}"
            f"{median(one.cpu for one in seen):10.2f}"
            f"{max(one.memory for one in seen):10.0f}"
        )
    best = median(one.filed for one in results["SQLite"])
    for name, rate in ELSEWHERE.items():
        say(f"{name:28}{'':10}{rate:10}{'':10}  SQLite is x{best / rate:.1f}")
    say()


def tell_accepting(templates: Templates, options: argparse.Namespace) -> None:
    say("Accepted with 100 connections, mails/s (nothing kept = 1)")
    for size in accepting.LOADS:
        rates = accepting.measure(templates, size, options.rounds)
        nothing = median(rates[accepting.NOTHING])
        for name, seen in rates.items():
            rate = median(seen)
            say(f"{size:8} bytes  {name:28}{rate:8.0f}   x{rate / nothing:.2f}")
        ten, hundred = POSTFIX[size]
        say(f"{size:8} bytes  {'Postfix, elsewhere':28}{hundred:8}   (c=10: {ten})")
    say()


def tell_words(_templates: Templates, options: argparse.Namespace) -> None:
    say("One mail, microseconds: ours, standard library")
    for what, (ours, theirs) in words.measure(
        letters(options.mails, seed=1, known={})
    ).items():
        say(f"{what:32}{ours:8.0f}{theirs:8.0f}   x{theirs / ours:.1f}")
    say()


def tell_intake(templates: Templates, options: argparse.Namespace) -> None:
    say("One mail by its size: ours, the obvious code of the standard library")
    for name, size in intake.SIZES.items():
        ours, theirs = intake.reading(size)
        say(f"read, us    {name:24}{ours:10.0f}{theirs:10.0f}   x{theirs / ours:.1f}")
    for name, size in intake.SIZES.items():
        costs = intake.taking(templates, size, options.rounds)
        ours, theirs = (median(each) for each in zip(*costs, strict=True))
        say(f"a ticket, ms {name:23}{ours:10.2f}{theirs:10.2f}   x{theirs / ours:.1f}")
    say()


def tell_bus(_templates: Templates, options: argparse.Namespace) -> None:
    say(f"Confirmed by RabbitMQ, waves of {publishing.WAVE}, events/s (bare = 1)")
    with publishing.running() as rabbit:
        rates = publishing.measure(rabbit, options.rounds)
    bare = median(rates[publishing.BARE])
    for name, seen in rates.items():
        say(f"{name:32}{median(seen):8.0f}   x{median(seen) / bare:.2f}")
    say()


def tell_amqp1(_templates: Templates, options: argparse.Namespace) -> None:
    try:
        from tests.bench import sending
    except ModuleNotFoundError as error:
        return say(f"AMQP 1.0: {error}: sh tools/amqp1.sh .venv/bin/python\n")
    say(f"Accepted by AMQP 1.0, waves of {sending.WAVE}, events/s (bare = 1)")
    with publishing.running() as rabbit:
        rates = sending.measure(rabbit, options.rounds)
    bare = median(rates[sending.BARE])
    for name, seen in rates.items():
        say(f"{name:36}{median(seen):8.0f}   x{median(seen) / bare:.2f}")
    return say()


def tell_http(_templates: Templates, options: argparse.Namespace) -> None:
    say(f"Taken by an HTTP receiver, waves of {posting.WAVE}, events/s (bare = 1)")
    with posting.running() as url:
        rates = posting.measure(url, options.rounds)
    bare = median(rates[posting.BARE])
    for name, seen in rates.items():
        say(f"{name:32}{median(seen):8.0f}   x{median(seen) / bare:.2f}")
    say()


def tell_chat(_templates: Templates, options: argparse.Namespace) -> None:
    say("The chat, one desk on SQLite beside the strict Telegram of the sandbox")
    results = [talking.measure() for _ in range(options.rounds)]
    waits = sorted(one for result in results for one in result.waits)
    say(f"updates filed a second            {median(r.updates for r in results):8.0f}")
    say(f"a partner's word to the topic, ms {median(waits) * 1e3:8.0f} (median)")
    say(f"{'':34}{waits[int(len(waits) * 0.95)] * 1e3:8.0f} (95th of 100)")
    say()


def tell_backlog(templates: Templates, options: argparse.Namespace) -> None:
    say(f"A bus is back, {backlog.TAKEN} events, events/s (nothing more waits = 1)")
    for kind in backlog.KINDS:
        queues = (backlog.TAKEN, backlog.BACKLOG)
        seen: dict[int, list[backlog.Result]] = {waiting: [] for waiting in queues}
        for _ in range(options.rounds):
            for waiting, results in seen.items():
                results.append(backlog.measure(templates, kind, waiting))
        alone = median(one.rate for one in seen[backlog.TAKEN])
        for waiting, results in seen.items():
            rate = median(one.rate for one in results)
            memory = median(one.memory for one in results)
            said = f"{kind:12}{waiting:8} waiting{rate:12.0f}   x{rate / alone:.2f}"
            say(f"{said}{memory:8.0f} MiB")
    say()


def tell_machine(_templates: Templates, options: argparse.Namespace) -> None:
    """Print what the other figures are to be read with."""
    rate = median(machine.units_a_second() for _ in range(options.rounds))
    say(f"This machine now: {rate:.0f} units/s of the driver alone into SQLite,")
    say(f"x{rate / machine.ELSEWHERE:.2f} of where the others were measured")
    say()


PARTS = {
    "machine": tell_machine,
    "words": tell_words,
    "intake": tell_intake,
    "bus": tell_bus,
    "backlog": tell_backlog,
    "amqp1": tell_amqp1,
    "http": tell_http,
    "chat": tell_chat,
    "accepting": tell_accepting,
    "whole": tell_whole,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        templates = Templates(Path(folder))
        try:
            for name in options.parts or PARTS:
                PARTS[name](templates, options)
        finally:
            templates.close()


if __name__ == "__main__":
    main()
