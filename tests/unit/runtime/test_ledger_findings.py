"""The doctor says by what each company's vouchers go to a ledger, and which setting is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.demo.folder import TENANT
from hub.runtime.bootstrap import Installation
from hub.runtime.ledger_findings import ledger_findings

OF_COMPANY = '[companies.bookkeeping]\nexporter = "sie"\n'
PLUGIN = "\n[plugins.sie]\n"
PLACE = 'out = { folder = "/srv/ledger" }\n'


@pytest.mark.parametrize(
    ("own", "plugin", "found"),
    [
        ("", "", []),
        (OF_COMPANY, "", [("wrong", "there is: none")]),
        (OF_COMPANY, PLUGIN, [("wrong", "not told where its files go")]),
        (f'{OF_COMPANY}default_series = "H"\n', PLUGIN + PLACE, [("ok", "go to the ledger by sie")]),
        (OF_COMPANY, PLUGIN + PLACE, [("ok", "go to the ledger by sie"), ("look", "no default_series")]),
    ],
)
def test_the_way_to_the_ledger_is_told(home: Path, own: str, plugin: str, found: list[tuple[str, str]]) -> None:
    file = home / "tenants" / f"{TENANT}.toml"
    content = file.read_text(encoding="utf-8").replace("[companies.limits]", f"{own}\n[companies.limits]", 1)
    file.write_text(content + plugin, encoding="utf-8")
    installation = Installation.open(home)
    told = list(ledger_findings(installation.tenant(), "tenant"))
    installation.close()

    assert [finding.health for finding in told] == [health for health, _ in found]
    assert all(text in finding.message for finding, (_, text) in zip(told, found, strict=True))
