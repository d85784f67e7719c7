"""The doctor says who listens for webhooks and for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.demo.folder import TENANT
from hub.runtime.bootstrap import Installation
from hub.runtime.webhook_findings import webhook_findings


@pytest.mark.parametrize(
    ("listen", "secret", "found"),
    [
        ("", False, []),
        ("", True, [("look", f"nobody listens for {TENANT}/demonstration")]),
        ("127.0.0.1:8099", False, [("look", "hub serve listens at http://127.0.0.1:8099/webhooks/, and no tenant's")]),
        ("127.0.0.1:8099", True, [("ok", f"hub serve takes them at http://127.0.0.1:8099/webhooks/: {TENANT}/demo")]),
        ("0.0.0.0:8099", True, [("ok", "hub serve takes them at"), ("look", "other machines reach the listener")]),
    ],
)
def test_listener_and_receivers_are_told(home: Path, listen: str, secret: bool, found: list[tuple[str, str]]) -> None:
    if listen:
        (home / "hub.toml").write_text(f'[webhooks]\nlisten = "{listen}"\n', encoding="utf-8")
    if secret:
        with (home / "tenants" / f"{TENANT}.toml").open("a", encoding="utf-8") as tenant:
            tenant.write('\n[plugins.demonstration_channels]\nwebhook_secret = "env:NONE"\n')
    installation = Installation.open(home)
    told = list(webhook_findings(installation))
    installation.close()

    assert [finding.health for finding in told] == [health for health, _ in found]
    assert all(finding.message.startswith(text) for finding, (_, text) in zip(told, found, strict=True))
