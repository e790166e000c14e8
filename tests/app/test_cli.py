"""The command line: what it prints, and how it ends."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import pytest

from app.control import DataDirLock
from storage.store import Places, Store
from tests.app.conftest import Ran, Run, configure, in_vain, zayavka
from tests.databases import Templates
from tests.desks import post
from tests.mail.sink import CERTIFICATE
from tests.storage.filled import file, spoil
from tickets.letter import Mailbox

pytestmark = pytest.mark.usefixtures("busy")


def test_tickets_are_listed_for_programs_and_for_people(run: Run) -> None:
    listed = run("ticket", "list", "--json")
    assert listed.code == 0
    assert [one["number"] for one in json.loads(listed.out)] == ["NN-1"]
    table = run("ticket", "list", "--stage", "waiting", "--limit", "1")
    assert "NN-1" in table.out
    assert "Не печатает принтер" in table.out
    assert json.loads(run("ticket", "list", "--stage", "new", "--json").out) == []


def test_a_ticket_is_shown_for_programs_and_for_people(run: Run) -> None:
    shown = json.loads(run("ticket", "show", "nn-1", "--json").out)
    assert [one["text"] for one in shown["comments"]][1] == "Now it prints."
    words = run("ticket", "show", "NN-1").out
    for said in ("Now it prints.", "olga@partner.example", "comment-added", "a.txt"):
        assert said in words


def test_what_is_not_there_ends_with_1_and_a_line(run: Run) -> None:
    for words in (("ticket", "show", "NN-9"), ("arrival", "show", "99")):
        ended = run(*words)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err == f"zayavka: there is no {words[0]} {words[2]}\n"


def test_arrivals_and_deliveries_are_listed(run: Run) -> None:
    arrivals = json.loads(run("arrival", "list", "--state", "done", "--json").out)
    assert [one["id"] for one in arrivals] == [2, 1]
    mails = json.loads(run("delivery", "list", "--channel", "mail", "--json").out)
    assert {one["channel"] for one in mails} == {"mail"}
    assert "telegram" in run("arrival", "list").out
    assert "accepted" in run("delivery", "list").out
    assert json.loads(run("arrival", "show", "1", "--json").out)["ticket"] == "NN-1"
    assert run("arrival", "show", "1", "--raw").out == "Subject: x\n\nbody"
    assert json.loads(run("delivery", "show", "1", "--json").out)["id"] == 1


def test_a_state_that_does_not_exist_is_bad_usage(run: Run) -> None:
    ended = run("arrival", "list", "--state", "prked")
    assert ended.code == 2
    assert "parked" in ended.err


def test_a_delivery_is_cancelled_and_retried_once_each(run: Run) -> None:
    assert run("delivery", "cancel", "1").code == 0
    assert run("delivery", "cancel", "1").code == 1
    retried = run("delivery", "retry", "1", "--json")
    assert json.loads(retried.out) == {"id": 1, "state": "new"}
    assert "nothing to retry" in run("delivery", "retry", "1").err


def test_a_parked_arrival_is_retried(run: Run, places: Places) -> None:
    assert run("arrival", "retry", "1").code == 1
    spoil(places, "UPDATE arrival SET state = 'parked', outcome = 'parked'")
    assert run("arrival", "retry", "1").code == 0
    listed = json.loads(run("arrival", "list", "--json").out)
    assert [one["state"] for one in listed] == ["parked", "new"]


def test_staff_and_partners_are_registered_and_the_bus_is_told(run: Run) -> None:
    added = run("staff", "add", "--name", "Boris", "--telegram-id", "9", "--site", "NN")
    assert added.code == 0, added.err
    words = ("org", "add", "--name", "Zavod", "--domain", "a.ru", "--domain", "b.ru")
    assert json.loads(run(*words, "--json").out)["domains"] == ["a.ru", "b.ru"]
    staff = json.loads(run("staff", "list", "--json").out)
    assert [(one["name"], one["role"]) for one in staff] == [
        ("Anna", "specialist"),
        ("Boris", "specialist"),
    ]
    assert "Zavod" in run("org", "list").out
    assert "Boris" in run("staff", "list").out
    told = json.loads(run("delivery", "list", "--channel", "bus", "--json").out)
    assert [one["kind"] for one in told] == ["changed", "changed"]


def test_who_wrote_before_joins_the_partner_and_the_bus_is_told(
    run: Run, store: Store
) -> None:
    file(store, "mail-2", post(message_id="<2@x>", author=Mailbox(address="i@a.ru")))
    added = run("org", "add", "--name", "Zavod", "--domain", "a.ru", "--json")
    assert json.loads(added.out)["contacts"] == 1
    told = json.loads(run("delivery", "list", "--channel", "bus", "--json").out)
    assert len(told) == 2  # of the partner, and of the person


def test_who_is_registered_already_is_named(run: Run) -> None:
    again = run("org", "add", "--name", "Other", "--domain", "partner.example")
    assert (again.code, again.out) == (1, "")
    assert "partner.example is Partner's" in again.err
    assert run("org", "add", "--name", "X", "--domain", "mail.ru").code == 1


def test_a_site_that_is_not_configured_is_bad_usage(run: Run) -> None:
    words = ("staff", "add", "--name", "B", "--telegram-id", "9", "--site", "XX")
    ended = run(*words)
    assert ended.code == 2
    assert "allowed: NN" in ended.err


def test_the_audit_ends_with_0_where_all_adds_up(run: Run) -> None:
    found = run("audit", "--json")
    assert (found.code, json.loads(found.out)["difference"]) == (0, 0)
    assert "difference  0" in run("audit").out


def test_the_audit_ends_with_1_and_names_what_does_not(
    run: Run, places: Places
) -> None:
    spoil(places, "DELETE FROM arrival WHERE channel = 'telegram'")
    assert json.loads(run("audit", "--json").out)["difference"] == 2
    found = run("audit")
    assert found.code == 1
    assert "comment 2" in found.out
    assert "door telegram" in found.out


def test_a_check_says_what_is_wrong(run: Run, places: Places, desk: Path) -> None:
    assert run("check").code == 0
    text = desk.read_text(encoding="utf-8")
    desk.write_text(text.replace("maildir:sent", "smtp://nowhere.invalid:25"))
    found = run("check", "--json")
    assert found.code == 1
    wrong = [one["part"] for one in json.loads(found.out) if not one["ok"]]
    assert wrong == ["relay"]
    spoil(places, "UPDATE alembic_version SET version_num = '0001'")
    assert "db upgrade" in run("check").out


def test_a_check_reads_the_certificate_as_the_door_will(run: Run, desk: Path) -> None:
    keys = f"tls_cert = '{CERTIFICATE}'\ntls_key = '{CERTIFICATE}'\n"
    text = desk.read_text(encoding="utf-8")
    desk.write_text(f"{text}\n[mail.smtp]\n{keys}")
    assert run("check").code == 0
    renewed = CERTIFICATE.with_name("renewed.pem")
    keys = f"tls_cert = '{CERTIFICATE}'\ntls_key = '{renewed}'\n"
    desk.write_text(f"{text}\n[mail.smtp]\n{keys}")
    [wrong] = [one for one in json.loads(run("check", "--json").out) if not one["ok"]]
    assert wrong["part"] == "tls_cert"
    assert "a certificate in PEM and its own key" in wrong["detail"]


def test_the_schema_is_brought_up_to_date(run: Run) -> None:
    assert run("db", "upgrade").out == "The schema is current.\n"


def test_a_subject_cannot_command_the_terminal(run: Run, store: Store) -> None:
    file(store, "x", post(message_id="<x@x>", subject="\x1b[2J\u202egone", text="x"))
    for words in (("ticket", "list"), ("ticket", "show", "NN-2")):
        out = run(*words).out
        assert "gone" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_a_configuration_that_is_wrong_ends_with_2(run: Run, desk: Path) -> None:
    desk.write_text("[mial]\n[http]\nport = -1\n")
    ended = run("ticket", "list")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("zayavka: desk.toml: ")
    assert len(ended.err.splitlines()) == 2


def test_a_run_in_earnest_without_token_or_relay_ends_with_2(
    run: Run, desk: Path
) -> None:
    desk.write_text("")
    ended = run("run")
    assert ended.code == 2
    assert "telegram.token" in ended.err
    assert "mail.relay" in ended.err


def test_parts_in_processes_of_their_own_need_postgresql(tmp_path: Path) -> None:
    path = tmp_path / "lite.toml"
    path.write_text('[telegram]\nenabled = false\n[mail]\nrelay = "maildir:x"\n')
    ended = Ran(path, "run", "--role", "intake")
    assert ended.code == 2
    assert "postgresql" in ended.err


def test_a_part_that_does_not_exist_is_bad_usage(run: Run) -> None:
    assert run("run", "--role", "everything").code == 2


def test_a_desk_without_a_database_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text('[storage]\nurl = "sqlite:///none.db"\n')
    ended = Ran(path, "ticket", "list")
    assert ended.code == 1
    assert "zayavka db upgrade" in ended.err
    assert not (tmp_path / "none.db").exists()
    words = ("staff", "add", "--name", "B", "--telegram-id", "9", "--site", "NN")
    assert Ran(path, *words).code == 0  # the first writer makes it


def test_the_schema_is_left_alone_while_the_service_runs(run: Run, desk: Path) -> None:
    with DataDirLock(desk.parent / "var"):
        ended = run("db", "upgrade")
    assert ended.code == 1
    assert "writes to" in ended.err


def test_on_postgresql_nobody_asks_the_service(
    templates: Templates, tmp_path: Path
) -> None:
    words = ("staff", "add", "--name", "B", "--telegram-id", "9", "--site", "NN")
    with templates.postgres(tmp_path) as places, DataDirLock(tmp_path / "var"):
        path = configure(places, tmp_path)
        assert Ran(path, "db", "upgrade").code == 0
        assert Ran(path, *words).code == 0
        assert "already" in Ran(path, *words).err
        assert json.loads(Ran(path, "staff", "list", "--json").out)[0]["name"] == "B"
        assert Ran(path, "audit").code == 0
        assert Ran(path, "check").code == 0


def test_a_database_that_does_not_answer_ends_with_1(tmp_path: Path) -> None:
    path = tmp_path / "down.toml"
    path.write_text(
        '[storage]\nurl = "postgresql+psycopg://u:hush@127.0.0.1:1/nothing"\n'
    )
    ended = Ran(path, "ticket", "list")
    assert ended.code == 1
    assert "127.0.0.1" in ended.err
    assert "hush" not in ended.err


def test_a_process_of_its_own_prints_whole_rows_into_a_pipe(desk: Path) -> None:
    ended = subprocess.run(  # noqa: S603 # our own program
        zayavka(desk, "ticket", "list"),
        capture_output=True,
        cwd=desk.parent,
        check=True,
        timeout=30,
    )
    assert ended.stderr == b""
    assert "Не печатает принтер".encode() in ended.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("arrival", "show", "9" * 20),
        ("delivery", "retry", "9" * 20),
        ("ticket", "list", "--limit", "9" * 20),
        ("stats", "--since", "0001-01-01"),
    ],
    ids=" ".join,
)
def test_a_number_that_no_column_holds_is_bad_usage(
    run: Run, words: tuple[str, ...]
) -> None:
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert words[1] in ended.err or "ID" in ended.err


def test_an_output_on_a_full_disk_is_told(desk: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(  # noqa: S603 # our own program
            zayavka(desk, "audit"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=30,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith("zayavka: ")
    assert ended.stderr.endswith("No space left on device\n")
    assert ended.stderr.count("\n") == 1


def test_one_started_without_an_output_does_its_work(desk: Path) -> None:
    ended = subprocess.run(  # noqa: S603 # our own program, by way of a shell that closes it
        ["/bin/sh", "-c", '"$@" >&-', "sh", *zayavka(desk, "audit")],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_reader_that_leaves_early_causes_no_noise(desk: Path) -> None:
    with subprocess.Popen(  # noqa: S603 # our own program
        zayavka(desk, "ticket", "show", "NN-1", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_port_that_is_taken_is_named_by_its_key(desk: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = in_vain(desk, f"[mail.smtp]\nport = {port}\n[http]\nport = 0\n")
        assert f"mail.smtp.port = {port} on 127.0.0.1: " in said


def test_a_certificate_that_is_none_is_named_by_its_key(
    desk: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    pem = 'tls_cert = "x.pem"\ntls_key = "x.pem"\n'
    said = in_vain(desk, f"[http]\nport = 0\n[mail.smtp]\nport = 0\n{pem}")
    assert f"zayavka: mail.smtp.tls_cert = {tmp_path}/x.pem: " in said


def test_a_folder_that_cannot_be_made_is_named_by_its_key(desk: Path) -> None:
    said = in_vain(desk, '[service]\ndata_dir = "/proc/none"\n')
    assert "service.data_dir = /proc/none: " in said


def test_a_file_that_is_no_database_is_said_to_be_none(desk: Path) -> None:
    desk.with_name("diary.db").write_text("Dear diary,\n" * 100)
    desk.write_text(desk.read_text().replace("zayavka.db", "diary.db"))
    assert "cannot be used: file is not a database" in in_vain(desk, "")
