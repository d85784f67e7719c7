"""Webhooks: what is vouched for is kept once and read later; all else is refused and leaves no trace."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from webhook_home import PATH, PAYMENT, body_of, called, make_webhook_home, rows, signed

from hub.api.webhooks import Application, webhook_application
from hub.demo.folder import TENANT
from hub.runtime.bootstrap import ENGINE_SETTINGS, Installation
from hub.runtime.facade import Hub
from hub.runtime.webhooks import WebhookDesk
from hub.store.installation import keep_value

LARGEST = 4096
KEPT = "SELECT exchange_no, state, plugin, name, idempotency_key FROM exchange WHERE kind = 'webhook'"
RUNS = "SELECT run_id, state FROM run WHERE kind = 'webhook' ORDER BY run_no"
BODY = body_of(PAYMENT)


@pytest.fixture
def home(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Path:
    keep_value(engine, ENGINE_SETTINGS, '{"channels": {}}')  # the queues are emptied too: they are to be set anew
    url = engine.url.render_as_string(hide_password=False)
    return make_webhook_home(tmp_path / "home", url, monkeypatch)


@pytest.fixture
def installation(home: Path) -> Iterator[Installation]:
    opened = Installation.open(home)
    yield opened
    opened.close()


@pytest.fixture
def desk(installation: Installation) -> Iterator[WebhookDesk]:
    made = WebhookDesk(installation)
    yield made
    made.close()


@pytest.fixture
def door(desk: WebhookDesk) -> Application:
    return webhook_application(desk, LARGEST)


def test_a_notice_is_kept_with_its_run_and_read_by_it(installation: Installation, door: Application) -> None:
    assert called(door, BODY, signed(BODY, "n1")) == (204, {})

    assert rows(installation, KEPT) == [(1, "received", "demonstration_channels", "demonstration", "demonstration:n1")]
    assert rows(installation, RUNS) == [(f"webhook:{TENANT}:1:1", "queued")]
    with Hub(installation, installation.tenant(), here=True) as hub:
        hub.work()
        assert hub.exchanges.content(1).read() == BODY
        (told,) = [event.data for event in hub.feed(0) if event.kind == "payment_announced"]
    assert [row[1] for row in rows(installation, KEPT)] == ["read"]
    assert told == {
        "state": "scheduled",
        "receiver": "demonstration",
        "exchange_no": 1,
        "external_id": "c1",
        "amount_ore": 12500,
        "currency": "SEK",
    }


def test_the_same_notice_again_is_answered_as_if_it_were_new_and_does_nothing(
    installation: Installation, door: Application
) -> None:
    for attempt_at in (0, 5, 30):
        assert called(door, BODY, signed(BODY, "n1", sent_at=time.time() + attempt_at))[0] == 204

    assert len(rows(installation, KEPT)) == 1
    assert len(rows(installation, RUNS)) == 1


def test_a_notice_whose_id_holds_what_no_database_keeps_is_kept_and_known_again(
    installation: Installation, door: Application
) -> None:
    for _ in range(2):
        assert called(door, BODY, signed(BODY, "n\0 1"))[0] == 204

    assert [row[4].endswith("n\N{REPLACEMENT CHARACTER} 1") for row in rows(installation, KEPT)] == [True]


def test_notices_of_a_burst_share_a_run(installation: Installation, door: Application) -> None:
    for number in range(5):
        called(door, BODY, signed(BODY, f"n{number}"))

    assert len(rows(installation, RUNS)) == 1
    with Hub(installation, installation.tenant(), here=True) as hub:
        hub.work()
    assert {row[1] for row in rows(installation, KEPT)} == {"read"}


@pytest.mark.parametrize(
    ("secret", "late_s", "body"),
    [("another", 0, BODY), ("made up for tests", -3600, BODY), ("made up for tests", 0, BODY + b" ")],
    ids=["signature", "replay", "changed"],
)
def test_what_the_receiver_does_not_vouch_for_is_refused_and_not_kept(
    installation: Installation, door: Application, secret: str, late_s: int, body: bytes
) -> None:
    headers = signed(BODY, "n1", secret=secret, sent_at=time.time() + late_s)

    assert called(door, body, headers)[0] == 401
    assert rows(installation, KEPT) == []
    assert rows(installation, "SELECT count(*) FROM content") == [(0,)]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/webhooks",
        f"/webhooks/{TENANT}",
        f"/webhooks/{TENANT}/nobody",
        "/webhooks/nobody/demonstration",
        f"{PATH}/",
        f"{PATH}/more",
        f"/webhooks//{TENANT}/demonstration",
        "/webhooks/../tenants/demonstration",
        "/webhooks/..%2f..%2fetc/demonstration",
        f"/webhooks/{TENANT}\0/demonstration",
        f"/webhooks/{'a' * 5000}/demonstration",
        "/webhooks/hub/../demonstration",
        "/webhooks/\u00e5\u00e4/demonstration",
    ],
)
def test_unknown_places_are_one_answer_that_tells_nothing(door: Application, path: str) -> None:
    assert called(door, BODY, signed(BODY), path=path) == (404, {"Content-Length": "0"})


def test_another_method_and_a_body_that_is_too_large_are_refused(installation: Installation, door: Application) -> None:
    assert called(door, REQUEST_METHOD="GET") == (405, {"Content-Length": "0", "Allow": "POST"})
    large = b"x" * (LARGEST + 1)
    assert called(door, large, signed(large))[0] == 413
    exact = b"x" * LARGEST
    assert called(door, exact, signed(exact))[0] == 204


def test_a_death_between_keeping_and_answering_leaves_one_notice(
    installation: Installation, desk: WebhookDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dies(WebhookDesk):
        def take(self, *notice: object) -> None:  # type: ignore[override]
            super().take(*notice)  # type: ignore[arg-type]
            raise SystemExit

    dying = Dies(installation)
    with pytest.raises(SystemExit):
        called(webhook_application(dying, LARGEST), BODY, signed(BODY, "n1"))
    dying.close()

    assert called(webhook_application(desk, LARGEST), BODY, signed(BODY, "n1"))[0] == 204
    assert len(rows(installation, KEPT)) == len(rows(installation, RUNS)) == 1


def test_a_notice_that_cannot_be_read_waits_for_a_person_and_the_others_are_read(
    installation: Installation, door: Application
) -> None:
    for notice_id, body in (("n1", b"{"), ("n2", BODY), ("n3", b"[]")):
        called(door, body, signed(body, notice_id))

    with Hub(installation, installation.tenant(), here=True) as hub:
        hub.work()
        assert [hub.exchanges.get(number).state for number in (1, 2, 3)] == ["quarantined", "read", "quarantined"]
        problem = hub.exchanges.get(1).problem
        (task,) = [str(task["text"]) for task in hub.tasks()]
        hub.exchanges.retry(1)
        again = hub.exchanges.get(1)

    assert problem is not None
    assert problem["code"] == "NOTICE_UNREADABLE"
    assert task.startswith("notices to demonstration cannot be read: ")
    assert (again.state, again.attempt) == ("quarantined", 2)


def test_what_was_kept_of_a_receiver_that_is_turned_off_is_read_when_it_is_on_again(
    installation: Installation, home: Path, door: Application
) -> None:
    called(door, BODY, signed(BODY, "n1"))
    settings = home / "tenants" / f"{TENANT}.toml"
    on = settings.read_text(encoding="utf-8")
    settings.write_text(on.replace("webhook_secret =", "# webhook_secret ="), encoding="utf-8")

    assert called(door, BODY, signed(BODY, "n2"))[0] == 404
    with Hub(installation, installation.tenant(), here=True) as hub:
        hub.work()
        assert hub.exchanges.get(1).state == "received"
        ((run_id, state),) = rows(installation, RUNS)
        (task,) = [str(task["text"]) for task in hub.tasks()]
    settings.write_text(on, encoding="utf-8")
    with Hub(installation, installation.tenant(), here=True) as hub:
        hub.runs.retry(run_id)
        hub.work()
        assert hub.exchanges.get(1).state == "read"
        assert list(hub.tasks()) == []
    assert state == "queued"
    assert task.startswith("notices to demonstration wait: no plugin offers demonstration now")


def test_settings_that_cannot_be_used_put_notices_off(home: Path, door: Application) -> None:
    (home / "tenants" / f"{TENANT}.toml").write_text("half of a", encoding="utf-8")

    assert called(door, BODY, signed(BODY))[0] == 503


def test_a_flood_of_wrong_signatures_is_told_in_a_line_and_kept_nowhere(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    at_s = [0.0]
    desk = WebhookDesk(installation, now_s=lambda: at_s[0])
    door = webhook_application(desk, LARGEST)
    headers = signed(b"secret words", "n1", secret="another")
    called(door, BODY, signed(BODY, "n0"))
    sizes = rows(installation, "SELECT count(*) FROM exchange UNION ALL SELECT count(*) FROM content_part")

    with caplog.at_level(logging.INFO, logger="hub"):
        for _ in range(1_000):
            assert called(door, b"secret words", headers)[0] == 401
        at_s[0] = 61
        called(door, b"secret words", headers)
        called(door, b"secret words", headers)
        desk.close()

    told = [record.msg for record in caplog.records]
    assert [(line["event"], line.get("times"), line.get("refused")) for line in told] == [
        ("webhooks refused", 1, None),
        ("webhooks refused", 1_000, None),
        ("webhooks refused", None, 1),
    ]
    assert "secret words" not in json.dumps(told)
    assert rows(installation, "SELECT count(*) FROM exchange UNION ALL SELECT count(*) FROM content_part") == sizes
