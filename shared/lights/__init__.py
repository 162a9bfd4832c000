"""The light of whatever has a limit, the same on supervision's wall and at a department's desk.

    red      the limit has passed; what is done at the very moment of it is in time
    yellow   it ends today, or the policy's reminder or yellow card is due for it
    green    neither
    none     the time stands still, or no limit is set

policies.yaml says when a warning is due: for the item, else the department, else for all; what a
region says of any of them goes before what a wider one says. Pure, but for the reading of that
file.
"""

from shared.lights.choices import Choices
from shared.lights.light import LIGHTS, STILL, TODAY, WARNINGS, Light, Timing, gravest, timing
from shared.lights.policy import FILE, PresentLadders, ladders_from, read_ladders
from shared.lights.when import Hours, Ladder, Meaning, moment, rule

__all__ = [
    "FILE",
    "LIGHTS",
    "STILL",
    "TODAY",
    "WARNINGS",
    "Choices",
    "Hours",
    "Ladder",
    "Light",
    "Meaning",
    "PresentLadders",
    "Timing",
    "gravest",
    "ladders_from",
    "moment",
    "read_ladders",
    "rule",
    "timing",
]
