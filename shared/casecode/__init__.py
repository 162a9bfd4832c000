"""The case code: composing it, reading what people type, finding what they typed wrong.

Pure. Serials come from whoever issues codes; a scheme says which serials must differ (`series`)
and how many there are (`capacity`).
"""

from shared.casecode.project import ProjectCode
from shared.casecode.regional import RegionalCode
from shared.casecode.scheme import CodeParts, Scheme, month_of
from shared.errors import Fault, Invalid

__all__ = ["CodeParts", "ProjectCode", "RegionalCode", "Scheme", "month_of", "scheme_named"]


def scheme_named(name: str, *, key: bytes = b"") -> Scheme:
    """The scheme of a setting: `regional` (the default), or `project`, which needs the key.

    Raises Invalid naming the setting.
    """
    if name == RegionalCode.name:
        return RegionalCode()
    if name == ProjectCode.name:
        return ProjectCode(key=key)
    known = f"{RegionalCode.name} or {ProjectCode.name}"
    raise Invalid(Fault("ONEWINDOW_CODE_SCHEME", f"{name!r} is unknown; choose {known}"))
