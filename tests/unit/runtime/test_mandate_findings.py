"""The doctor says by what each company collects, and what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.demo.folder import TENANT
from hub.runtime.bootstrap import Installation
from hub.runtime.mandate_findings import mandate_findings

OF_COMPANY = '[companies.direct_debit]\nscheme = "{}"\n'
PLACE = '\n[plugins.bankgiro.autogiro]\nout = { folder = "/srv/bank" }\n'
SCHEDULE = '\n[[schedules]]\nname = "draw"\njob = "direct_debits"\nat = ["07:30"]\n'


@pytest.mark.parametrize(
    ("own", "more", "found"),
    [
        ("", "", []),
        (OF_COMPANY.format("other"), SCHEDULE, [("wrong", "there is: autogiro")]),
        (OF_COMPANY.format("autogiro"), SCHEDULE, [("wrong", "not told where its files go")]),
        (OF_COMPANY.format("autogiro"), PLACE + SCHEDULE, [("ok", "collects by autogiro")]),
        (OF_COMPANY.format("autogiro"), PLACE, [("ok", "collects by autogiro"), ("look", "no schedule")]),
    ],
)
def test_the_way_of_direct_debits_is_told(home: Path, own: str, more: str, found: list[tuple[str, str]]) -> None:
    file = home / "tenants" / f"{TENANT}.toml"
    content = file.read_text(encoding="utf-8").replace("[companies.limits]", f"{own}\n[companies.limits]", 1)
    file.write_text(content + more, encoding="utf-8")
    installation = Installation.open(home)
    told = list(mandate_findings(installation.tenant(), "tenant"))
    installation.close()

    assert [finding.health for finding in told] == [health for health, _ in found]
    assert all(text in finding.message for finding, (_, text) in zip(told, found, strict=True))
