"""Every sample looks as it did when a person last looked at it; `tests/rendering/pictures.py` says how to renew."""

from __future__ import annotations

import pytest

from hub.model.documents import DocumentKind
from tests.rendering.pictures import GOLDEN, pictures
from tests.rendering.sample_documents import NAMES, sample

LARGEST_PICTURE = 60_000  # bytes: they lie in the repository


@pytest.mark.parametrize("name", NAMES)
def test_the_pages_look_as_they_did(name):
    made = pictures(name)
    kept = {path.name for path in GOLDEN.glob(f"{name}-[0-9].png")}
    changed = [file for file, page in made.items() if file in kept and page != (GOLDEN / file).read_bytes()]

    assert (set(made), changed) == (kept, []), "look at `python -m tests.rendering.pictures` before you keep it"


def test_there_is_a_picture_of_every_kind():
    assert {sample(name)[1].kind for name in NAMES} == set(DocumentKind)


def test_pictures_are_small_and_each_has_its_sample():
    files = {path.name: path.stat().st_size for path in GOLDEN.glob("*.png")}

    assert [file for file in files if file.rpartition("-")[0] not in NAMES] == []
    assert [file for file, size in files.items() if size > LARGEST_PICTURE] == []
