"""A document becomes the bytes of one PDF: A4, tagged, to be kept for good, the same bytes for the same document."""

from hub.rendering.renderer import Renderer

__all__ = ["Renderer"]
