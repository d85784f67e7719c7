"""A home of the demonstration's tenant on either database, for tests of the real engine and of whole processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.demo.folder import TENANT, DemoFolder, lay_out

SMALL_CHUNK = 1_000  # payments
DATABASE_VARIABLE = "HUB_TEST_DATABASE_URL"


def make_home(folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, *, tenants: int = 1) -> DemoFolder:
    """Lay out a home whose database is `database_url`; further tenants are called nordvik2 and so on."""
    demo = lay_out(folder)
    monkeypatch.setenv(DATABASE_VARIABLE, database_url)
    (demo.home / "hub.toml").write_text(
        f'[database]\nurl = "env:{DATABASE_VARIABLE}"\n[engine]\nheartbeat_s = 1\nsilent_after_s = 5\n'
    )
    settings = demo.home / "tenants" / f"{TENANT}.toml"
    for number in range(2, tenants + 1):
        name = f"{TENANT}{number}"
        text = settings.read_text(encoding="utf-8").replace(f'id = "{TENANT}"', f'id = "{name}"')
        settings.with_name(f"{name}.toml").write_text(text, encoding="utf-8")
    return demo
