"""The page of the rules of e-invoices counts them as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub_peppol.judging.releases import BILLING, RELEASES, Release

PAGE = (Path(__file__).parents[2] / "docs" / "peppol-rules.md").read_text(encoding="utf-8")
OF_INVOICES = [one for one in RELEASES if one.roots == BILLING]


@pytest.mark.parametrize("release", OF_INVOICES, ids=lambda one: f"{one.layer} {one.version}")
def test_each_release_of_rules_for_invoices_is_counted(release: Release) -> None:
    severities = list(release.pack.ids().values())
    (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and release.version in line.replace("*", "")]

    assert f"{len(severities)} rules, {severities.count('fatal')} " in row
