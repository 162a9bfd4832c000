"""`Pages`, the dependency of a service that has pages: its templates, texts and files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import jinja2
from nameko.extensions import DependencyProvider
from werkzeug.wrappers import Request, Response

from shared.businesstime import BusinessTime
from shared.delivery.backbone import SETTINGS
from shared.web.pages.assets import PREFIX, Assets
from shared.web.pages.cookies import Cookies
from shared.web.pages.formats import filters
from shared.web.pages.language import language_of
from shared.web.pages.problemtexts import worded
from shared.web.pages.rendering import Rendering
from shared.web.pages.route import PageRoute, page_routes_of
from shared.web.pages.texts import HTML_LANGUAGE, LANGUAGES, OWN_NAME, Texts

KIT = Path(__file__).parent
TEXTS = "texts.yaml"


@dataclass(frozen=True, kw_only=True)
class Link:
    """An entry of the navigation: the method of its page, a text, and perhaps an access key."""

    page: str
    text: str
    key: str = ""


class Pages(DependencyProvider):  # type: ignore[misc]
    """`folder` has templates/, texts.yaml and perhaps styles/ of the service; a class that the
    service inherits may bring its own in `page_folders`, by the prefix of their templates.

    `home` is the page behind the product's name; `navigation` is shown to those who may go there.
    """

    def __init__(
        self, folder: Path, *, home: str, navigation: tuple[Link, ...] = (), title: str = ""
    ) -> None:
        self.folder = folder
        self.home = home
        self.navigation = navigation
        self.title = title

    def setup(self) -> None:
        settings = self.container.config.get(SETTINGS)
        self.time: BusinessTime = settings.time if settings else BusinessTime()
        self.cookies = Cookies(
            service=self.container.service_name, secure=bool(settings and settings.production)
        )
        self.routes = page_routes_of(self.container.service_cls)
        self.folders: dict[str, Path] = getattr(self.container.service_cls, "page_folders", {})
        inner = [folder / TEXTS for folder in self.folders.values()]
        self.texts = Texts(*_present(KIT / TEXTS, *inner, self.folder / TEXTS))
        self.assets = Assets.gather(KIT / "styles", self.folder / "styles")
        self._environments = {it: self._environment(it, self.time.zone) for it in LANGUAGES}

    def get_dependency(self, _context: Any) -> "Pages":
        return self

    @property
    def secure(self) -> bool:
        """Whether the pages are reached over TLS alone."""
        return self.cookies.secure

    def address(self, page: str, /, **values: object) -> str:
        """The address of a page by the name of its method; what is no part of the path becomes
        the query."""
        return self.routes[page].address(**values)

    @property
    def serves(self) -> dict[str, Any]:
        """What is answered without a worker of the service: files for the browser."""
        return {f"{PREFIX}<path:name>": self.assets}

    def refused(self, error: Exception, environ: dict[str, Any]) -> Response:
        """An error that is not of any page, such as an address that does not exist, as a page."""
        wire = Request(environ)
        language = language_of(wire, self.cookies.read(wire, "language"))
        return Rendering(self, wire, language).error(error, {})

    def links(self, roles: frozenset[str]) -> list[tuple[Link, PageRoute]]:
        """The navigation for somebody with these roles."""
        entries = [(link, self.routes[link.page]) for link in self.navigation]
        return [(link, route) for link, route in entries if route.opens_to(roles)]

    def draw(self, language: str, template: str, context: Mapping[str, Any]) -> str:
        """A template in a language. A name that nobody gave is an error, not a blank."""
        return self._environments[language].get_template(template).render(context)

    def worded(self, language: str, problem: str) -> str:
        """What is wrong with a field, in a language."""
        return worded(self.texts, language, problem)

    def now(self) -> datetime:
        """The present business instant."""
        return self.time.now()

    def _environment(self, language: str, zone: tzinfo) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader(
                [
                    jinja2.PrefixLoader(
                        {
                            name: jinja2.FileSystemLoader(folder / "templates")
                            for name, folder in {"kit": KIT, **self.folders}.items()
                        }
                    ),
                    jinja2.FileSystemLoader(self.folder / "templates"),
                ]
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(self._globals(language))
        environment.filters.update(filters(language, zone))
        environment.filters["worded"] = lambda problem: self.worded(language, problem)
        return environment

    def _globals(self, language: str) -> dict[str, Any]:
        def t(key: str, /, **values: Any) -> str:
            return self.texts.say(language, key, **values)

        def role_list(roles: Iterable[str]) -> str:
            comma = t("form.comma")
            keys = self.texts.in_order(f"role.{role}" for role in roles)
            return comma.join(map(t, keys))

        return {
            "t": t,
            "role_list": role_list,
            "known_text": self.texts.__contains__,
            "language": language,
            "html_language": HTML_LANGUAGE[language],
            "languages": OWN_NAME,
            "url": self.address,
            "asset": self.assets.address,
            "has_asset": self.assets.has,
            "now": self.now,
        }


def _present(*files: Path) -> tuple[Path, ...]:
    return tuple(file for file in files if file.exists())
