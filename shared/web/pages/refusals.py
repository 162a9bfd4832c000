"""Why a visitor is not shown what they asked for."""

from shared.errors import OneWindowError
from shared.web.problems import FORBIDDEN, ProblemType


class SignInNeeded(OneWindowError):
    """Nobody has signed in, or the session has ended."""


class Held(OneWindowError):
    """Something has to be done on another page first; `path` is where."""

    def __init__(self, path: str) -> None:
        super().__init__(f"go to {path} first")
        self.path = path


class NotYours(OneWindowError):
    """The page is there, but not for somebody with these roles."""


class NotGenuine(OneWindowError):
    """A form does not carry the token of the visitor who sent it: it may come from elsewhere."""


PROBLEMS: dict[type[OneWindowError], ProblemType] = {
    NotYours: FORBIDDEN,
    NotGenuine: ProblemType(
        key="not-genuine", status=403, title="This form was not sent from here"
    ),
}
