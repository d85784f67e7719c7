"""The declared layouts and refusals are complete and consistent."""

from __future__ import annotations

from pathlib import Path

import pytest

import hub_autopay
from hub.formats.xml_layout import declared_paths
from hub_autopay.mapping import MESSAGES, NOTIFICATION, layout_of
from hub_autopay.refusals import REFUSALS, refused

SOURCE = Path(hub_autopay.__file__).parent


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_no_path_is_declared_twice(message) -> None:
    paths = [(kind, path) for kind, _, path in declared_paths(layout_of(message))]

    assert len(paths) == len(set(paths))


@pytest.mark.parametrize(
    ("field", "paths"),
    [
        ("status", {"Sts", "Sts/Cd", "Sts/Prtry"}),
        ("debtor_name", {"RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm"}),
        ("transaction_amount", {"AmtDtls/TxAmt/Amt"}),
    ],
)
def test_older_and_newer_paths_stand_side_by_side(field: str, paths: set[str]) -> None:
    assert {path for _, name, path in declared_paths(layout_of(NOTIFICATION)) if name == field} == paths


def test_every_refusal_says_what_to_do_and_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("*.py") if path.name != "refusals.py")

    for name, (what, next_step) in REFUSALS.items():
        assert what
        assert next_step
        assert f'"{name}"' in code


def test_refusal_keeps_the_value_out_of_its_text() -> None:
    error = refused("AMOUNT_UNREADABLE", line=3, record="Ntry", field="Amt", value="19121212-1212")

    assert (error.code, error.line, error.field, error.value) == ("AMOUNT_UNREADABLE", 3, "Amt", "19121212-1212")
    assert "1212" not in str(error)
