"""Every check for channels can fail: each has something broken that it, and no other check, catches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import PluginContext, Sandbox
from hub.model.documents import DocumentKind
from hub.rules.delivery.document_checks import document_problems
from hub.testing.conformance import (
    DocumentChannelConformance,
    FollowedChannelConformance,
    QueryableChannelConformance,
)
from hub.testing.conformance.channel_under_test import ChannelUnderTest
from hub.testing.contexts import InboxesInMemory
from hub.testing.sample_documents import COMPANY, PERSON, STRANGER, odd_documents, sample_document
from tests.unit.testing.broken_channels import ALSO_BROKEN, BROKEN_CHANNELS, BROKEN_FOLLOWED, BROKEN_QUERYABLE
from tests.unit.testing.failing_checks import checks_of, failing_checks
from tests.unit.testing.sound_channel import SoundAndBlind, SoundAtOnce, SoundChannel, SoundQueryable, SoundTogether

NEED_FOLDERS = {"test_imports_stay_on_the_contract", "test_sandbox_and_channel_share_no_module"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plugin's package whose sandbox and channel have nothing in common."""
    return package_with(tmp_path_factory.mktemp("sound"))


def package_with(folder: Path, **modules: str) -> Path:
    package = folder / "hub_sound"
    package.mkdir()
    sources = {
        "__init__": "from hub_sound.channel import Channel\nfrom hub_sound.sandbox import Sandbox",
        "channel": "from hub.errors import HubError\nfrom hub_sound import words\nimport hub_sound.settings",
        "sandbox": "from hub_sound.sandbox_log import Log",
        "sandbox_log": "import json",
        "words": "",
        "settings": "",
        **modules,
    }
    for name, source in sources.items():
        (package / f"{name}.py").write_text(f"{source}\n", encoding="utf-8")
    return package


class InProcess(ChannelUnderTest):
    """A kit whose channel and sandbox are classes of ours."""

    channel_class: type[Any] = SoundChannel
    package: Path

    def make_sandbox(self, folder: Path) -> Sandbox:
        sandbox: Sandbox = self.channel_class.sandbox_class(folder)
        return sandbox

    def make_channel(self, table: Mapping[str, Any], context: PluginContext) -> Any:
        return self.channel_class(table, context)

    def source_files(self) -> tuple[Path, Path]:
        return self.package / "channel.py", self.package / "sandbox.py"

    def let_settle(self, wait_s: float) -> None:
        """All that happens here happens at once."""


class Documents(InProcess, DocumentChannelConformance):
    def stated_payments(self, content: bytes) -> Sequence[tuple[int, str]]:
        said = json.loads(content)
        return [
            (amount_ore, reference) for amount_ore, reference in (said[0] if isinstance(said, list) else said)["asks"]
        ]


class Reports(InProcess, FollowedChannelConformance):
    pass


class Questions(InProcess, QueryableChannelConformance):
    channel_class = SoundQueryable


def kit_for(kit: type[Any], channel_class: type[Any], package: Path) -> type[Any]:
    return type("KitUnderTest", (kit,), {"channel_class": channel_class, "package": package})


def test_every_check_has_something_broken():
    assert set(checks_of(DocumentChannelConformance)) == BROKEN_CHANNELS.keys() | NEED_FOLDERS
    assert set(checks_of(FollowedChannelConformance)) == BROKEN_FOLLOWED.keys()
    assert set(checks_of(QueryableChannelConformance)) == BROKEN_QUERYABLE.keys()


def test_a_channel_that_stays_inside_is_lent_the_inboxes_of_its_other_side():
    class Inside(InProcess):
        def inboxes_of(self, sandbox: Sandbox) -> InboxesInMemory:
            return InboxesInMemory(str(COMPANY.identity))

    with Inside().place() as place, InProcess().place() as outside:
        assert place.context().inboxes.find([str(COMPANY.identity)])
        assert not outside.context().inboxes.find([str(COMPANY.identity)])


@pytest.mark.parametrize("channel_class", [SoundChannel, SoundQueryable, SoundTogether, SoundAndBlind, SoundAtOnce])
def test_a_right_channel_passes_every_check(channel_class, package):
    assert failing_checks(kit_for(Documents, channel_class, package)) == set()


@pytest.mark.parametrize("channel_class", [SoundChannel, SoundTogether])
def test_a_right_channel_that_reports_passes_every_check(channel_class, package):
    assert failing_checks(kit_for(Reports, channel_class, package)) == set()


def test_a_right_channel_that_is_asked_passes_every_check(package):
    assert failing_checks(kit_for(Questions, SoundQueryable, package)) == set()


@pytest.mark.parametrize(
    ("check", "broken"), [(check, broken) for check, all_of in BROKEN_CHANNELS.items() for broken in all_of]
)
def test_only_its_own_check_catches_a_broken_channel(check, broken, package):
    assert failing_checks(kit_for(Documents, broken, package)) == {check}


@pytest.mark.parametrize(
    ("check", "broken"), [(check, broken) for check, all_of in BROKEN_FOLLOWED.items() for broken in all_of]
)
def test_only_its_own_check_catches_broken_reports(check, broken, package):
    assert failing_checks(kit_for(Reports, broken, package)) == {check}


@pytest.mark.parametrize(("check", "broken"), BROKEN_QUERYABLE.items())
def test_only_its_own_check_catches_broken_questions(check, broken, package):
    assert failing_checks(kit_for(Questions, broken, package)) == {check}


@pytest.mark.parametrize(("broken", "caught"), ALSO_BROKEN.items())
def test_what_is_broken_in_several_ways_is_caught_by_each_check(broken, caught, package):
    assert failing_checks(kit_for(Documents, broken, package)) == caught


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("sandbox", "from hub_sound.words import KEY"),
        ("sandbox_log", "import hub_sound.words"),
        ("sandbox", "from hub_sound import Channel"),
        ("sandbox", "from .settings import Settings"),
        ("sandbox", "from . import words"),
        ("sandbox_log", "from hub_sound import channel"),
        ("words", "def late():\n    from hub_sound import sandbox_log"),
    ],
)
def test_what_both_sides_share_is_caught(module, source, tmp_path):
    shared = package_with(tmp_path, **{module: source})

    with pytest.raises(AssertionError, match="on both sides"):
        kit_for(Documents, SoundChannel, shared)().test_sandbox_and_channel_share_no_module()


def test_only_its_own_check_catches_what_both_sides_share(tmp_path):
    shared = package_with(tmp_path, sandbox="from hub_sound.words import KEY")

    assert failing_checks(kit_for(Documents, SoundChannel, shared)) == {"test_sandbox_and_channel_share_no_module"}


def test_only_its_own_check_catches_a_forbidden_import(tmp_path):
    hasty = package_with(tmp_path, words="from hub.store.database import open_database")

    assert failing_checks(kit_for(Documents, SoundChannel, hasty)) == {"test_imports_stay_on_the_contract"}


@pytest.mark.parametrize("debtor", [PERSON, COMPANY, STRANGER], ids=lambda debtor: debtor.name)
def test_the_kits_documents_are_right(debtor):
    plain = [sample_document(kind, debtor=debtor) for kind in DocumentKind]

    assert [document_problems(one) for one in (*plain, *odd_documents(debtor).values())] == [[]] * (len(plain) + 10)
