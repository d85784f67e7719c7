"""Code tables name their source and every code in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.errors import ConfigurationError
from hub.formats.code_tables import load_code_table

HEAD = '[source]\ndocument = "Manual"\nedition = "2"\ndate = 2026-11-01\n'


def test_a_table_gives_its_source_and_the_meaning_of_a_code(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(HEAD + '[codes]\n1 = { name = "paper", swedish = "På papper" }\n', encoding="utf-8")

    table = load_code_table(file)

    assert table.source.date == date(2026, 11, 1)
    assert table.codes["1"].swedish == "På papper"
    assert table.names == {"1": "paper"}


@pytest.mark.parametrize(
    "text",
    [
        "[codes",
        '[codes]\n1 = { name = "paper", swedish = "På papper" }\n',
        HEAD,
        HEAD + "[codes]\n",
        HEAD + '[codes]\n1 = { name = "paper" }\n',
        HEAD + "[codes]\n1 = 2\n",
        HEAD.replace("2026-11-01", '"later"') + '[codes]\n1 = { name = "paper", swedish = "x" }\n',
    ],
)
def test_an_incomplete_table_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"codes\.toml"):
        load_code_table(file)
