"""Where the command `hub` begins."""

from __future__ import annotations

import gc
import io
import sys

GARBAGE_IS_WORTH_A_LOOK = 50_000  # objects; at Python's 700 a seventh of a short command goes into looking


def main() -> None:
    """Import the command line, and run it with the arguments it was given."""
    gc.disable()
    from hub.cli.main import main as run  # here: importing is most of what a short command does
    from hub.runtime.left_behind import end_without_calls

    gc.freeze()  # what was imported stays for as long as the process
    gc.set_threshold(GARBAGE_IS_WORTH_A_LOOK)
    gc.enable()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # half a character, from a file: in JSON it is escaped so
    try:
        run()
    except SystemExit as ending:
        end_without_calls(ending.code if isinstance(ending.code, int) else 1)
        raise


if __name__ == "__main__":
    main()
