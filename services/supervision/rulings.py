"""Which rules are followed, over HTTP: wiring only."""

from typing import Any

from shared.web.http import Request, http


class Rulings:
    """Whoever inherits it has a book with the files of rules."""

    book: Any

    @http("GET", "/rules", near=True)
    def show_rules(self, _request: Request) -> Any:
        """Which version of each file of rules is followed, and what is wrong with it."""
        return self.book.files.plain
