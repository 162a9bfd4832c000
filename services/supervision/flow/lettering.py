"""Text within a box of a picture, which nothing breaks by itself."""

import unicodedata


def width(text: str) -> int:
    """How wide a text is, in half-width letters."""
    return sum(2 if unicodedata.east_asian_width(it) in "WF" else 1 for it in text)


def two_lines(text: str, letters: int) -> list[str]:
    """At most two lines; what does not fit is left out with an ellipsis."""
    first, rest = _fitting(text, letters)
    if not rest:
        return [first]
    second, more = _fitting(rest, letters)
    return [first, f"{second[:-1]}…" if more else second]


def _fitting(text: str, letters: int) -> tuple[str, str]:
    """What fits on a line, broken at a space where there is one; and what is left."""
    if width(text) <= letters:
        return text, ""
    end = next(it for it in range(len(text), 0, -1) if width(text[:it]) <= letters)
    cut = text.rfind(" ", 1, end + 1)
    cut = cut if cut > 0 else end
    return text[:cut].strip(), text[cut:].strip()
