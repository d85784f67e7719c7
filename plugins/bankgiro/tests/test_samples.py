"""Our own samples: each gives what lies beside it, and is what the writer writes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent


def load_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bankgiro_make_samples", FOLDER / "make_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MAKER = load_maker()
FILES = sorted((FOLDER / "samples").glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_gives_what_lies_beside_it(path):
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))

    assert MAKER.described(path.read_bytes()) == expected


@pytest.mark.parametrize("name", sorted(MAKER.CASES))
def test_a_sample_is_what_the_writer_writes(name):
    records, join = MAKER.CASES[name]

    assert (FOLDER / "samples" / f"{name}.txt").read_bytes() == join(records())


def test_every_sample_has_its_row_in_the_readme():
    readme = (FOLDER / "samples" / "README.md").read_text(encoding="utf-8")

    assert {path.stem for path in FILES} == set(MAKER.CASES)
    assert all(f"`{path.name}`" in readme for path in FILES)


def test_the_same_payments_in_four_forms_give_the_same_description():
    forms = [MAKER.described((FOLDER / "samples" / f"plain_{form}.txt").read_bytes()) for form in
             ("crlf", "unbroken", "cr", "trimmed_utf8")]  # fmt: skip

    assert all(form == forms[0] for form in forms)
