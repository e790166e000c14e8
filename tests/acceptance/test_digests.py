"""Managers' digests, as whole processes send them."""

from __future__ import annotations

import json
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.acceptance.desks import Forks, Process, Warm, command
from tests.acceptance.houses import House
from tests.acceptance.letters import Mailboxes
from tests.acceptance.waiting import eventually
from tests.databases import Templates, age

BOSS, HEAD = "boss@example.org", "head@example.org"
#: The last year has ended, so its digest is due at once.
YEARLY = f"""
[[digests]]
name = "Support of the year"
schedule = "0 0 1 1 *"
recipients = ["{BOSS}", "{HEAD}"]
"""


def part(config: Path, name: str) -> dict[str, object]:
    port = tomllib.loads(config.read_text())["http"]["port"]
    with urllib.request.urlopen(
        f"http://127.0.0.1:{port}/readyz", timeout=10
    ) as page:  # our own desk
        found: dict[str, object] = json.load(page)["parts"][name]
    return found


def test_what_is_due_is_sent_at_start_and_once_whatever_is_killed(own: House) -> None:
    config = own.desk.config
    config.write_text(config.read_text() + YEARLY)
    own.records.age()
    own.desk.start()
    told = own.mail(BOSS, "Support of the year")
    assert told["Auto-Submitted"] == "auto-generated"
    assert told["To"] == BOSS
    assert told["Subject"].startswith("Support of the year: Jan 1")
    assert "This digest is late" in str(told.get_body(("plain",)))
    own.mail(HEAD, "Support of the year")
    assert part(config, "scheduler") == {
        "ok": True,
        "oldest_seconds": None,
        "detail": "",
    }
    own.desk.kill()
    own.desk.start()
    sent = json.loads(
        command(config, "digest", "send", "Support of the year", "--json")
    )
    assert sent["recipients"] == [BOSS, HEAD]
    eventually(
        lambda: len(own.mailboxes.mails(HEAD)) == 2, seconds=30, what="another digest"
    )
    own.quiet()
    assert len(own.mailboxes.mails(BOSS)) == 2


@contextmanager
def scheduler(forks: Forks, config: Path, log: Path) -> Iterator[None]:
    """Run a process of schedulers and relays alone."""
    process = Process(Warm(forks, str(config), str(log), "scheduler", "relay"))
    process.launch()
    try:
        yield
        process.ask_to_stop()
        assert process.wait() == 0, log.read_text()
    finally:
        if process.pid:
            process.kill()


def test_a_new_desk_tells_nothing_of_the_time_before_it(own: House) -> None:
    config = own.desk.config
    config.write_text(config.read_text() + YEARLY)
    own.desk.start()
    sent = json.loads(
        command(config, "digest", "send", "Support of the year", "--json")
    )
    assert sent["recipients"] == [BOSS, HEAD]
    own.mail(HEAD, "Support of the year")
    assert part(config, "scheduler")["ok"] is True
    own.quiet()
    assert len(own.mailboxes.mails(HEAD)) == 1


def test_two_schedulers_on_postgresql_send_one(
    templates: Templates, tmp_path: Path, forks: Forks
) -> None:
    config = tmp_path / "config.toml"
    boxes = Mailboxes(tmp_path / "sent")
    logs = [tmp_path / name for name in ("one.log", "two.log")]
    with templates.postgres(tmp_path) as places, ExitStack() as running:
        url = places.url.render_as_string(hide_password=False)
        config.write_text(
            f'[storage]\nurl = "{url}"\n[telegram]\nenabled = false\n'
            f'[mail]\nrelay = "maildir:sent"\n{YEARLY}'
        )
        age(places)
        for log in logs:
            running.enter_context(scheduler(forks, config, log))
        eventually(lambda: len(boxes.mails()) >= 2, seconds=60, what="the digests")
        eventually(
            lambda: all('"started"' in log.read_text() for log in logs),
            seconds=60,
            what="both are up",
        )
        time.sleep(0.5)  # for what should not come
        assert sorted(str(one["To"]) for one in boxes.mails()) == [BOSS, HEAD]
