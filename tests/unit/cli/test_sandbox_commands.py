"""How settings of a sandbox's plugin are written on the command line."""

from __future__ import annotations

from typing import Any

import pytest
import typer

from hub.cli.sandbox_commands import _texts_of
from hub.runtime.written_tables import tables_written


@pytest.mark.parametrize(
    ("written", "tables"),
    [
        (["peppol.access_point=qvalia"], {"peppol": {"access_point": "qvalia"}}),
        (["peppol.timeout_s=5", "operator.network = inexchange"],
         {"peppol": {"timeout_s": 5}, "operator": {"network": "inexchange"}}),
        (['peppol.account="5567321707"'], {"peppol": {"account": "5567321707"}}),
        (["peppol.account=5567321707"], {"peppol": {"account": "5567321707"}}),
        (["peppol.account=1_000", "peppol.price=2"], {"peppol": {"account": "1_000", "price": 2}}),  # no text
        (["peppol.judge_before_sending=false"], {"peppol": {"judge_before_sending": False}}),
        (["peppol.price=2,00", "peppol.address=http://x/?a=b"], {"peppol": {"price": "2,00", "address": "http://x/?a=b"}}),
        (['peppol.companies=["1"]'], {"peppol": {"companies": ["1"]}}),
        (["pepol.account=7"], {"pepol": {"account": 7}}),
        ([], {}),
    ],
)  # fmt: skip
def test_settings_are_written_as_in_a_tenants_file_and_text_without_quotes(
    written: list[str], tables: dict[str, Any]
) -> None:
    assert tables_written(_texts_of(written)) == tables


@pytest.mark.parametrize("written", ["access_point=qvalia", "peppol.access_point", "=x", ".a=b", "peppol.=b", ""])
def test_what_names_no_setting_is_refused_with_how_it_is_written(written: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"peppol\.access_point=qvalia"):
        _texts_of([written])
