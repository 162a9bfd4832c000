"""When the tests of accounts take place."""

from datetime import datetime

from shared.businesstime import CHINA

NOW = datetime(2026, 9, 18, 9, 0, tzinfo=CHINA)
