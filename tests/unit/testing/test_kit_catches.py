"""Every check of the conformance kit can fail: each has something broken that it, and no other check, catches."""

from __future__ import annotations

import gc
import importlib.util
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import PaymentFileReader
from hub.testing.conformance import PaymentFileReaderConformance, PluginConformance
from hub.testing.golden import write_golden_files
from hub_fjordbanken import FjordbankenReader, Plugin
from tests.unit.testing.broken_plugins import BROKEN_PLUGINS
from tests.unit.testing.broken_readers import BROKEN_READERS
from tests.unit.testing.failing_checks import checks_of, failing_checks

EXAMPLE = Path(__file__).parents[3] / "examples" / "third_party_plugin" / "tests"


def kit_of_the_example() -> Any:
    """Return the class that the example's own tests use; its file is no module of a package."""
    specification = importlib.util.spec_from_file_location("example_conformance", EXAMPLE / "test_conformance.py")
    assert specification is not None
    assert specification.loader is not None
    module = sys.modules[specification.name] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.TestFjordbankenReader


ExampleKit = kit_of_the_example()

NEEDS_FOLDERS = {"test_has_samples_that_it_reads", "test_imports_stay_on_the_contract"}


MANY_EXAMPLES = {"mutations": 20}
LARGE_FILES = {"few_payments": 400, "many_payments": 2100}  # more than Python's free lists hold
SEARCHES = {
    **dict.fromkeys(
        (
            "test_a_changed_file_is_refused_or_true_in_itself",
            "test_content_key_raises_format_error_only",
            "test_naming_unread_files_never_raises",
            "test_random_bytes_are_refused",
            "test_recognising_never_raises",
        ),
        MANY_EXAMPLES,
    ),
    "test_memory_stays_flat_as_files_grow": LARGE_FILES,
}
"""What the checks need that try many examples, or a large one."""


class Kit(PaymentFileReaderConformance):
    """The kit as the example uses it, with few examples of everything."""

    mutations = 3
    few_payments = 40
    many_payments = 210
    memory_growth_mb = 0.3
    reader_class: type[PaymentFileReader] = FjordbankenReader

    def make_reader(self) -> PaymentFileReader:
        return self.reader_class()

    def make_file(self, amounts_ore: Sequence[int]) -> bytes:
        content: bytes = ExampleKit().make_file(amounts_ore)
        return content

    def variants(self, sample: bytes) -> Mapping[str, bytes]:
        forms: Mapping[str, bytes] = ExampleKit().variants(sample)
        return forms

    def package_folder(self) -> Path:
        return EXAMPLE.parent / "hub_fjordbanken"


def kit_for(reader_class: type[Any], samples: Path, **changes: Any) -> type[Kit]:
    return type("KitUnderTest", (Kit,), {"reader_class": reader_class, "samples": samples, **changes})


@pytest.fixture(scope="module", autouse=True)
def garbage_is_gone() -> None:
    gc.collect()


@pytest.fixture(autouse=True)
def nothing_old_is_searched(garbage_is_gone: None) -> None:
    """Let the kit's look at memory, which searches for garbage first, not search what tests before have left."""
    gc.freeze()


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A copy of the example's samples with rows, whose expected results a test may write anew."""
    copied = tmp_path / "samples"
    shutil.copytree(EXAMPLE / "samples", copied, ignore=shutil.ignore_patterns("no_rows*"))
    return copied


def test_every_check_for_readers_has_a_broken_reader():
    assert set(checks_of(PaymentFileReaderConformance)) == BROKEN_READERS.keys() | NEEDS_FOLDERS


def test_every_check_for_plugins_has_a_broken_plugin():
    assert set(checks_of(PluginConformance)) == BROKEN_PLUGINS.keys()


def test_a_right_reader_passes_every_check(samples):
    assert failing_checks(kit_for(FjordbankenReader, samples, **MANY_EXAMPLES, **LARGE_FILES)) == set()


@pytest.mark.parametrize("check", sorted(BROKEN_READERS))
def test_only_its_own_check_catches_a_broken_reader(check, samples, in_full):
    broken = BROKEN_READERS[check]
    if check != "test_reads_each_sample_to_its_expected_result":
        write_golden_files(broken, samples)  # its author has looked at what it says, and found it right

    sizes = {**MANY_EXAMPLES, **LARGE_FILES} if in_full else SEARCHES.get(check, {})
    assert failing_checks(kit_for(broken, samples, **sizes)) == {check}


def test_only_its_own_check_catches_that_there_are_no_samples(tmp_path):
    assert failing_checks(kit_for(FjordbankenReader, tmp_path / "none")) == {"test_has_samples_that_it_reads"}


@pytest.mark.parametrize(
    "forbidden",
    [
        "from hub.store.database import open_database",
        "from hub import Hub",
        "import hub.services.ports",
        "from hub.testing import golden",
        "import hub_bankgiro",
        "def late():\n    from hub.runtime import config",
    ],
)
def test_a_forbidden_import_is_caught(forbidden, samples, tmp_path):
    kit = kit_for(FjordbankenReader, samples, package_folder=lambda self: package_with(forbidden, tmp_path))

    with pytest.raises(AssertionError):
        kit().test_imports_stay_on_the_contract()


def test_only_its_own_check_catches_a_forbidden_import(samples, tmp_path):
    package = package_with("from hub import Hub", tmp_path)

    failing = failing_checks(kit_for(FjordbankenReader, samples, package_folder=lambda self: package))

    assert failing == {"test_imports_stay_on_the_contract"}


def package_with(code: str, folder: Path) -> Path:
    package = folder / "hub_hasty"
    package.mkdir()
    (package / "reader.py").write_text(f"{code}\n", encoding="utf-8")
    return package


def test_a_readers_package_is_found_by_itself():
    kit = type("Found", (PaymentFileReaderConformance,), {"make_reader": lambda self: FjordbankenReader()})

    assert kit().package_folder() == EXAMPLE.parent / "hub_fjordbanken"


def test_without_file_maker_and_variants_five_checks_are_skipped(samples):
    kit = kit_for(
        FjordbankenReader,
        samples,
        make_file=PaymentFileReaderConformance.make_file,
        variants=PaymentFileReaderConformance.variants,
    )
    skipped = []
    for check in checks_of(kit):
        try:
            getattr(kit(), check)()
        except pytest.skip.Exception:
            skipped.append(check)

    assert len(skipped) == 5


def test_a_right_plugin_passes_every_check():
    assert failing_checks(type("Right", (PluginConformance,), {"plugin": Plugin})) == set()


@pytest.mark.parametrize("check", sorted(BROKEN_PLUGINS))
def test_only_its_own_check_catches_a_broken_plugin(check):
    kit = type("Broken", (PluginConformance,), {"plugin": BROKEN_PLUGINS[check]})

    assert failing_checks(kit) == {check}
