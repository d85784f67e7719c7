"""Every error has the exit code that says what to do next."""

from __future__ import annotations

import pytest

from hub.cli.exit_codes import ExitCode, exit_code_of
from hub.errors import (
    ConfigurationError,
    DataError,
    FormatError,
    LedgerError,
    OutcomeUnknownError,
    RejectedError,
    RuleViolation,
    TransientError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError("x"), ExitCode.DATA),
        (FormatError("x"), ExitCode.DATA),
        (RuleViolation("x"), ExitCode.DATA),
        (RejectedError("x"), ExitCode.DATA),
        (ConfigurationError("x"), ExitCode.CONFIGURATION),
        (TransientError("x"), ExitCode.WAITS),
        (OutcomeUnknownError("x"), ExitCode.WAITS),
        (LedgerError("x"), ExitCode.DEFECT),
        (KeyError("x"), ExitCode.DEFECT),
    ],
)
def test_error_has_the_exit_code_of_what_to_do(error: Exception, code: ExitCode) -> None:
    assert exit_code_of(error) is code
