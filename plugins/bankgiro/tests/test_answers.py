"""What rows of answers mean, and what contradicts itself."""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path

import pytest

from hub.errors import FormatError
from hub.model import direct_debits as nouns
from hub.model.payment_file import PayeeAccount, Payment
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.codes import CHANGE_CAUSES, CHANGE_COMMENTS, MANDATE_COMMENTS, MANDATE_INFORMATION, REJECTIONS
from hub_bankgiro.codes import REFUND_REASONS as REFUNDS
from hub_bankgiro.layouts import autogiro_from_bankgirot as layouts
from hub_bankgiro.oddities import Oddities

sys.path.insert(0, str(Path(__file__).parent))
import autogiro_files as files

OTHER = "50501055"


def read(data: bytes) -> list[object]:
    return list(read_answers(io.BytesIO(data), Oddities(strict=False, per_code=20)))


def rows(data: bytes) -> list[object]:
    kept = (nouns.SchemeFileOpened, nouns.SchemeFileClosed, nouns.SchemeWarned)
    return [event for event in read(data) if not isinstance(event, kept)]


def refusal(records: list[str]) -> str:
    with pytest.raises(FormatError) as refused:
        read(files.as_file(records))
    return refused.value.code


@pytest.mark.parametrize(
    ("comment", "outcome"),
    [(code, "created") for code in ("32",)]
    + [(code, "ended") for code in ("01", "02", "06", "07", "33", "98")]
    + [("11", "stopped"), ("12", "resumed")]
    + [(code, "refused") for code in ("03", "04", "05", "09", "10", "20", "21", "23", "24", "29", "30")],
)
def test_every_comment_says_what_became_of_the_mandate(comment, outcome):
    (advice,) = rows(files.advice_file(files.advice("04", comment)))

    assert (advice.outcome, advice.comment.code) == (outcome, comment)
    assert advice.comment.swedish
    assert advice.comment.english


@pytest.mark.parametrize("information", ["03", "04", "05", "10", "42", "43", "44", "46", "93"])
def test_every_information_code_has_its_words(information):
    (advice,) = rows(files.advice_file(files.advice(information, "32")))

    assert advice.information.name == MANDATE_INFORMATION.codes[information].name


def test_every_code_is_worded_in_both_languages_once():
    for table in (MANDATE_INFORMATION, MANDATE_COMMENTS, REJECTIONS, CHANGE_CAUSES, CHANGE_COMMENTS, REFUNDS):
        meanings = table.codes.values()
        assert all(meaning.swedish and meaning.english for meaning in meanings)
        assert len({meaning.name for meaning in meanings}) == len(meanings)


def test_a_code_that_nobody_documents_is_refused_as_an_outcome_and_told():
    events = read(files.advice_file(files.advice("04", "77")))
    (advice,) = [event for event in events if isinstance(event, nouns.MandateAdvice)]

    assert (advice.outcome, advice.comment.name) == ("refused", "")
    assert [event.code for event in events if isinstance(event, nouns.SchemeWarned)] == ["CODE_UNKNOWN"]


def test_the_file_says_first_what_it_is_and_last_how_much():
    first, _, last = read(files.advice_file(files.advice("04", "32")))

    assert first == nouns.SchemeFileOpened(
        "mandate_advice", "new", "2026-11-20", PayeeAccount("bankgiro", "9912346"), "471117", "20261120193055123456"
    )
    assert (last.line, last.rows) == (3, 1)


def test_a_rejected_request_is_read_one_column_to_the_left_even_where_it_is_no_request():
    echoed = "82" + "20261399" + "9" + "A11" + "0000000000000101" + "00000001X500" + "FAKTNR 1".ljust(16) + "08"
    end = layouts.REJECTED_END.write(date=files.DAY, out_count=0, out_amount=0, in_count=1, in_amount=0)
    (rejected,) = rows(files.as_file([files.opening("rejected"), echoed.ljust(80), end]))

    assert rejected.reason.name == "amount_not_numeric"
    assert rejected.request == nouns.PaymentRequest("101", 0, "", "FAKTNR 1", "collect", "", 0)


def test_changes_of_several_requests_say_how_many():
    together = layouts.CHANGES["26"].write(
        date=None, payer="", direction="", amount=0, label="00000033", new_date=files.DAY, reference="", comment="14"
    )
    one = layouts.CHANGES["25"].write(
        date=files.DAY, payer="102", direction="82", amount=100, label="REFERENS", new_date=None, reference="657866",
        comment="13",
    )  # fmt: skip
    found = rows(files.as_file([files.opening("changes"), together, one, files.sums_end()]))

    assert [(row.outcome, row.affected, row.amount_ore) for row in found] == [("moved", 33, 0), ("not_done", 0, 100)]


def test_a_row_about_another_payee_is_told_and_its_money_is_the_others():
    records = list(files.specification())
    records[2] = files.outcome("82", 125000, bankgiro=OTHER)
    events = list(SpecificationReader().read(io.BytesIO(files.as_file(records))))
    told = [event for event in read(files.as_file(records)) if isinstance(event, nouns.SchemeWarned)]

    paid = [event.account for event in events if isinstance(event, Payment)]
    assert paid == [PayeeAccount("bankgiro", OTHER), None]
    assert [warning.code for warning in told] == ["PAYEE_DIFFERS"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda records: records[1:], "UNRECOGNISED"),
        (lambda records: records[:-1], "TRUNCATED"),
        (lambda records: [*records, records[2]], "AFTER_END"),
        (lambda records: [*records[:3], records[0], *records[3:]], "OPENING_REPEATED"),
        (lambda records: [records[0], records[2], *records[3:]], "RECORD_MISPLACED"),
        (lambda records: [*records[:2], files.refund(100), *records[2:]], "RECORD_MISPLACED"),
        (lambda records: [*records[:3], *records[4:]], "CONTROL_TOTAL"),
        (lambda records: [*records[:3], "99".ljust(80), *records[3:]], "RECORD_UNKNOWN"),
        (lambda records: [*records[:2], records[2][:79] + "7", *records[3:]], "CODE_UNKNOWN"),
        (lambda records: [*records[:2], records[2] + "X", *records[3:]], "LINE_TOO_LONG"),
        (lambda records: [*records[:2], records[2].replace("0000", "\t", 1), *records[3:]], "TAB"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change, code):
    assert refusal(change(list(files.specification()))) == code


def test_a_file_of_another_kind_is_refused():
    assert refusal([files.total_in_start()]) == "OTHER_FORMAT"


def test_the_old_layouts_sums_may_count_all_rows_or_what_was_paid():
    records = list(files.old_specification())
    both = files.sums_end(in_amount=165050, in_count=2, out_amount=3000, out_count=1)

    assert len(rows(files.as_file([*records[:-1], both]))) == 3
    wrong = files.sums_end(in_amount=165050, in_count=1, out_amount=3000, out_count=1)
    assert refusal([*records[:-1], wrong]) == "CONTROL_TOTAL"


def test_a_mandate_register_of_the_old_layout_has_limits_in_kronor():
    row = layouts.OLD_MANDATE_REGISTER_ROW.write(
        bankgiro=files.BANKGIRO, identity=files.PERSON, payer="102", origin="2", active_year="6",
        created=date(2016, 2, 1), changed=None, state="2", max_amount="00500", account=files.ACCOUNT,
    )  # fmt: skip
    (found,) = rows(files.as_file([row]))

    assert (found.is_under_question, found.by_internet_bank, found.max_amount_ore) == (True, True, 50000)
    assert (found.created_on, found.changed_on, found.used_in_year) == ("2016-02-01", "", "6")
