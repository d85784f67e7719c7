"""Letters on paper: batches handed over to a printer by SFTP or folder, and what it reports of them."""

from hub_letter.channel import FollowedLetterChannel, LetterChannel
from hub_letter.plugin import Plugin
from hub_letter.settings import HandOver, LetterSettings

__all__ = ["FollowedLetterChannel", "HandOver", "LetterChannel", "LetterSettings", "Plugin"]
