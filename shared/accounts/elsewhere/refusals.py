"""Why a sign-in elsewhere does not count."""

from shared.errors import OneWindowError, Unavailable
from shared.web.problems import ProblemType

REFUSED = ProblemType(key="elsewhere", status=403, title="This sign-in does not count here")
NO_PLACE = ProblemType(key="no-place", status=403, title="Nobody of this name is known here")


class ElsewhereRefused(OneWindowError):
    """What came back from the provider is forged, too old, or not for us; the log says which."""


class NotForUs(OneWindowError):
    """Somebody signed in there who has no place here: no unit or no role is mapped, the name is
    another's, or the account is disabled."""


class ProviderAway(Unavailable):
    """The provider does not answer, or not as it should."""
