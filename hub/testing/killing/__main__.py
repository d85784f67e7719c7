"""`python -m hub.testing.killing PATHS [MODULE ...]`: a nursery, asked by lines of JSON."""

from __future__ import annotations

import sys

from hub.testing.killing.nursery import serve

if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:], sys.stdin, sys.stdout)
