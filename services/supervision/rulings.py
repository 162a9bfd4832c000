"""Which rules are followed, over HTTP: wiring only."""

from typing import Any

from shared.web.http import Request, http


class Rulings:
    """Whoever inherits it has a book with the files of rules."""

    book: Any

    @http("GET", "/rules", near=True)
    def show_rules(self, _request: Request) -> Any:
        """Which versions of policies.yaml and people.yaml are followed, and what is wrong."""
        return self.book.files.plain
