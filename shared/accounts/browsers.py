"""What a person calls the browser that sends a User-Agent such as Mozilla/5.0 (X11; Linux ...).

Only for showing people where they are signed in; browsers are free to say anything.
"""

import re

PROGRAMS = (
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Headless)?Chrome/(\d+)|CriOS/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("macOS", "Mac OS X"),
    ("Linux", "Linux"),
)
LONGEST = 60


def called(browser: str) -> str:
    """Chrome 156, Linux; what cannot be told stays as it is, shortened."""
    for program, pattern in PROGRAMS:
        if found := re.search(pattern, browser):
            version = next(filter(None, found.groups()))
            systems = [name for name, sign in SYSTEMS if sign in browser]
            return ", ".join([f"{program} {version}", *systems[:1]])
    return browser[:LONGEST]
