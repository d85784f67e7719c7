"""Exit codes that scripts can act on; the same for every command."""

from __future__ import annotations

from enum import IntEnum

from hub.errors import ConfigurationError, HubError, LedgerError, OutcomeUnknownError, TransientError


class ExitCode(IntEnum):
    """What a command's end means, and what to do next."""

    OK = 0
    DATA = 1  # a file, a row or a choice is wrong: look at it
    USAGE = 2  # the command was not written right
    CONFIGURATION = 3  # fix a setting, then again
    WAITS = 4  # queued or not answered: the same again later
    DEFECT = 5  # stop, and report it
    BOOKS = 6  # hub verify found what is not as it must be: look at it before more is posted


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code of an error."""
    if isinstance(error, ConfigurationError):
        return ExitCode.CONFIGURATION
    if isinstance(error, TransientError | OutcomeUnknownError):
        return ExitCode.WAITS
    if isinstance(error, OSError) or (isinstance(error, HubError) and not isinstance(error, LedgerError)):
        return ExitCode.DATA
    return ExitCode.DEFECT
