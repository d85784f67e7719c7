"""Pictures of every sample: `python -m tests.rendering.pictures` writes them anew.

Run it when a page is to look different, or with a new version of typst, and look at every picture that has changed: the
template is held to them, byte by byte.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rendering.sample_documents import NAMES, sample

GOLDEN = Path(__file__).parent / "golden"
DOTS_PER_INCH = 50


def pictures(name: str) -> dict[str, bytes]:
    """Return the picture of each page of a sample, by the name of its file."""
    renderer, document = sample(name)
    pages = renderer.pictures(document, dots_per_inch=DOTS_PER_INCH)
    return {f"{name}-{number}.png": page for number, page in enumerate(pages, 1)}


def main() -> None:
    """Write what has changed, and take out what no sample gives any more."""
    made = {file: page for name in NAMES for file, page in pictures(name).items()}
    GOLDEN.mkdir(exist_ok=True)
    for path in GOLDEN.glob("*.png"):
        if path.name not in made:
            path.unlink()
    for file, page in made.items():
        path = GOLDEN / file
        if not path.exists() or path.read_bytes() != page:
            path.write_bytes(page)
            sys.stdout.write(f"written, look at it: {path}\n")


if __name__ == "__main__":
    main()
