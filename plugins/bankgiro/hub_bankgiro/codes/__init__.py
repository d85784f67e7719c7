"""The code tables of the manuals of BgMax and Autogiro, loaded once at import."""

from __future__ import annotations

from importlib.resources import files

from hub.formats.code_tables import CodeTable, load_code_table


def _table(name: str) -> CodeTable:
    return load_code_table(files(__name__).joinpath(f"{name}.toml"))


REFERENCE_CODES = _table("reference")
CHANNELS = _table("channel")
DEDUCTION_CODES = _table("deduction")
IMAGE_MARKS = _table("image")
DEPOSIT_TYPES = _table("deposit_type")
MANDATE_INFORMATION = _table("mandate_information")
MANDATE_COMMENTS = _table("mandate_comment")
REJECTIONS = _table("rejection")
CHANGE_CAUSES = _table("change_cause")
CHANGE_COMMENTS = _table("change_comment")
REFUND_REASONS = _table("refund")
