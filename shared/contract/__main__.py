"""python -m shared.contract [--write]: see the package."""

import sys

from shared.contract.rendering import PATH, rendered

if "--write" in sys.argv[1:]:
    PATH.write_text(rendered(), "utf-8")
else:
    sys.stdout.write(rendered())
