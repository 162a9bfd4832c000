from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import constants

from shared.errors import Invalid
from shared.worktime import BusinessHours, Calendar, Entry, Table, china, due, read_table
from shared.worktime.seed import chinesecalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTICE = "State Council notice for 2027"


def entry(day: str, kind: str, source: str = NOTICE) -> Entry:
    return Entry(date=date.fromisoformat(day), kind=kind, source=source)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "working", "kind"),
    [
        ("2026-09-18", True, "workday"),
        ("2026-09-19", False, "weekend"),
        ("2026-09-20", True, "workday"),
        ("2026-09-25", False, "holiday"),
        ("2026-09-27", False, "holiday"),
        ("2026-10-07", False, "holiday"),
        ("2026-10-10", True, "workday"),
        ("2026-10-11", False, "weekend"),
    ],
)
def test_a_day_of_a_published_year_says_what_it_is(day: str, working: bool, kind: str):
    answer = china().day(date.fromisoformat(day))
    assert (answer.working, answer.kind, answer.provisional) == (working, kind, False)


def test_a_holiday_names_its_source():
    assert china().day(date(2026, 10, 1)).source == "National Day (国办发明电〔2025〕7号)"


def test_a_holiday_whose_notice_is_not_known_names_the_release_that_knows_it():
    assert china().day(date(2016, 10, 1)).source.startswith("National Day (chinesecalendar ")


def test_a_make_up_day_names_what_it_makes_up_for():
    assert china().day(date(2026, 9, 20)).source == "National Day (国办发明电〔2025〕7号)"


def test_an_unpublished_year_has_weekends_off_and_is_provisional():
    national_day = china().day(date(2028, 10, 2))
    saturday = china().day(date(2028, 10, 7))
    assert national_day.working
    assert national_day.provisional
    assert not saturday.working
    assert saturday.provisional


def test_a_due_date_that_reaches_an_unpublished_year_is_provisional():
    calendar = china()
    moment = due(datetime(2026, 12, 30, 9, tzinfo=SHANGHAI), 2, "working_days", calendar)
    assert moment == datetime(2027, 1, 1, 17, tzinfo=SHANGHAI)
    assert calendar.provisional(date(2026, 12, 30), moment.date())
    assert not calendar.provisional(date(2026, 12, 30), date(2026, 12, 31))


def test_the_table_of_the_operator_overrides_the_seed():
    calendar = Calendar(
        Table(entries=(entry("2026-09-21", "holiday"), entry("2026-09-26", "workday")))
    )
    assert not calendar.is_working(date(2026, 9, 21))
    assert calendar.is_working(date(2026, 9, 26))
    assert calendar.day(date(2026, 9, 21)).source == NOTICE


def test_one_entry_does_not_publish_its_year():
    calendar = Calendar(Table(entries=(entry("2027-03-03", "holiday"),)))
    assert not calendar.day(date(2027, 3, 3)).provisional
    assert calendar.day(date(2027, 3, 4)).provisional
    assert calendar.provisional(date(2027, 3, 1), date(2027, 3, 5))


def test_a_single_day_in_the_seed_does_not_publish_its_year(monkeypatch: pytest.MonkeyPatch):
    ahead = {**constants.workdays, date(2027, 1, 3): "New Year's Day"}
    monkeypatch.setattr(constants, "workdays", ahead)
    seed = chinesecalendar.__wrapped__()
    assert date(2027, 1, 3) in seed.days
    assert max(seed.published) == 2026


def test_a_year_that_the_operator_declares_published_is_not_provisional():
    calendar = Calendar(Table(entries=(entry("2027-01-01", "holiday"),), published={2027: NOTICE}))
    assert not calendar.provisional(date(2027, 1, 1), date(2027, 12, 31))
    assert calendar.day(date(2027, 6, 1)).source == NOTICE


def test_working_days_between_leave_out_the_first_day_and_take_in_the_last():
    calendar = china()
    assert calendar.working_days_between(date(2026, 9, 18), date(2026, 10, 22)) == 20
    assert calendar.working_days_between(date(2026, 9, 18), date(2026, 9, 18)) == 0
    assert calendar.working_days_between(date(2026, 10, 22), date(2026, 9, 18)) == -20


@pytest.mark.parametrize("year", [2006, 2024, 2025, 2026, 2027])
def test_the_table_of_the_calendar_agrees_with_a_count_day_by_day(year: int):
    calendar = china()
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    counted = 0
    for day in days[1:]:
        counted += calendar.day(day).working
        assert calendar.working_days_between(days[0], day) == counted
        assert calendar.is_working(day) == calendar.day(day).working


def test_a_year_has_the_working_days_that_its_notice_leaves():
    # 2026: 365 days, 104 weekend days, 33 holidays of which 14 on weekends, 6 weekend days worked
    calendar = china()
    assert calendar.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_a_day_outside_the_calendar_is_refused_by_name():
    with pytest.raises(Invalid, match=r"date: 1875-06-01 lies outside the calendar"):
        china().day(date(1875, 6, 1))
    with pytest.raises(Invalid, match="lies outside the calendar"):
        due(datetime(2100, 12, 30, tzinfo=SHANGHAI), 45, "working_days", china())
    with pytest.raises(Invalid, match="lies outside the calendar"):
        due(datetime(1875, 6, 1, tzinfo=SHANGHAI), 1, "working_hours", china())


def test_an_instant_without_zone_is_refused():
    with pytest.raises(Invalid, match="no zone"):
        due(datetime(2026, 9, 18, 9), 1, "working_days", china())


@pytest.mark.parametrize("amount", [0, -3])
def test_a_limit_of_nothing_is_refused(amount: int):
    with pytest.raises(Invalid, match="amount"):
        due(datetime(2026, 9, 18, 9, tzinfo=SHANGHAI), amount, "working_days", china())


def test_an_unknown_unit_is_refused_by_name():
    with pytest.raises(Invalid, match="unit: 'weeks'"):
        due(
            datetime(2026, 9, 18, 9, tzinfo=SHANGHAI),
            1,
            "weeks",  # type: ignore[arg-type]
            china(),
        )


def test_other_hours_of_business_move_the_end_of_the_last_day():
    calendar = Calendar(hours=BusinessHours.parse("08:30-11:30, 14:00-17:30"))
    start = datetime(2026, 9, 18, 9, tzinfo=SHANGHAI)
    assert due(start, 1, "working_days", calendar) == datetime(2026, 9, 20, 17, 30, tzinfo=SHANGHAI)
    assert due(start, 3, "working_hours", calendar) == datetime(
        2026, 9, 18, 14, 30, tzinfo=SHANGHAI
    )


@pytest.mark.parametrize("text", ["", "9-17", "09:00", "13:00-12:00", "09:00-12:00,11:00-17:00"])
def test_hours_of_business_that_make_no_day_are_refused(text: str):
    with pytest.raises(Invalid, match="business_hours"):
        BusinessHours.parse(text)


TABLE = """
published:
  2027: State Council notice for 2027
days:
  - {date: 2027-01-01, kind: holiday, source: State Council notice for 2027}
  - {date: 2027-01-03, kind: workday, source: State Council notice for 2027}
"""


def test_a_table_is_read_from_yaml(tmp_path: Path):
    path = tmp_path / "days.yaml"
    path.write_text(TABLE, encoding="utf-8")
    table = read_table(path)
    assert table.published == {2027: NOTICE}
    assert table.entries == (entry("2027-01-01", "holiday"), entry("2027-01-03", "workday"))


def test_a_bare_list_of_entries_is_a_table(tmp_path: Path):
    path = tmp_path / "days.yaml"
    path.write_text("- {date: '2026-03-03', kind: holiday, source: Guangxi}", encoding="utf-8")
    assert read_table(path).entries == (entry("2026-03-03", "holiday", "Guangxi"),)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("days: [{date: 2027-02-30, kind: holiday, source: x}]", "days[0].date"),
        ("days: [{date: 2027-02-03, kind: feast, source: x}]", "days[0].kind"),
        ("days: [{date: 2027-02-03, kind: holiday}]", "days[0].source"),
        ("days: [{kind: holiday, source: x}]", "days[0].date"),
        ("days: [1]", "days[0]"),
        ("days: soon", "days"),
        ("published: {next: x}", "published"),
        ("published: [2027]", "published"),
        ("holidays: []", "holidays"),
        ("just a word", ""),
        ("days: [", ""),
        (
            "[{date: 2027-02-03, kind: holiday, source: x},"
            " {date: 2027-02-03, kind: workday, source: y}]",
            "days[1].date",
        ),
    ],
)
def test_a_table_that_cannot_be_read_names_the_field(tmp_path: Path, text: str, field: str):
    path = tmp_path / "days.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        read_table(path)
    assert field in [
        fault.field.removeprefix("calendar").lstrip(".") for fault in caught.value.faults
    ]


def test_a_table_that_is_not_there_is_refused_by_name(tmp_path: Path):
    with pytest.raises(Invalid, match=r"absent\.yaml"):
        read_table(tmp_path / "absent.yaml")
