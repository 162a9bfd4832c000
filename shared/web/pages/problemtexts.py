"""What is wrong with a field, in the visitor's language.

A problem may be the key of a text, or the English words of a text `fault.…`: rules say their faults
in English, also on the command line. What marshmallow says by itself has its key below; anything
else is shown as it is.
"""

import re
from collections.abc import Mapping

from shared.web.pages.texts import Texts

PATTERNS: Mapping[str, re.Pattern[str]] = {
    key: re.compile(pattern)
    for key, pattern in {
        "fault.missing": r"is missing",
        "fault.empty": r"must not be null",
        "fault.not_text": r"is not a text",
        "fault.not_number": r"is not a whole number|Not a valid number\.",
        "fault.not_choice": r"is not true or false|Must be one of: .*",
        "fault.not_day": r"is not a date such as .*",
        "fault.not_moment": r"is not a moment .*",
        "fault.unknown": r"is not known here.*",
        "fault.too_long": r"Longer than maximum length (?P<most>\d+)\.",
        "fault.too_short": r"Shorter than minimum length (?P<least>\d+)\.",
        "fault.length": r"Length must be between (?P<least>\d+) and (?P<most>\d+)\.",
        "fault.too_low": r"Must be greater than or equal to (?P<least>[\d.-]+)( .*)?\.",
        "fault.too_high": r"Must be less than or equal to (?P<most>[\d.-]+)( .*)?\.",
        "fault.range": r"Must be greater than or equal to (?P<least>[\d.-]+)"
        r" and less than or equal to (?P<most>[\d.-]+)\.",
    }.items()
}


def worded(texts: Texts, language: str, problem: str) -> str:
    """The problem in a language."""
    if problem in texts:
        return texts.say(language, problem)
    if key := texts.worded_as(problem):
        return texts.say(language, key)
    for key, pattern in PATTERNS.items():
        if found := pattern.fullmatch(problem):
            return texts.say(language, key, **found.groupdict())
    return problem
