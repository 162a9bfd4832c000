"""What a page's method returns: a page to show, or where to go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Tone = Literal["good", "info", "bad"]


@dataclass(frozen=True, kw_only=True)
class Flash:
    """A sentence that is shown once, on top of the next page: a key of the texts, its values."""

    text: str
    tone: Tone = "good"
    values: Mapping[str, Any] = field(default_factory=dict)


class Page:
    """A template of the service and what it is to show; `status` other than 200 for a refusal."""

    def __init__(self, template: str, /, *, status: int = 200, **context: Any) -> None:
        self.template = template
        self.status = status
        self.context = context


@dataclass(frozen=True)
class Redirect:
    """Go on there with a GET (303), as every POST that did something ends.

    `cookies` are set, or removed where the value is empty; the kit adds what keeps them safe.
    """

    path: str
    flashes: tuple[Flash, ...] = ()
    cookies: Mapping[str, str] = field(default_factory=dict)

    def saying(self, text: str, tone: Tone = "good", **values: Any) -> Self:
        """The same, with a sentence that the next page shows."""
        flash = Flash(text=text, tone=tone, values=values)
        return type(self)(self.path, (*self.flashes, flash), self.cookies)
