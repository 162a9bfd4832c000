"""Which language a visitor reads: asked for now, chosen earlier, or what the browser prefers."""

from werkzeug.wrappers import Request

from shared.web.pages.texts import LANGUAGES

ASKED = "lang"


def language_of(request: Request, chosen: str) -> str:
    """`?lang=en` before the cookie, the cookie before Accept-Language, Chinese before nothing."""
    for wish in (request.args.get(ASKED, ""), chosen):
        if wish in LANGUAGES:
            return wish
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], default="zh")
    return str(best)[:2]
