"""The configuration: read whole, overridden, checked, and never shown."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from app.config import Config, ConfigError, load, rules_from, validate_for_run
from app.parts.files import clamd_of, make_examining
from app.settings.kinds import without_password
from mail.files.clamd import Clamd, Place
from tests.mail.sink import CERTIFICATE
from tickets.process import DEFAULT

SHIPPED = Path(__file__).parents[2] / "config.toml"
IMAP = "[[mail.imap]]\nname = 'box'\nhost = 'h'\nuser = 'u'\n"
IN = "password = 'p'\n"
STORM = '[[mail.storms]]\nname = "m"\nwindow = "10m"\nafter = 5\n'
DIGEST = '[[digests]]\nname = "weekly"\nrecipients = ["a@b.c"]\n'
WEEKLY = f"{DIGEST}schedule = '0 9 * * mon'\n"
HOOK = '[[bus]]\nname = "k"\nurl = "https://bus.example/in"\n'
RABBIT = '[[bus]]\nname = "k"\nurl = "amqp://user:correct-horse-battery@h?exchange=e"\n'
NODE = '[[bus]]\nname = "k"\nurl = "amqp1s://h/desk"\n'
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # a published example
SECRET = "correct-horse-battery"  # noqa: S105 # what the tests look for in messages


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("ZAYAVKA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


def plain(config: Config, base: Path) -> str:
    """Return every value, secrets included, with the folder taken out."""

    def show(value: object) -> object:
        reveal = getattr(value, "get_secret_value", None)
        return reveal() if reveal else str(value)

    text = json.dumps(config.model_dump(), default=show)
    return text.replace(str(base), "HERE")


def test_the_shipped_file_says_what_the_program_does_without_it(folder: Path) -> None:
    assert plain(load(SHIPPED), SHIPPED.parent) == plain(load(), folder)


def test_config_toml_of_the_current_folder_is_read(folder: Path) -> None:
    (folder / "config.toml").write_text('[service]\nname = "Desk"\n')
    assert load().service.name == "Desk"


def test_a_table_that_is_given_in_part_keeps_the_other_defaults(folder: Path) -> None:
    config = load(write(folder, "[mail.smtp]\nport = 25\n"))
    assert (config.mail.smtp.port, config.mail.smtp.host) == (25, "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mail]\nhold = "11m"', "mail.hold = '11m': must be 10m at most, or 0s"),
        (
            '[mail]\nsame_subject = "never"',
            (
                "mail.same_subject = 'never': "
                "'never' is no span of time, as 30m, 4h or 2d; or 'off'"
            ),
        ),
        (
            '[mail]\nsame_subject = "4000d"',
            "mail.same_subject = '4000d': must be 3650d at most; or 'off'",
        ),
        (
            f"{STORM}robot = 'any'",
            "mail.storms[0].robot = 'any': must be 'machine'",
        ),
        (
            '[http]\npublic_url = "https://desk.example.org/?a=b"',
            (
                "http.public_url = 'https://desk.example.org/?a=b': must be how links "
                "begin, as https://HOST or https://HOST/PATH"
            ),
        ),
    ],
)
def test_what_is_allowed_is_said_in_the_words_of_the_file(
    folder: Path, text: str, said: str
) -> None:
    assert problems(write(folder, text)) == f"desk.toml: {said}"


def test_same_subject_can_be_off(folder: Path) -> None:
    config = load(write(folder, '[mail]\nsame_subject = "off"'))
    assert config.mail.same_subject is None


def test_relative_paths_start_at_the_file_whatever_the_current_folder(
    folder: Path,
) -> None:
    inner = folder / "etc"
    inner.mkdir()
    path = write(inner, '[mail]\nrelay = "maildir:var/sent"\n')
    config = load(path)
    assert config.service.data_dir == inner / "var"
    assert config.storage.url.get_secret_value() == f"sqlite:///{inner}/var/zayavka.db"
    assert config.blobs.folder == inner / "var/blobs"
    assert config.bus[0].url.get_secret_value() == f"file:{inner}/var/bus.jsonl"
    assert config.mail.relay is not None
    assert config.mail.relay.get_secret_value() == f"maildir:{inner}/var/sent"


def test_absolute_paths_stay(folder: Path) -> None:
    text = '[storage]\nurl = "sqlite:////srv/x.db"\n[blobs]\nurl = "file:///srv/b"\n'
    config = load(write(folder, text))
    assert config.storage.url.get_secret_value() == "sqlite:////srv/x.db"
    assert config.blobs.folder == Path("/srv/b")


def test_the_environment_goes_over_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = {"code": "CHEL", "name": "Chelyabinsk", "telegram_chats": [-1001]}
    monkeypatch.setenv("ZAYAVKA_MAIL__SMTP__PORT", "2525")
    monkeypatch.setenv("ZAYAVKA_TELEGRAM__ENABLED", "false")
    monkeypatch.setenv("ZAYAVKA_SITES", json.dumps([site]))
    monkeypatch.setenv("ZAYAVKA_MAIL__PUBLIC_DOMAINS", '["Example.COM"]')
    monkeypatch.setenv("ZAYAVKA_SERVICE__SECRET", SECRET)
    config = load(write(folder, "[mail.smtp]\nport = 25\nmax_size = 1000\n"))
    assert (config.mail.smtp.port, config.mail.smtp.max_size) == (2525, 1000)
    assert not config.telegram.enabled
    assert [one.code for one in config.sites] == ["CHEL"]
    assert config.mail.public_domains == ("example.com",)
    assert config.service.secret[0].get_secret_value() == SECRET


def test_a_secret_may_come_from_a_file_beside_the_configuration(folder: Path) -> None:
    (folder / "token").write_text("123:ABC\n")
    config = load(write(folder, '[telegram]\ntoken_file = "token"\n'))
    assert config.telegram.token is not None
    assert config.telegram.token.get_secret_value() == "123:ABC"


def test_a_secret_file_given_by_the_environment_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "relay").write_text("smtp://u:p@host:25")
    monkeypatch.setenv("ZAYAVKA_MAIL__RELAY_FILE", "relay")
    relay = load().mail.relay
    assert relay is not None
    assert relay.get_secret_value() == "smtp://u:p@host:25"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mial]\n", "desk.toml: mial: unknown key; did you mean mail?"),
        (
            '[mail]\nrelai = "x"\n',
            "desk.toml: mail.relai: unknown key; did you mean relay?",
        ),
        (
            "[mail.smtp]\nport = 70000\n",
            "mail.smtp.port = 70000: must be less than or equal to 65535",
        ),
        (
            '[telegram]\nmode = "webhook"\n',
            "= 'webhook': this version does not do that yet; must be 'polling'",
        ),
        ('[mail]\nstrangers = "all"\n', "mail.strangers = 'all': must be 'accept'"),
        ('[telegram]\ntoken = ""\n', "telegram.token: must be as @BotFather"),
        ('[telegram]\ntoken = "abc"\n', "telegram.token: must be as @BotFather"),
        ('[telegram]\ntoken_file = "no"\n', "telegram.token_file = 'no': must be a"),
        ('[[digests]]\nname = "x"\n', "digests[0].schedule: must be given"),
        (f"{DIGEST}schedule = '0 9 * *'\n", "= '0 9 * *': must be the five fields"),
        (f"{DIGEST}schedule = '0 9 1 * 1'\n", "of the month or of the week, not both"),
        (f"{DIGEST}schedule = '0 25 * * *'\n", "the last value (25) is higher"),
        (f"{DIGEST}schedule = '0 0 31 2 *'\n", "must name a day that comes"),
        (f"{WEEKLY}scope = {{sites = ['XX']}}\n", "'XX', which sites do not list"),
        (f"{WEEKLY}scope = {{site = ['NN']}}\n", "did you mean sites?"),
        (f"{WEEKLY}format = 'pdf'\n", "must be 'html' or 'text'"),
        (f"{WEEKLY}{WEEKLY}", "digests: name 'weekly' is given twice"),
        (f"{IMAP}\n", "mail.imap[0]: give one of password, password_file and token"),
        (f"{IMAP}done = 'delete'\n", "mail.imap[0].done = 'delete': must match"),
        (f"{IMAP}{IN}done = 'move:INBOX'\n", "done must move mails to another folder"),
        (f'{IMAP}password = "a\\nb"\n', "].password: must be some text on one line"),
        (f"{IMAP}{IN}tls = 'always'\n", "mail.imap[0].tls"),
        (f"{IMAP}{IN}{IMAP}{IN}", "mail.imap: name 'box' is given twice"),
        ('[[routing]]\nif = "x"\n', "routing: this version does not do that yet"),
        ('[storage]\nurl = "sqlite://"\n', "storage.url = 'sqlite://': must be sqlite"),
        ('[mail]\naddress = "support"\n', "mail.address = 'support': must be an"),
        ('[mail]\nreply_address = "x"\n', "mail.reply_address = 'x': must be 'plus'"),
        ('[service]\ntimezone = "Mars"\n', "service.timezone = 'Mars': must be a time"),
        ('[[sites]]\nname = "x"\n', "sites[0].code: must be given"),
        ('[[bus]]\nname = "k"\nurl = "amqp://h"\n', "bus[0].url = 'amqp://h': must be"),
        ('[[bus]]\nname = "k"\nurl = "amqp://h"\n', "?exchange=NAME is missing"),
        (f"{RABBIT}commands = ''\n", "must name a queue in at most 255 bytes"),
        (f"{RABBIT}commands = '{'я' * 128}'\n", "must name a queue in at most 255"),
        (
            "[[bus]]\nname = 'k'\nurl = 'amqp1://h/a'\ncommands = 'a'\n",
            "commands names the address that our own events go to",
        ),
        (
            "[[bus]]\nname = 'k'\nurl = 'file:x'\ncommands = 'q'\n",
            "commands names a queue, and file: has none to read",
        ),
        (
            '[[bus]]\nname = "k"\nurl = "kafka://h"\n',
            "one of file:PATH, amqp(s):",
        ),
        ('[[bus]]\nname = "k"\nurl = "amqp1://h"\n', "the address is missing"),
        ('[[bus]]\nname = "k"\nurl = "esb1c+https://h"\n', "client and secret are"),
        (f'{NODE}audit = "a"\n', "audit names a stream queue of RabbitMQ"),
        ('[[bus]]\nname = "k"\nurl = "https:///in"\n', "the host is missing"),
        (f'{HOOK}secret = "whsec_x"\n', "bus[0].secret[0]: must be whsec_ and"),
        (f'{HOOK}ca_file = "no.pem"\n', "must be a file that exists"),
        (f'{HOOK}ca_file = "desk.toml"\n', "must be a file of certificates (PEM)"),
        (f'{RABBIT}secret = "{SIGNING}"\n', "secret signs what goes by HTTP"),
        (
            f'{RABBIT}ca_file = "{CERTIFICATE}"\n',
            "and esb1c+https; url is amqp:",
        ),
        ('[mail.smtp]\ntls_cert = "no"\n', "mail.smtp.tls_cert = 'no': must be a file"),
        ("[mail.smtp]\nmax_size = 999999999\n", "must be at least max_size"),
        ("[mail.smtp]\ntls_required = true\n", "needs tls_cert and tls_key"),
        ('[mail.smtp]\ntrusted = ["10.0.0.300"]\n', "mail.smtp.trusted[0]"),
        ('[mail.smtp]\ntrusted = ["10.0.0.1/8"]\n', "host bits set"),
        ("[mail.smtp]\nlmtp = true\nlmtp_port = 1\n", "speaks LMTP already"),
        ("[process]\ntransitions = {new = ['x']}\n", "transitions name 'x'"),
        ("[process.told]\nshut = {}\n", "told names 'shut'"),
        ("[process.told]\nnew = {partner = 'hello'}\n", "no notice (there are: acc"),
        ("[process.confirmed]\nshut = '1h'\n", "confirmed names 'shut'"),
        ("[process.confirmed]\nclosed = '1 hour'\n", "no span of time, as 30m"),
        ("[process.confirmed]\nwaiting = '1h'\n", "by itself when somebody writes"),
        ('mail = "x"\n', "desk.toml: mail = 'x': must be a table"),
        ("sites = []\n", "sites"),
        ("[mail\n", "desk.toml: Expected"),
    ],
)
def test_an_error_names_key_value_and_what_is_allowed(
    folder: Path, text: str, said: str
) -> None:
    assert said in problems(write(folder, text))


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    assert "none.toml: there is no such file" in problems(folder / "none.toml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ZAYAVKA_MIAL__RELAY", "unknown variable; did you mean ZAYAVKA_MAIL__RELAY?"),
        ("ZAYAVKA_MAIL__RELAI", "ZAYAVKA_MAIL__RELAI: unknown key; did you mean relay"),
        ("ZAYAVKA_SITES", "ZAYAVKA_SITES = 'x': must be a list (in the environment"),
        ("ZAYAVKA_HTTP__PORT", "ZAYAVKA_HTTP__PORT = 'x': must be a valid integer"),
    ],
)
def test_an_error_names_the_variable_it_came_from(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")
    assert said in problems()


def test_all_errors_come_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAYAVKA_NONSENSE", "1")
    text = '[mail]\naddress = "x"\n[telegram]\ntoken_file = "no"\n[http]\nport = -1\n'
    assert len(problems(write(folder, text)).splitlines()) == 4


@pytest.mark.parametrize(
    "text",
    [
        f'[mail]\nrelay = "stmp://user:{SECRET}@host"\n',
        f'[mail]\nrelay = "user:{SECRET}@host"\n',
        f'[storage]\nurl = "mysql://user:{SECRET}/x@host/db"\n',
        f'[[bus]]\nname = "k"\nurl = "amqp://user:{SECRET}@host"\n',
        f'[[bus]]\nname = "k"\nurl = "amqp://user:{SECRET}/x@host?exchange=e"\n',
        f"{RABBIT}commands = ''\n",
        f'[[bus]]\nname = "k"\nurl = "file:{SECRET}"\ncommands = "q"\n',
        f'[[bus]]\nname = "k"\nurl = "https://user:{SECRET}/x@host/in"\n',
        f'[[bus]]\nname = "k"\nurl = "https://user:p@host:x/in?key={SECRET}"\n',
        f'[[bus]]\nname = "k"\nurl = "https://host/in?key={SECRET}@{SECRET}"\n',
        f'{HOOK}secret = "{SECRET}"\n',
        f'[service]\nsecret = ["{SECRET}", "short"]\n',
        f'[telegram]\ntoken = ["{SECRET}"]\n',
        f'[telegram]\ntoken = "{SECRET}"\n',
    ],
)
def test_an_error_never_shows_a_secret(folder: Path, text: str) -> None:
    assert SECRET not in problems(write(folder, text))


def test_a_configuration_never_shows_its_secrets(folder: Path) -> None:
    text = (
        f'[service]\nsecret = ["{SECRET}"]\n[telegram]\ntoken = "7:{SECRET}"\n'
        f'[mail]\nrelay = "smtp://user:{SECRET}@host:25"\n'
        f'[storage]\nurl = "postgresql+psycopg://user:{SECRET}@host/db"\n'
        f'[[bus]]\nname = "k"\nurl = "amqp://user:{SECRET}@host/?exchange=e"\n'
    )
    config = load(write(folder, text))
    assert SECRET not in f"{config!r} {config} {config.model_dump_json()}"


def test_names_that_must_differ_are_refused_when_repeated(folder: Path) -> None:
    site = '[[sites]]\ncode = "NN"\nname = "x"\n'
    assert "code 'NN' is given twice" in problems(write(folder, site * 2))


def test_a_recipient_of_a_digest_is_named_once(folder: Path) -> None:
    twice = WEEKLY.replace('["a@b.c"]', '["a@b.c", "A@b.c"]')
    assert "must name each address once" in problems(write(folder, twice))


def test_a_target_may_name_a_queue_of_commands(folder: Path) -> None:
    config = load(write(folder, f"{RABBIT}commands = 'desk.commands'\n"))
    assert config.bus[0].commands == "desk.commands"


@pytest.mark.parametrize(
    ("url", "commands"),
    [
        ("amqp1://h/events", "/amq/queue/commands"),
        ("esb1c+http://u:p@h/applications/a?process=P&channel=out", "P/in"),
    ],
)
def test_a_target_may_name_an_address_or_a_channel(
    folder: Path, url: str, commands: str
) -> None:
    target = f'[[bus]]\nname = "k"\nurl = "{url}"\ncommands = "{commands}"\n'
    confirmed = "[process.confirmed]\nresolved = '4h'\n"
    assert load(write(folder, target + confirmed)).bus[0].commands == commands


def test_a_receiver_has_one_secret_or_several_or_none(folder: Path) -> None:
    (folder / "secrets").write_text(f"{SIGNING}\n{SIGNING}\n")
    for line, count in (
        ("", 0),
        (f"secret = '{SIGNING}'\n", 1),
        (f"secret = ['{SIGNING}', '{SIGNING}']\n", 2),
        ("secret_file = 'secrets'\n", 2),
    ):
        (target,) = load(write(folder, f"{HOOK}{line}")).bus
        assert [one.get_secret_value() for one in target.secret] == [SIGNING] * count
        assert SIGNING not in repr(target)


def test_a_bus_filter_names_sites_that_there_are(folder: Path) -> None:
    text = '[[bus]]\nname = "k"\nurl = "file:x"\nsites = ["{0}"]\n'
    assert load(write(folder, text.format("NN"))).bus[0].sites == ("NN",)
    said = problems(write(folder, text.format("KZ")))
    assert "bus: k names site 'KZ'" in said
    assert "there are: NN" in said


def test_the_sandbox_is_refused_what_is_set_up_for_real(folder: Path) -> None:
    real = load(write(folder, '[mail]\nrelay = "maildir:sent"\n'))
    (said,) = validate_for_run(real, sandbox=True)
    assert "without accounts" in said
    open_ = load(write(folder, '[http]\nhost = "0.0.0.0"\n'))
    (said,) = validate_for_run(open_, sandbox=True)
    assert "http.host must be 127.0.0.1" in said


def test_a_run_in_earnest_needs_a_token_and_a_relay() -> None:
    said = "\n".join(validate_for_run(load(), sandbox=False))
    assert "telegram.token" in said
    assert "mail.relay" in said
    assert validate_for_run(load(), sandbox=True) == ()


def test_a_bus_that_needs_an_extra_names_it_before_anything_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "proton", None)
    config = load(write(folder, '[[bus]]\nname = "b"\nurl = "amqp1s://h/desk"\n'))
    (said,) = validate_for_run(config, sandbox=True)
    assert said == "bus b: amqp1s: speaks AMQP 1.0: pip install zayavka[amqp1]"


def test_a_desk_without_a_chat_says_so_and_runs(folder: Path) -> None:
    text = '[telegram]\nenabled = false\n[mail]\nrelay = "maildir:sent"\n'
    assert validate_for_run(load(write(folder, text)), sandbox=False) == ()


def test_the_rules_are_what_the_operator_decided(folder: Path) -> None:
    text = (
        '[service]\nlanguage = "en"\ntimezone = "UTC"\n'
        '[[sites]]\ncode = "NN"\nname = "Nizhny"\ntimezone = "Europe/Moscow"\n'
        'addresses = ["nn@example.org"]\ntelegram_chats = [-1001]\n'
        '[[sites]]\ncode = "CH"\nname = "Chelyabinsk"\nlanguage = "ru"\n'
    )
    rules = rules_from(load(write(folder, text)))
    nizhny, chelyabinsk = rules.sites
    assert (nizhny.timezone, nizhny.language) == ("Europe/Moscow", "en")
    assert (chelyabinsk.timezone, chelyabinsk.language) == ("UTC", "ru")
    assert nizhny.chats == (-1001,)
    assert rules.process == DEFAULT
    assert "mail.ru" in rules.public_domains


def test_the_signing_key_is_made_once_and_for_us_alone(folder: Path) -> None:
    first, second = rules_from(load()).signer, rules_from(load()).signer
    assert first.keys == second.keys
    assert (folder / "var/secret").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in (folder / "var").iterdir()] == ["secret"]


def test_former_keys_are_still_accepted(folder: Path) -> None:
    former = rules_from(load()).signer
    path = folder / "var/secret"
    path.write_text(f"{'n' * 32}\n{path.read_text()}")
    now = rules_from(load()).signer
    assert now.keys[0] == b"n" * 32
    assert now.proves(former.token("NN-1", "a@b.c"), "NN-1", "a@b.c")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "amqp://desk:hush@mq.example:5672/v?exchange=e",
            "amqp://desk@mq.example:5672/v?exchange=e",
        ),
        ("amqps://desk:hu/sh@mq.example/v", "amqps://desk@mq.example/v"),
        ("amqps://desk:hu@sh@mq.example", "amqps://desk@mq.example"),
        ("amqp://:hush@mq.example", "amqp://@mq.example"),
        ("https://bus.example/in", "https://bus.example/in"),
        ("https://desk:hush@h/in?key=hush", "https://desk@h/in?***"),
        ("file:/var/bus.jsonl", "file:/var/bus.jsonl"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


@pytest.mark.parametrize("url", ["http://127.0.0.1", "clamd://", "unix:", "socket"])
def test_a_scanner_is_named_by_host_or_socket(folder: Path, url: str) -> None:
    text = f'[scan]\nurl = "{url}"\n'
    with pytest.raises(ConfigError, match=r"scan\.url = .*must be clamd://HOST:PORT"):
        load(write(folder, text))


def test_a_scanners_socket_may_stand_beside_the_configuration(folder: Path) -> None:
    config = load(write(folder, '[scan]\nurl = "unix:clamd.sock"\n'))
    assert clamd_of(config) == Clamd(place=Place(path=str(folder / "clamd.sock")))


def test_what_is_beyond_a_limit_is_the_operators_choice(folder: Path) -> None:
    config = load(write(folder, '[attachments]\nprograms = ["bas"]\nmax_count = 2\n'))
    assert rules_from(config).programs == {"bas"}
    assert make_examining(config).manner.limits.files == 2


def test_who_is_let_in_and_whose_word_counts_is_the_operators_choice(
    folder: Path,
) -> None:
    config = load(
        write(
            folder,
            '[mail]\nstrangers = "refuse"\nauthserv_ids = ["MX.Example.Org"]\n'
            '[telegram]\nstrangers = "triage"\ntriage_chat = -5\n',
        )
    )
    rules = rules_from(config)
    assert (rules.strangers, rules.strangers_in_chat) == ("refuse", "triage")
    assert rules.triage_chat == -5
    assert config.mail.authserv_ids == ("mx.example.org",)


def test_a_servers_name_has_no_spaces(folder: Path) -> None:
    said = problems(write(folder, '[mail]\nauthserv_ids = ["mx example"]\n'))
    assert "mail.authserv_ids" in said
