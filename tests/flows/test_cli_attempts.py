"""Messages to the outside on the command line."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from test_cli_demo import answer, run

from hub.demo.folder import BGMAX, lay_out
from hub.errors import DataError
from hub.model.attempts import AttemptState, ChannelRest, PlannedMessage
from hub.rules.attempts import later
from hub.runtime.bootstrap import Installation
from hub.runtime.doctor import examine
from hub.runtime.facade import Hub
from hub.services.attempts import plan_batch
from hub.services.attempts.following import let_exchanges_follow


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("attempts") / "home").home
    installation = Installation.open(folder)
    work = installation.tenant()
    kept = [work.store.contents.keep(io.BytesIO(content)) for content in (b"one", b"two")]
    with work.store.write() as unit:
        messages = [PlannedMessage(f"letter:{n}", content.sha256, content.size) for n, content in enumerate(kept, 1)]
        plan_batch(unit, work.tenant.id, "post", "1", messages, plugin="letters")
        attempt = unit.attempts.of_run(1)[0]
        unknown = attempt._replace(state=AttemptState.UNKNOWN, sends=1, promise="neither")
        unit.attempts.record([(attempt, unknown)])
        let_exchanges_follow(unit, [attempt])
        unit.runs.change(1, state="done")
    installation.close()
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A tenant with one message whose outcome nobody knows, and one that is planned."""
    return Path(shutil.copytree(made, tmp_path / "home"))


def test_attempts_are_listed_by_state(home: Path) -> None:
    assert [attempt["state"] for attempt in answer("attempts", home=home)] == ["planned", "unknown"]
    (unknown,) = answer("attempts", "list", "--state", "unknown", home=home)
    assert (unknown["attempt_no"], unknown["message"]) == (1, "letter:1")
    assert "letter:1" in run("attempts", "list", "--state", "unknown", home=home).stdout


def test_one_attempt_is_shown_with_its_promise_and_key(home: Path) -> None:
    shown = run("attempts", "show", 1, home=home)

    assert shown.exit_code == 0
    assert "neither" in shown.stdout
    assert answer("attempts", "show", 1, home=home)["key"] in shown.stdout
    assert ("exchange" in shown.stdout, answer("attempts", "show", 1, home=home)["exchange_no"]) == (True, 1)


def test_messages_stand_in_the_exchange_log_beside_files(home: Path) -> None:
    run("receive", home / "files" / BGMAX, home=home)

    told = [(e["number"], e["direction"], e["name"], e["state"]) for e in answer("exchanges", home=home)]
    assert told[1:] == [(2, "out", "letter:2", "sending"), (1, "out", "letter:1", "unknown")]
    assert told[0][:2] == (3, "in")
    going = answer("exchanges", "list", "--direction", "out", home=home)
    assert [exchange["number"] for exchange in going] == [2, 1]
    (unknown,) = answer("exchanges", "list", "--state", "unknown", home=home)
    assert (unknown["number"], unknown["kind"], unknown["plugin"]) == (1, "message", "letters")
    lines = run("exchanges", home=home).stdout
    assert all(word in lines for word in ("out", "letter:1", "unknown"))


def test_a_message_is_shown_with_its_attempts_and_what_became_of_it(home: Path) -> None:
    shown = run("exchanges", "show", 1, home=home).stdout

    assert all(word in shown for word in ("exchange 1, out: letter:1", "unknown", "plugin letters", "post"))
    journey = answer("exchanges", "show", 1, home=home)
    assert [(a["attempt_no"], a["channel"], a["state"]) for a in journey["attempts"]] == [(1, "post", "unknown")]
    assert (journey["exchange"]["idempotency_key"], journey["payments"]) == ("letter:1", [])


def test_the_bytes_of_a_message_are_written_by_its_exchange_too(home: Path, tmp_path: Path) -> None:
    assert run("exchanges", "content", 2, "--to", tmp_path / "letter", home=home).exit_code == 0
    assert (tmp_path / "letter").read_bytes() == b"two"


@pytest.mark.parametrize(
    "words", [("retry", 1), ("undo", 1, "--reason", "x"), ("accept", 1), ("reject", 1, "--reason", "x")]
)
def test_what_is_done_to_files_is_refused_of_a_message(home: Path, words: tuple[object, ...]) -> None:
    refused = run("exchanges", *words, home=home)

    assert refused.exit_code == 1
    assert "exchange 1 goes out" in refused.stderr
    assert "hub exchanges show 1" in refused.stderr


def test_an_attempt_that_is_not_there_is_a_wrong_choice(home: Path) -> None:
    assert run("attempts", "show", 9, home=home).exit_code == 1


def test_a_person_decides(home: Path) -> None:
    said = answer("attempts", "decide", 1, "delivered", "--external-id", "B-1", "--key", "k", home=home)

    assert said["state"] == "delivered"
    assert answer("attempts", "show", 1, home=home)["external_id"] == "B-1"
    assert answer("attempts", "decide", 1, "delivered", "--external-id", "B-1", "--key", "k", home=home) == said


def test_what_does_not_wait_for_a_person_is_not_decided(home: Path) -> None:
    refused = run("attempts", "decide", 2, "send_again", home=home)

    assert refused.exit_code == 1
    assert "planned" in refused.stderr


def test_the_bytes_of_a_message_are_written_to_a_file(home: Path, tmp_path: Path) -> None:
    assert run("attempts", "content", 1, "--to", tmp_path / "letter", home=home).exit_code == 0
    assert (tmp_path / "letter").read_bytes() == b"one"


def test_a_channel_that_is_left_in_peace_is_named(home: Path) -> None:
    installation = Installation.open(home)
    with installation.tenant().store.write() as unit:
        unit.attempts.keep_rest(ChannelRest("fax", 3, unit.now, rests_until=later(unit.now, -1)))
        unit.attempts.keep_rest(ChannelRest("post", 3, unit.now, rests_until=later(unit.now, 600)))
    installation.close()

    said = run("attempts", home=home).stderr
    assert ("post is left in peace until" in said, "fax" in said) == (True, False)


def test_a_message_on_a_channel_that_nobody_has_is_not_planned(home: Path) -> None:
    with Hub.open(home) as hub, pytest.raises(DataError, match="offered: none"):
        hub.attempts.send("pots", "2", {"letter:3": b"three"})


def test_the_doctor_names_a_limit_of_a_channel_that_nobody_has(home: Path) -> None:
    settings = home / "hub.toml"
    limits = "\n[engine.channels.demonstration_nether]\nper_minute = 6\n"
    settings.write_text(settings.read_text(encoding="utf-8") + limits, encoding="utf-8")
    (tenant,) = (home / "tenants").glob("*.toml")
    tenant.write_text(f"{tenant.read_text(encoding='utf-8')}\n[plugins.demonstration_channels]\n", encoding="utf-8")

    (finding,) = [one for one in examine(home) if "engine.channels" in one.what]
    assert "did you mean demonstration_neither?" in finding.message
