"""A stored file as an HTTP response: to be saved, never to be run by a browser."""

from werkzeug.wrappers import Response

from shared.errors import NotFound
from shared.shelf import Shelf

PIECE = 1 << 16


def content(shelf: Shelf, digest: str, media_type: str) -> Response:
    """The file of a digest, piece by piece; raises NotFound."""
    path = shelf.path_of(digest)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"the file {digest} is not here") from None
    response = Response(iter(lambda: file.read(PIECE), b""), content_type=media_type)
    response.call_on_close(file.close)
    response.content_length = path.stat().st_size
    response.set_etag(digest)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "private"
    return response
