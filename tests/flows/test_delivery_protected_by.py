"""A debtor is protected by either of the two keys that the register knows it by: its identity, and its number."""

from __future__ import annotations

from itertools import permutations

import pytest

from hub.errors import TransientError
from hub.model.deliveries import KnownRecipient
from hub.model.delivery import RouteStep
from hub.rules.delivery.route import PROTECTED
from tests.flows.delivery_world import DeliveryWorld, StubChannel, document
from tests.flows.test_delivery_register import ANOTHER, read_in, register

NUMBERED = {**document()["debtor"], "number": "77"}
BOTH_KEYS = {"identity": "191212121212", "company": "01", "debtor_number": "77"}


@pytest.fixture
def letter() -> StubChannel:
    return StubChannel(RouteStep.LETTER)


@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.parametrize(
    ("row", "debtor"),
    [
        ({**BOTH_KEYS, "identity": "191212121213"}, NUMBERED),  # refused, and protects by the number alone
        (BOTH_KEYS, {**NUMBERED, "identity": None}),
        ({**BOTH_KEYS, "email": "none"}, {**NUMBERED, "identity": None}),
        (BOTH_KEYS, {**NUMBERED, "identity": "191212121212", "number": ""}),
    ],
)
def test_a_debtor_is_protected_by_either_key(engine, letter, tmp_path, row, debtor, is_planned):
    north = DeliveryWorld(engine, letter)
    file = tmp_path / "recipients.json"
    read_in(north, file, [{"identity": "191212121212", "wish": "letter"}])
    if is_planned:
        letter.goes_wrong.append(TransientError("SFTP: down"))
        north.deliver(document(debtor=debtor), document("1002", debtor=ANOTHER))
    read_in(north, file, [{**row, "is_protected": "ja"}])
    north.deliver(document(debtor=debtor), document("1002", debtor=ANOTHER))
    north.later(hours=1)

    assert (letter.numbers, north.one("1001").reason) == (["1002"], PROTECTED)

    lifting = read_in(north, file, [{**BOTH_KEYS, "is_protected": "nej"}])
    north.deliver(document("1003", debtor=debtor))

    assert (lifting.kept, lifting.protections_lifted) == (1, 1)
    assert letter.numbers == ["1002", "1003"]


def test_a_protection_that_comes_while_a_message_is_made_is_seen_by_the_number_too(engine, letter, monkeypatch):
    north = DeliveryWorld(engine, letter)
    prepare = letter.prepare

    def register_and_prepare(documents):
        register(north, KnownRecipient("1/77", is_protected=1))
        return prepare(documents)

    monkeypatch.setattr(letter, "prepare", register_and_prepare)
    north.deliver(document(debtor=NUMBERED))
    north.later(seconds=1)

    assert (letter.numbers, north.one().reason) == ([], PROTECTED)


@pytest.mark.parametrize("debtor", [NUMBERED, {**NUMBERED, "identity": None}, {**NUMBERED, "number": ""}])
def test_a_document_that_says_so_protects_its_debtor_from_then_on(engine, letter, tmp_path, debtor):
    letter.goes_wrong.append(TransientError("SFTP: down"))
    north = DeliveryWorld(engine, letter)
    north.deliver(document("1001", debtor=debtor))
    north.deliver(document("1002", debtor={**debtor, "is_protected": True}), document("1003", debtor=debtor))
    north.later(hours=1)

    assert letter.numbers == []
    assert {north.one(number).reason for number in ("1001", "1002", "1003")} == {PROTECTED}

    rows = [{**BOTH_KEYS, "is_protected": "nej"}]
    assert read_in(north, tmp_path / "recipients.json", rows).protections_lifted == 1
    north.deliver(document("1002", debtor={**debtor, "is_protected": True}), document("1004", debtor=debtor))

    assert letter.numbers == ["1004"]  # the same document again says nothing new


def test_a_document_takes_nothing_else_from_the_register_and_lifts_no_protection(engine, letter):
    north = DeliveryWorld(engine, letter)
    known = KnownRecipient("1212121212", wish="letter", email="a@x.example", email_consent_on="2026-01-01")
    register(north, known)
    north.deliver(document("1001", debtor={**NUMBERED, "is_protected": True}), document("1002", debtor=NUMBERED))

    with north.store.read() as work:
        kept = work.recipients.known(["1212121212", "1/77"])
    own = {"identity": "191212121212", "source": "invoice 1001", "is_protected": 1}
    assert kept["1212121212"]._replace(changed_at="") == known._replace(**own)
    assert kept["1/77"].is_protected == 1
    assert letter.numbers == []


def test_a_copy_of_such_a_document_protects_nobody_anew(engine, letter, tmp_path):
    north = DeliveryWorld(engine, letter)
    north.deliver(document("1001", debtor={**NUMBERED, "is_protected": True}))
    read_in(north, tmp_path / "recipients.json", [{**BOTH_KEYS, "is_protected": "nej"}])
    north.tell("copy_document", document_no=north.one("1001").document_no)
    north.deliver(document("1002", debtor=NUMBERED))

    assert letter.numbers == ["1002"]


ANNA, BERTIL = BOTH_KEYS, {**BOTH_KEYS, "identity": "5560004615"}
NUMBER = {"company": "1", "debtor_number": "77"}


def protected(north: DeliveryWorld) -> set[str]:
    """Return the keys that the register protects."""
    return {key for (key,) in north.sql("SELECT recipient_key FROM recipient WHERE is_protected = 1")}


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("no", ["nej", ""])
@pytest.mark.parametrize(
    ("rows", "keys"),
    [
        ([(ANNA, "ja"), (ANNA, "no")], {"1212121212", "1/77"}),
        ([(ANNA, "ja"), (BERTIL, "no")], {"1212121212", "1/77"}),
        ([(NUMBER, "ja"), (BERTIL, "no")], {"1/77"}),
        ([(ANNA, "ja"), (NUMBER, "no")], {"1212121212", "1/77"}),
        ([(ANNA, "ja"), ({"identity": "191212121212"}, "no"), (BERTIL, "no")], {"1212121212", "1/77"}),
    ],
)
def test_of_a_files_rows_the_one_that_protects_counts_wherever_it_stands(
    engine, letter, tmp_path, rows, keys, no, is_known
):
    for orders, order in enumerate(permutations(rows)):
        north = DeliveryWorld(engine, letter)
        north.sql("DELETE FROM recipient RETURNING 1")
        written = [{**row, "is_protected": "ja" if said == "ja" else no} for row, said in order]
        if is_known:
            read_in(north, tmp_path / "known.json", [row for row in written if row["is_protected"] == "ja"])
        report = read_in(north, tmp_path / f"{orders}.json", written)

        assert (protected(north), report.protections_lifted, report.kept) == (keys, 0, len(rows))
        first = 1 + [said for _, said in order].index("ja")
        contradicted = [line for line, (_, said) in enumerate(order, 1) if line > first and said != "ja"]
        assert [one.line for one in report.warnings] == contradicted
        assert all(f"line {first} says" in one.message for one in report.warnings)


def test_a_number_protects_whom_it_has_protected_until_that_one_is_protected_no_more(engine, letter, tmp_path):
    north = DeliveryWorld(engine, letter)

    def said(row: dict[str, str], word: str) -> tuple[int, int]:
        report = read_in(north, tmp_path / "recipients.json", [{**row, "is_protected": word}])
        return report.protections_lifted, report.protections_kept

    assert said(ANNA, "ja") == (0, 0)
    assert (said(BERTIL, "nej"), protected(north)) == ((0, 1), {"1212121212", "1/77"})
    assert (said(ANNA, "nej"), protected(north)) == ((1, 0), set())
    assert said(ANNA, "ja") == (0, 0)
    assert (said(NUMBER, "nej"), protected(north)) == ((1, 0), {"1212121212"})


def test_what_else_is_said_by_the_number_is_not_said_of_who_has_an_identity(engine, letter, tmp_path):
    """A number alone that says another wish does not turn a message back, nor is one that protects nobody kept."""
    letter.goes_wrong.append(TransientError("SFTP: down"))
    north = DeliveryWorld(engine, letter)
    north.deliver(document(debtor=NUMBERED))
    rows = [{"company": "1", "debtor_number": "77", "wish": "email"}, {**BOTH_KEYS, "debtor_number": "78"}]
    read_in(north, tmp_path / "recipients.json", [{**row, "is_protected": False} for row in rows])
    north.later(hours=1)

    assert (letter.numbers, north.outcomes("letter")) == (["1001"], ["delivered"])
    assert north.sql("SELECT recipient_key FROM recipient ORDER BY 1") == [("1/77",), ("1212121212",)]
