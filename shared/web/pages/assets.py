"""Files for the browser, under names that change with their content and so may be kept for ever.

The style sheets of the kit and of the service become one file. Scripts are those that npm has put
into the folder of ONEWINDOW_SCRIPTS; without them pages work all the same.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from werkzeug.wrappers import Request, Response

from shared.errors import NotFound

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS_FOLDER = "ONEWINDOW_SCRIPTS"
HOME = "ONEWINDOW_HOME"
SCRIPTS = {
    "htmx.js": "node_modules/htmx.org/dist/htmx.min.js",
}
PREFIX = "/assets/"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
KEEP = "public, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file as browsers get it."""

    address: str
    media_type: str
    content: bytes


class Assets:
    """The files of a service, by the plain names that templates use and by their addresses."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._by_name = {name: _asset(name, content) for name, content in files.items()}
        self._by_address = {asset.address: asset for asset in self._by_name.values()}

    @classmethod
    def gather(cls, *styles: Path) -> "Assets":
        """Everything that there is: style sheets in the order of folders and names, and scripts."""
        sheets = [file for folder in styles for file in sorted(folder.glob("*.css"))]
        pictures = [file for folder in styles for file in sorted(folder.glob("*.svg"))]
        own = [file for folder in styles for file in sorted(folder.glob("*.js"))]
        files = {"page.css": b"\n".join(file.read_bytes() for file in sheets)}
        files |= {file.name: file.read_bytes() for file in pictures + own}
        return cls({**files, **_scripts(scripts_folder())})

    def has(self, name: str) -> bool:
        """Whether there is such a file; scripts are missing where npm was."""
        return name in self._by_name

    def address(self, name: str) -> str:
        """The address of a file that is there."""
        return self._by_name[name].address

    def handle_request(self, request: Request) -> Response:
        """The file at an address; raises NotFound."""
        asset = self._by_address.get(request.path)
        if asset is None:
            raise NotFound("there is no such file; open the page anew")
        headers = {"Cache-Control": KEEP, "X-Content-Type-Options": "nosniff"}
        return Response(asset.content, content_type=asset.media_type, headers=headers)


def scripts_folder() -> Path:
    """Where npm's folder node_modules is: see deploy/scripts."""
    chosen = os.environ.get(SCRIPTS_FOLDER)
    home = os.environ.get(HOME)
    return Path(chosen) if chosen else Path(home or ROOT / ".onewindow") / "scripts"


def _scripts(folder: Path) -> dict[str, bytes]:
    found = {name: folder / path for name, path in SCRIPTS.items()}
    return {name: file.read_bytes() for name, file in found.items() if file.exists()}


def _asset(name: str, content: bytes) -> Asset:
    file = Path(name)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(
        address=f"{PREFIX}{file.stem}-{digest}{file.suffix}",
        media_type=MEDIA_TYPES[file.suffix],
        content=content,
    )
