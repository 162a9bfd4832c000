"""A figure as people read it, the same on pages, in files and on the command line."""

from services.supervision.sheets.figures import Figure
from services.supervision.sheets.sheet import Value
from shared.messages.parts import Text

NONE = Text(zh="无", en="none")
"""What is said of a figure of which there is nothing to count: it is neither 0 nor 100%."""


def said(figure: Figure, value: Value, language: str) -> str:
    """`92.0%`, `3.25`, `17`; `none` where there is nothing to count."""
    if value.value is None:
        return str(getattr(NONE, language))
    if figure.shown == "percent":
        return f"{100 * value.value:.1f}%"
    if figure.kind in ("count", "cards"):
        return f"{value.value:.0f}"
    return f"{value.value:.2f}"
