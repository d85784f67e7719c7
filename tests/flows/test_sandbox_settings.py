"""What `hub sandbox` prints can be pasted into a tenant's file: each table is taken, and its channel is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hub.runtime.bootstrap import Installation
from hub.runtime.sandboxes import installed_makers, running, tables_of
from hub.runtime.starter_home import write_starter_home


@pytest.mark.parametrize("plugin", sorted({plugin for plugin, _ in installed_makers()}))
def test_the_table_of_a_sandbox_is_taken_as_it_is_printed(
    plugin: str, opened_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    write_starter_home(home)
    shutil.copy(opened_database, home)
    with running(tmp_path / "sandbox", [plugin]) as serving:
        for one in serving:
            for name, secret in one.sandbox.secrets.items():
                monkeypatch.setenv(name, secret)
        (table,) = tables_of(serving)
        settings = home / "tenants" / "example.toml"
        without = settings.read_text(encoding="utf-8").replace(f"[plugins.{plugin}]\n", "")  # it has some already
        settings.write_text(f"{without}\n{table}\n", encoding="utf-8")
        installation = Installation.open(home)
        try:
            plugins = installation.tenant("example").plugins
            offered = {*plugins.channels, *plugins.webhook_receivers}
        finally:
            installation.close()

    assert {one.sandbox.name for one in serving} <= offered
