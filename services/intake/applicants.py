"""Numbers of applicants: who a natural or legal person is.

A person's 18-digit identity number follows GB 11643-1999, an organisation's 18-character unified
social credit code GB 32100-2015. The check digits come from python-stdnum; the two places where
the standards allow more than its `validate` are taken in here.
"""

import re

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


def problem_with(kind: str, number: str) -> str:
    """What is wrong with the number of a `person` or an `organisation`; empty when nothing is."""
    return _problem_with_person(number) if kind == "person" else _problem_with_organisation(number)


def _problem_with_person(number: str) -> str:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "is not an identity number: 17 digits and a digit or X (GB 11643)"
    if ric.calc_check_digit(number) != number[-1]:
        return "has a wrong check digit; compare it with the identity card (GB 11643)"
    try:
        ric.get_birth_date(number)
        if number[0] != "9":  # residence cards of foreigners name a country, not a county
            ric.get_birth_place(number)
    except ValidationError:
        return "holds no possible date or place of birth (GB 11643)"
    return ""


def _problem_with_organisation(number: str) -> str:
    # stdnum wants eight digits at the beginning, but the registering body may be a letter: rural
    # collectives have N, registered by the agricultural departments.
    if not _CREDIT_CODE.fullmatch(number):
        return "is not a unified social credit code: 18 digits and capital letters (GB 32100)"
    if uscc.calc_check_digit(number[:17]) != number[-1]:
        return "has a wrong check character; compare it with the business licence (GB 32100)"
    return ""
