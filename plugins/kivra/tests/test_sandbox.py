"""The sandbox behaves as Kivra is described, whoever calls it: here plain calls, without the adapter."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from hub.contracts import Received, Sandbox
from hub.loopback.http_server import HTTP_FAULTS
from hub.transports.https import Answer, HttpParty
from hub_kivra import KivraSandbox
from hub_kivra.sandbox_notices import headers_of, payment_notice

PERSON = "191212121212"
COMPANY = "SE556677889901"
PDF = b"%PDF-1.7"


def call(sandbox: KivraSandbox, path: str, body: bytes, **headers: str) -> Answer:
    party = HttpParty(sandbox.address, timeout_s=5)
    return party.post(path, body, {name.replace("_", "-"): value for name, value in headers.items()})


def token_of(sandbox: KivraSandbox) -> str:
    client = f"{sandbox.settings['client_id']}:{sandbox.secrets['HUB_KIVRA_SANDBOX_SECRET']}"
    basic = base64.b64encode(client.encode()).decode()
    answer = call(sandbox, "v1/auth", b"grant_type=client_credentials", Authorization=f"Basic {basic}")
    return json.loads(answer.content)["access_token"]


def post(sandbox: KivraSandbox, resource: str, body: object, *, token: str = "", tenant_key: str = "") -> Answer:
    given = token or token_of(sandbox)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"v2/tenant/{tenant_key or sandbox.settings['sender']}/{resource}"
    return call(sandbox, path, content, Authorization=f"Bearer {given}")


def content(**changes):
    option = {"due_date": "2026-12-30", "amount": "1250.00", "type": "SE_OCR", "reference": "657866"}
    made = {
        "ssn": PERSON,
        "subject": "Faktura 1001",
        "generated_at": "2026-11-23",
        "type": "invoice",
        "parts": [{"name": "1001_d-1.pdf", "data": base64.b64encode(PDF).decode(), "content_type": "application/pdf"}],
        "payment_multiple_options": {
            "payable": True, "currency": "SEK", "method": "1", "account": "991-2346", "options": [option],
        },
        **changes,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not None}


def paid(**changes):
    return content(payment_multiple_options={**content()["payment_multiple_options"], **changes})


def option(**changes):
    (first,) = content()["payment_multiple_options"]["options"]
    return {name: value for name, value in {**first, **changes}.items() if value is not None}


def test_it_is_a_sandbox(sandbox):
    assert isinstance(sandbox, Sandbox)
    assert sandbox.name == "kivra"
    assert set(sandbox.faults) == {*HTTP_FAULTS, "expired_token", "opted_out"}
    assert {value.removeprefix("env:") for value in sandbox.settings.values() if value.startswith("env:")} == set(
        sandbox.secrets
    )


def test_a_fault_that_it_has_not_is_refused(sandbox):
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("disk_full")


def test_a_content_is_taken(sandbox):
    answer = post(sandbox, "content", content())

    assert answer.status == 201
    assert json.loads(answer.content) == {"subject": "Faktura 1001", "generated_at": "2026-11-23", "type": "invoice"}
    assert answer.headers["location"].endswith(answer.headers["kivra-objkey"])
    assert sandbox.received() == [Received(PERSON, "1001", hashlib.sha256(PDF).hexdigest())]


def test_the_same_content_again_is_ok_and_not_delivered_twice(sandbox):
    first = post(sandbox, "content", content())
    again = post(sandbox, "content", content(generated_at="2026-11-24"))  # the one field that does not count

    assert (again.status, again.headers["kivra-objkey"]) == (201, first.headers["kivra-objkey"])
    assert len(sandbox.received()) == 1


@pytest.mark.parametrize("changes", [{"subject": "Faktura"}, {"ssn": "201212121212"}])
def test_any_other_difference_is_another_content(sandbox, changes):
    post(sandbox, "content", content())
    post(sandbox, "content", content(**changes))

    assert len(sandbox.received()) == 2


def test_it_goes_on_with_what_its_folder_holds(tmp_path: Path):
    with KivraSandbox(tmp_path) as first:
        key = post(first, "content", content()).headers["kivra-objkey"]
    with (tmp_path / "kivra_contents.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"object_key": "unfinish')
    with KivraSandbox(tmp_path) as second:
        assert post(second, "content", content()).headers["kivra-objkey"] == key
        post(second, "content", content(subject="Faktura"))
        assert len(second.received()) == 2
    with KivraSandbox(tmp_path) as third:
        assert len(third.received()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["kivra_contents.jsonl"]


def test_two_senders_at_once_are_two_contents_and_one_repeat(sandbox):
    token = token_of(sandbox)
    bodies = [content(subject=f"Faktura {at % 4}") for at in range(12)]
    threads = [Thread(target=post, args=(sandbox, "content", body), kwargs={"token": token}) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(sandbox.received()) == 4


@pytest.mark.parametrize(
    ("basic", "grant", "code"),
    [
        ("x", b"grant_type=client_credentials", 40104),
        (None, b"grant_type=client_credentials", 40104),
        ("ok", b"grant_type=password", 40001),
    ],
)
def test_nobody_gets_a_token_without_credentials(sandbox, basic, grant, code):
    client = f"{sandbox.settings['client_id']}:{sandbox.secrets['HUB_KIVRA_SANDBOX_SECRET']}"
    right = base64.b64encode(client.encode()).decode()
    headers = {} if basic is None else {"Authorization": f"Basic {right if basic == 'ok' else basic}"}
    answer = call(sandbox, "v1/auth", grant, **headers)

    assert json.loads(answer.content)["code"] == code
    assert answer.status == code // 100


@pytest.mark.parametrize("resource", ["content", "usermatch/ssn", "companymatch/vatnr"])
def test_without_a_token_nothing_is_told_and_nothing_taken(sandbox, resource):
    answer = post(sandbox, resource, content(), token="made-up")

    assert (answer.status, json.loads(answer.content)["code"]) == (401, 40100)
    assert sandbox.received() == []


def test_a_token_ends(sandbox):
    now_s = [0.0]
    sandbox.service._now_s = lambda: now_s[0]
    token = token_of(sandbox)
    now_s[0] = 28_799.0
    assert post(sandbox, "content", content(), token=token).status == 201
    now_s[0] = 28_800.0
    assert post(sandbox, "content", content(), token=token).status == 401


def test_an_ordered_end_of_a_token_spares_new_ones(sandbox):
    sandbox.order("expired_token", 2)
    token = token_of(sandbox)

    assert [post(sandbox, "content", content(), token=token).status for _ in range(3)] == [201, 401, 401]
    assert post(sandbox, "content", content()).status == 201


def test_a_match_is_the_list_of_those_reached(sandbox):
    sandbox.opt_out("201212121212")
    asked = [PERSON, "201212121212", "191212121213", COMPANY]

    assert json.loads(post(sandbox, "usermatch/ssn", {"list": asked}).content) == {"list": [PERSON]}
    assert json.loads(post(sandbox, "companymatch/vatnr", {"list": asked}).content) == {"list": [COMPANY]}


def test_who_turned_the_sender_off_may_stand_in_its_folder(tmp_path: Path):
    (tmp_path / "opted_out.txt").write_text(f"{PERSON}\n{COMPANY}\n", encoding="utf-8")
    with KivraSandbox(tmp_path) as sandbox:
        asked = [PERSON, "201212121212"]

        assert json.loads(post(sandbox, "usermatch/ssn", {"list": asked}).content) == {"list": ["201212121212"]}
        assert post(sandbox, "content", content()).status == 403


def test_only_users_are_reached_where_they_are_named(sandbox):
    sandbox.service.users = {COMPANY}

    assert json.loads(post(sandbox, "usermatch/ssn", {"list": [PERSON]}).content) == {"list": []}
    assert json.loads(post(sandbox, "content", content()).content)["code"] == 40032


def test_who_turned_the_sender_off_gets_nothing_after_the_grace(sandbox):
    sandbox.begin_grace(PERSON)
    assert post(sandbox, "content", content()).status == 201

    sandbox.opt_out(PERSON)
    assert post(sandbox, "content", content(subject="x")).status == 403
    assert len(sandbox.received()) == 1


def test_more_than_fifty_a_minute_to_one_recipient_are_too_many(sandbox):
    now_s = [0.0]
    sandbox.service._now_s = lambda: now_s[0]
    token = token_of(sandbox)
    statuses = [post(sandbox, "content", content(subject=f"{at}"), token=token).status for at in range(51)]

    assert statuses == [201] * 50 + [429]
    assert post(sandbox, "content", content(ssn="201212121212"), token=token).status == 201
    now_s[0] = 60.0
    assert post(sandbox, "content", content(subject="50"), token=token).status == 201


def test_limits_of_size(sandbox):
    large = content(parts=[{**content()["parts"][0], "data": base64.b64encode(PDF.ljust(750_000)).decode()}])
    fits = content(parts=[{**content()["parts"][0], "data": base64.b64encode(PDF.ljust(730_000)).decode()}])

    assert post(sandbox, "content", large).status == 413
    assert post(sandbox, "content", fits).status == 201
    assert post(sandbox, "usermatch/ssn", {"list": [PERSON] * 700_000}).status == 413


REFUSED = {
    "no JSON": (b"{", 40008),
    "deep JSON": (b"[" * 100_000, 40008),
    "no object": (b"[]", 40026),
    "nobody": (content(ssn=None), 40024),
    "two": (content(vat_number=COMPANY), 40024),
    "ten digits": (content(ssn="1212121212"), 40009),
    "wrong check digit": (content(ssn="191212121213"), 40009),
    "no date": (content(ssn="191313121217"), 40009),
    "a number as number": (content(ssn=191212121213), 40009),
    "wrong company": (content(ssn=None, vat_number="SE556677889801"), 40018),
    "no subject": (content(subject=None), 40059),
    "blank subject": (content(subject=" "), 40059),
    "unknown field": (content(ssnn="x"), 40059),
    "no type": (content(type=None), 40012),
    "unknown type": (content(type="invoice.copy"), 40012),
    "a person's type for a company": (content(ssn=None, vat_number=COMPANY, type="invoice.reminder"), 40012),
    "retained invoice": (content(retain=True), 42221),
    "a day that is none": (content(generated_at="2026-02-30"), 40059),
    "no files": (content(parts=[]), 40019),
    "no base64": (content(parts=[{**content()["parts"][0], "data": "%"}]), 40019),
    "no PDF": (content(parts=[{**content()["parts"][0], "data": "PGE+"}]), 40019),
    "another kind of file": (content(parts=[{**content()["parts"][0], "content_type": "text/xml"}]), 40028),
    "invoice without payment": (content(payment_multiple_options=None), 40059),
    "letter with payment": (content(type="letter"), 40059),
    "not payable": (paid(payable=False), 40059),
    "euro": (paid(currency="EUR"), 40059),
    "no such method": (paid(method="3"), 40021),
    "wrong account": (paid(account="991-2347"), 40021),
    "short alias": (paid(swish_alias=""), 40059),
    "no options": (paid(options=[]), 40059),
    "equal options": (paid(options=[option(), option(due_date="2027-01-30")]), 40059),
    "amount below one": (paid(options=[option(amount="0.99")]), 40042),
    "amount as number": (paid(options=[option(amount=1250)]), 40042),
    "amount with comma": (paid(options=[option(amount="1250,00")]), 40042),
    "wrong OCR": (paid(options=[option(reference="657867")]), 40044),
    "text as OCR": (paid(options=[option(reference="F-1")]), 40044),
    "long reference": (paid(options=[option(reference="A" * 26, type="TENANT_REF")]), 40059),
    "no reference": (paid(options=[option(reference=None)]), 40059),
    "no such kind of reference": (paid(options=[option(type="OCR")]), 40059),
    "no due date": (paid(options=[option(due_date=None)]), 40059),
    "unknown field of an option": (paid(options=[option(colour="red")]), 40059),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_kivra_would_not_take_is_refused(sandbox, case):
    body, code = REFUSED[case]
    answer = post(sandbox, "content", body)
    said = json.loads(answer.content)

    assert (answer.status, said["code"], answer.headers["x-error-code"]) == (code // 100, code, str(code))
    assert set(said) == {"code", "short_message", "long_message"}
    assert answer.headers["x-correlation-id"]
    assert sandbox.received() == []


def test_another_senders_key_is_not_found(sandbox):
    assert post(sandbox, "content", content(), tenant_key="1424780396" + "00" * 16).status == 404


def test_other_methods_and_paths_are_not_served(sandbox):
    party = HttpParty(sandbox.address)

    assert party.ask(f"v2/tenant/{sandbox.settings['sender']}/content", {}).status == 405
    assert party.ask("v2/elsewhere", {}).status == 404


def test_both_secrets_sign_while_they_change(sandbox):
    post(sandbox, "content", content())
    (taken,) = sandbox.service.log.all()
    notice = payment_notice(taken, "settled", datetime(2026, 11, 23, tzinfo=UTC))
    secret = sandbox.webhook_secrets[0]

    assert headers_of(notice, (secret, secret), 1)["webhook-signature"].count("v1,") == 2


def test_a_content_that_is_not_there_cannot_be_paid(sandbox):
    with pytest.raises(KeyError):
        sandbox.notify("http://127.0.0.1:9", "nothing")
