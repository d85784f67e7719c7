"""The filer: nothing without the authority's specification, and every field where the layout says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from hub.errors import ConfigurationError, DataError, FormatError
from hub.model.order_to_pay_application import OrderMessage
from hub.model.order_to_pay_files import CaseTold, FileReceipt, Filing, UnknownTold
from hub.model.orders_to_pay import Happening, MessageKind
from hub.testing.contexts import ContextInMemory
from hub.testing.sample_orders import APPLICANT, PLAIN, change_of, enforcement_of, told_of
from hub_kronofogden import KronofogdenFiler, KronofogdenSettings
from hub_kronofogden.sandbox_desk import rows_in
from plugins.kronofogden.tests.authority_files import TOLD, case, told_file

MESSAGE = OrderMessage(kind=MessageKind.APPLICATION, application=PLAIN)


def filer_of(**table: object) -> KronofogdenFiler:
    return KronofogdenFiler(KronofogdenSettings.model_validate(table), ContextInMemory())


def filing_of(*messages: OrderMessage) -> Filing:
    return Filing("key", 17, messages[0].kind, "2026-11-23", APPLICANT, "OMB1", messages)


def test_without_a_layout_nothing_is_written_or_read_and_it_is_said_why():
    filer = filer_of()
    for call in (
        lambda: filer.why_not(MESSAGE),
        lambda: filer.write(filing_of(MESSAGE)),
        lambda: list(filer.read(io.BytesIO(TOLD["cases"]))),
    ):
        with pytest.raises(ConfigurationError, match="is not public and no layout is loaded"):
            call()


def test_a_trial_and_a_layout_exclude_each_other():
    with pytest.raises(ValueError, match="exclude each other"):
        filer_of(is_trial=True, layout="/srv/kfm.toml")


def test_a_layout_of_ones_own_is_loaded_from_its_path(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "Own"\nsource = "typed in"\n[files.out]\ncontent = "applications"\nformat = "csv"\nheader = true\n'
        'name = "F{file_no:4}.csv"\n[[files.out.records]]\nname = "order"\neach = "orders"\n'
        'fields = [{ field = "order_no", column = "Ref" }, { field = "respondent_identity", column = "Svarande" }]\n'
    )
    filer = filer_of(layout=str(own))

    assert filer.write(filing_of(MESSAGE)).decode().splitlines()[1:] == ["1234567;191212121212"]
    assert filer.file_name(filing_of(MESSAGE)) == "F0017.csv"
    assert filer.why_not(enforcement_of(PLAIN)) == "the layout Own has no file with the content enforcements"
    change = told_of(PLAIN, MessageKind.ENFORCEMENT_CHANGE)
    assert filer.why_not(change) == "the layout Own has no file with the content enforcement_changes"


def test_a_layout_that_is_not_there_or_wrong_is_said_when_the_plugin_is_built(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        filer_of(layout=str(tmp_path / "nothing.toml"))
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        'name = "W"\nsource = "x"\n[files.out]\ncontent = "applications"\nformat = "csv"\n'
        'name = "F"\n[[files.out.records]]\nname = "o"\neach = "orders"\nfields = [{ field = "orderno" }]\n'
    )
    with pytest.raises(ConfigurationError, match="orderno"):
        filer_of(layout=str(wrong))


def test_an_application_stands_in_the_made_up_rows_field_by_field():
    head, order, *claims, end = rows_in(filer_of(is_trial=True).write(filing_of(MESSAGE)))

    assert head == ("AA", f"{APPLICANT:11}{'OMB1':10}00001720261123")
    assert (order[0], order[1][:32]) == ("BA", "00000123456720261123191212121212")
    assert order[1][32:102].rstrip() == "Tolvan Tolvansson"
    assert order[1][-14:] == f"{PLAIN.total_ore:014}"
    assert [row[14:44].rstrip() for _, row in claims] == ["010000014", "010000022"]
    assert end == ("ZZ", f"000001000002{175_050:016}")


def test_a_reduction_says_what_is_still_asked_for():
    message = change_of(PLAIN, MessageKind.REDUCTION)
    _, reduction, first, _second, _ = rows_in(filer_of(is_trial=True).write(filing_of(message)))

    assert reduction == ("RA", f"{1_234_567:012}{'01-2000-26':20}{message.change.lowered_ore:014}")
    assert first == ("RB", f"{1_234_567:012}01{62_500:014}{0:014}{1_849:014}")


def test_enforcement_says_what_is_owed_of_the_decision():
    message = enforcement_of(PLAIN)
    assert message.enforcement is not None
    _, asked, first, _second, _ = rows_in(filer_of(is_trial=True).write(filing_of(message)))

    total = f"{message.enforcement.total_ore:014}"
    assert asked == ("EA", f"{1_234_567:012}{'01-2000-26':20}20261220{'full':7}{68_000:014}{total}")
    assert first == ("EB", f"{1_234_567:012}01{124_900:014}{24_000:014}{1_849:014}")


@pytest.mark.parametrize(("kind", "letter", "left"), [("reduction", "N", 62_500), ("withdrawal", "W", 0)])
def test_what_is_changed_of_a_decision_goes_in_the_file_of_changes_of_enforcement(kind, letter, left):
    message = change_of(PLAIN, MessageKind(kind), decided_on="2026-12-20")
    assert (message.kind, message.change is not None) == (MessageKind.ENFORCEMENT_CHANGE, True)
    head, changed, first, _second, _ = rows_in(filer_of(is_trial=True).write(filing_of(message)))

    about = f"{1_234_567:012}{'01-2000-26':20}20261220{letter}{PLAIN.applied_on.replace('-', '')}"
    assert (head[0], changed) == ("AC", ("CA", f"{about}{message.change.lowered_ore:014}"))
    assert (first[0], first[1][:28]) == ("CB", f"{1_234_567:012}01{left:014}")


def test_a_name_that_does_not_fit_is_refused_and_not_cut():
    respondent = PLAIN.respondent.model_copy(update={"name": "x" * 71})
    message = OrderMessage(
        kind=MessageKind.APPLICATION, application=PLAIN.model_copy(update={"respondent": respondent})
    )
    filer = filer_of(is_trial=True)

    assert "respondent_name" in filer.why_not(message)
    with pytest.raises(DataError):
        filer.write(filing_of(message))


def test_what_the_authority_tells_comes_as_events():
    receipts = list(filer_of(is_trial=True).read(io.BytesIO(TOLD["receipts"])))
    cases = list(filer_of(is_trial=True).read(io.BytesIO(TOLD["cases"])))

    assert receipts[1:3] == [
        FileReceipt(17, True, "2026-11-23"),
        FileReceipt(18, False, "2026-11-23", "E17", "felaktigt ombud"),
    ]
    assert cases[1] == CaseTold(Happening.CONFIRMED, "2026-11-23", 1, "01-1000-26")
    assert cases[3] == CaseTold(Happening.DECIDED, "2026-11-23", 3, costs_ore=68_000)
    assert cases[4] == UnknownTold(4, "01-1003-26", "2026-11-23", "vilande")


@pytest.mark.parametrize("happening", ["checked", "filed", "dropped"])
def test_a_word_of_our_own_moves_is_none_of_the_authoritys(happening):
    (_, told, _) = filer_of(is_trial=True).read(io.BytesIO(told_file(case(1, "01", happening))))
    assert isinstance(told, UnknownTold)


def test_a_row_of_no_case_is_refused():
    with pytest.raises(FormatError, match="neither our number nor the case's"):
        list(filer_of(is_trial=True).read(io.BytesIO(told_file(case(0, "", "served")))))


def test_the_layout_that_the_readme_shows_can_be_loaded(tmp_path: Path):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    shown = tmp_path / "shown.toml"
    shown.write_text(readme.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    content = filer_of(layout=str(shown)).write(filing_of(MESSAGE)).decode()

    assert "<Number>191212121212</Number>" in content
    assert "Barnomsorg september 2026. Faktura 010000014 av 2026-09-01, förfallen 2026-09-30." in content
