"""The example plugin as a partner ships it: built as a wheel, installed beside the core, found and tested there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.architecture.own_sources import EXAMPLE, ROOT

OLDEST_SETUPTOOLS = 77  # what our pyproject files ask for; older ones do not know their license field
TIMEOUT_S = 60
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
NOT_SOURCES = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist", ".*")
READ_BY_NAME = """
import sys
from pathlib import Path
import hub, hub_fjordbanken
from hub.model.payment_file import FileClosed
from hub.runtime.installed import installed_plugins, load_plugin_class
from hub.runtime.plugins import TenantPlugins, default_readers

prefix = Path(sys.prefix)
assert Path(hub.__file__).is_relative_to(prefix), hub.__file__
assert Path(hub_fjordbanken.__file__).is_relative_to(prefix), hub_fjordbanken.__file__
plugin = load_plugin_class("fjordbanken")
(reader,) = [reader for name, reader in default_readers() if name == "fjordbanken"]
with open(sys.argv[1], "rb") as stream:
    *_, closed = reader.read(stream)
assert isinstance(closed, FileClosed)
card = {found.name: found for found in installed_plugins()}["fjordbanken"]
print(plugin.__name__, closed.payments, card.distribution, card.version, card.error or "ok")
"""


def run(*command: str | Path, folder: Path) -> str:
    """Run a command that knows nothing of the checkout, and return what it prints."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment | {"XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def has_setuptools() -> bool:
    try:
        return int(version("setuptools").split(".")[0]) >= OLDEST_SETUPTOOLS
    except PackageNotFoundError:
        return False


def built_wheel(source: Path, names: tuple[str, ...], work: Path) -> Path:
    """Build a wheel from a copy of the sources, so that nothing is written into the checkout."""
    copied, wheels = work / f"{source.name}-source", work / "wheels"
    copied.mkdir()
    for name in names:
        if (source / name).is_dir():
            shutil.copytree(source / name, copied / name, ignore=NOT_SOURCES)
        elif (source / name).exists():
            shutil.copy(source / name, copied / name)
    before = set(wheels.glob("*.whl"))
    run(sys.executable, "-c", BUILD, wheels, folder=copied)
    (wheel,) = set(wheels.glob("*.whl")) - before
    return wheel


@pytest.fixture(scope="module")
def clean_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the core and the example installed from wheels; libraries are lent by this one."""
    if not has_setuptools():
        pytest.skip(f"building wheels needs setuptools {OLDEST_SETUPTOOLS} or newer in this environment")
    work = tmp_path_factory.mktemp("partner")
    wheels = [
        built_wheel(ROOT, ("hub", "pyproject.toml", "README.md", "LICENSE"), work),
        built_wheel(EXAMPLE, ("hub_fjordbanken", "pyproject.toml", "README.md"), work),
    ]
    venv.create(work / "clean", with_pip=False)
    python = work / "clean" / "bin" / "python"
    (own,) = (work / "clean").glob("lib/python*/site-packages")
    lent = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (own / "lent_libraries.pth").write_text("\n".join(lent), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--target", own]
    run(*pip, "--no-index", "--no-deps", "--no-compile", *wheels, folder=work)
    return python


def test_the_installed_plugin_is_found_by_name_and_reads_its_sample(clean_python, tmp_path):
    sample = EXAMPLE / "tests" / "samples" / "one_account.csv"

    said = run(clean_python, "-I", "-c", READ_BY_NAME, sample, folder=tmp_path)

    assert said.split() == ["Plugin", "2", "reskontra-hub-fjordbanken", "0.1.0", "ok"]


def test_the_installed_plugin_passes_the_conformance_kit(clean_python, tmp_path):
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests", ignore=NOT_SOURCES)
    options = ("-q", "-p", "no:cacheprovider", "-W", "error", "--rootdir", tmp_path)

    said = run(clean_python, "-I", "-m", "pytest", *options, tmp_path / "tests", folder=tmp_path)

    assert "passed" in said
    assert "skipped" not in said
