"""The plan of an item as a picture: Mermaid for pages that render it, SVG for everything else."""

from services.routing.drawing.mermaid import mermaid
from services.routing.drawing.svg import svg

__all__ = ["mermaid", "svg"]
