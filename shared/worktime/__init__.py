"""Working time: which days count, when a limit ends, how much of it is used.

Pure: nothing here reads a clock or a database; whoever asks says `now`. The only files ever read
are the operator's tables of days, once, by `read_calendars`.

The rules of law, and where they stand:

    Civil Code art. 201   the day of the event does not count; a period in hours begins at its
                          moment
    Civil Code art. 203   a last day that is a day off moves to the day after the days off; the
                          period ends when business of its last day ends
    Administrative        the periods of the law are working days, without public holidays
    Licensing Law art. 82
    art. 32               what is not said to be missing within five days counts as accepted, from
                          the day of its receipt
    art. 45               hearings, inspections, tests and expert reviews do not count: suspension
"""

from shared.worktime.acceptance import deemed_acceptance
from shared.worktime.counting import consumed, due, remaining
from shared.worktime.days import Day, Entry, Kind, Seed
from shared.worktime.explanation import Apart, Explanation, Ran, Stopped, explain
from shared.worktime.hours import BusinessHours, Season
from shared.worktime.ledger import Extension, Ledger, Stretch
from shared.worktime.measures import Unit
from shared.worktime.present import PresentCalendars
from shared.worktime.regions import Calendars, read_calendars
from shared.worktime.rungs import moment_beside_due, moment_of_share, share
from shared.worktime.table import Table, read_table
from shared.worktime.versions import NATION, Version
from shared.worktime.workdays import Calendar, china

__all__ = [
    "NATION",
    "Apart",
    "BusinessHours",
    "Calendar",
    "Calendars",
    "Day",
    "Entry",
    "Explanation",
    "Extension",
    "Kind",
    "Ledger",
    "PresentCalendars",
    "Ran",
    "Season",
    "Seed",
    "Stopped",
    "Stretch",
    "Table",
    "Unit",
    "Version",
    "china",
    "consumed",
    "deemed_acceptance",
    "due",
    "explain",
    "moment_beside_due",
    "moment_of_share",
    "read_calendars",
    "read_table",
    "remaining",
    "share",
]
