"""What an adapter is lent: secrets by its settings, and values that the tenant's rows keep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError
from hub.runtime.plugin_context import TenantPluginContext
from hub.store.unit_of_work import SqlStore
from hub.testing.contexts import InboxesInMemory


@pytest.fixture
def context(engine, tmp_path):
    clock = FixedClock(datetime(2026, 11, 22, 8, tzinfo=UTC))
    (tmp_path / "key.txt").write_text("from-a-file\n", encoding="utf-8")
    table = {"client_secret": "env:KIVRA_SECRET", "nested": {"key": "file:key.txt"}, "timeout_s": 5}
    return TenantPluginContext(SqlStore(engine, "north", clock), clock, "kivra", table, tmp_path, InboxesInMemory())


def test_a_secret_is_fetched_by_the_setting_that_refers_to_it(context, monkeypatch):
    monkeypatch.setenv("KIVRA_SECRET", "s3cret")

    assert (context.secret("client_secret"), context.secret("nested.key")) == ("s3cret", "from-a-file")


@pytest.mark.parametrize("name", ["client_secret", "nested", "nested.other", "timeout_s", "nothing"])
def test_what_leads_to_no_secret_says_which_setting(context, monkeypatch, name):
    monkeypatch.delenv("KIVRA_SECRET", raising=False)

    with pytest.raises(ConfigurationError, match=f"plugins.kivra.{name}"):
        context.secret(name)


def test_a_value_is_changed_only_by_who_has_seen_the_latest(context):
    assert context.state.put("cursor", "1", expected_version=None)
    assert not context.state.put("cursor", "2", expected_version=None)
    value, version = context.state.get("cursor")
    assert context.state.put("cursor", "3", expected_version=version)
    assert not context.state.put("cursor", "4", expected_version=version)

    assert (value, context.state.get("cursor")) == ("1", ("3", version + 1))


def test_numbers_of_a_series_have_no_gaps(context):
    assert [context.state.next_number("files") for _ in range(3)] == [1, 2, 3]
    assert context.state.next_number("other") == 1
