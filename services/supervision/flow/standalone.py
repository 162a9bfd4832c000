"""A picture of a map as a file of its own, which brings the style that pages have of it."""

from html import escape
from pathlib import Path

STYLE = Path(__file__).parents[1] / "pages" / "styles" / "30-flow.css"


def standalone(svg: str, title: str) -> str:
    """The picture with its title and its style within it."""
    style = STYLE.read_text(encoding="utf-8")
    head, mark, rest = svg.partition("<defs>")
    return f"{head}<title>{escape(title)}</title><style>{style}</style>{mark}{rest}\n"
