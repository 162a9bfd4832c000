"""Figures of a sheet, worked by hand; periods; the score and its rules."""

import io
import random
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook

from services.supervision.sheets.charts import distribution, punctuality
from services.supervision.sheets.figures import DISTRIBUTION, FIGURES, OF_KEY
from services.supervision.sheets.files import csv_of, xlsx_of
from services.supervision.sheets.periods import before, months_to, period_of
from services.supervision.sheets.report import plain, report, table
from services.supervision.sheets.rules import NO_RULES, read_rules, rules_from, scored
from services.supervision.sheets.sheet import Beside, p90, sheet, value_of
from services.supervision.sheets.words import said
from shared.businesstime import CHINA
from shared.errors import Invalid

SHIPPED = Path(__file__).parents[3] / "deploy" / "catalogue" / "sheets.yaml"
NOW = datetime(2026, 10, 1, 9, tzinfo=CHINA)
RULES = {
    "version": "1",
    "score": {
        "on_time_rate": {"weight": 60, "full": "100%", "none": "50%"},
        "cards_per_100": {"weight": 40, "full": 0, "none": 20},
    },
    "grades": [{"from": 75, "zh": "良好", "en": "good"}, {"from": 0, "zh": "差", "en": "poor"}],
}


def row(used=1.0, *, count=1, **told):
    """Facts that are alike: completed, of 5 working days, accepted at once."""
    given = {
        "department": "planning",
        "ending": "completed",
        "unit": "working_days",
        "budget": 5,
        "used": used,
        "lateness": int(used > told.get("budget", 5)),
        "acceptance_unit": "working_days",
        "acceptance_budget": 1,
        "acceptance_used": 0.0,
        "acceptance_lateness": 0,
        "answered": 1,
        "returns": 0,
        "stops": 0,
        "count": count,
    }
    return SimpleNamespace(**{**given, **told})


WORKED = [
    row(1.0, count=4),
    row(3.0, count=4, acceptance_used=1.0),
    row(5.0, returns=2),
    row(8.0, acceptance_used=2.0, acceptance_lateness=1),
    row(2.0, ending="declined"),
    row(0.0, ending="cancelled", answered=0),
    row(6.0, ending="deemed", answered=0, acceptance_used=6.0, acceptance_lateness=1),
    row(0.0, ending="completed", budget=0, unit="", lateness=0),
]
CARDS = Beside(cards={"yellow": 2, "red": 1})


def test_a_sheet_worked_by_hand():
    """The example of the guide: 14 tasks, of which 11 say something of punctuality."""
    values = sheet("planning", WORKED, CARDS).values
    told = {key: said(OF_KEY[key], value, "en") for key, value in values.items()}
    assert {key: told[key] for key in ("ended", "completed", "measured", "on_time", "late")} == {
        "ended": "14",
        "completed": "11",
        "measured": "11",
        "on_time": "9",
        "late": "2",
    }
    assert told["on_time_rate"] == "81.8%", "9 of 11: without the declined and the cancelled"
    assert told["used_mean_working_days"] == "3.18", "(4x1 + 4x3 + 5 + 8 + 6) / 11 = 35 / 11"
    assert told["used_p90_working_days"] == "6.00", "the 10th of 11"
    assert told["share_p90"] == "120.0%"
    assert told["acceptance_mean_working_days"] == "0.92", "(4x1 + 2 + 6) / 13"
    assert told["acceptance_on_time_rate"] == "84.6%", "11 of 13: without the cancelled"
    assert (told["return_rate"], told["decline_rate"]) == ("7.1%", "7.1%"), "1 of 14"
    assert (told["deemed"], told["cancelled"], told["yellow"], told["red"]) == ("1", "1", "2", "1")
    assert told["cards_per_100"] == "21.43", "3 of 14"


def test_of_nothing_there_is_no_rate_and_no_mean():
    values = sheet("planning", [], Beside()).values
    for figure in FIGURES:
        shown = said(figure, values[figure.key], "zh")
        assert shown == ("0" if figure.kind in ("count", "cards") else "无"), figure.key


def test_other_units_have_figures_of_their_own_and_are_shown_where_there_are_any():
    hours = row(4.0, unit="working_hours", budget=8)
    together = sheet("", [*WORKED, hours], CARDS)
    assert together.values["used_mean_working_hours"].value == 4.0
    assert together.values["used_mean_working_days"].count == 11
    told = report([together], NO_RULES, period="2026", region="", at=NOW)
    keys = [figure.key for figure in told.figures]
    assert "used_mean_working_hours" in keys
    assert "used_mean_calendar_days" not in keys


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([], None),
        ([(7.0, 1)], 7.0),
        ([(float(it), 1) for it in range(1, 11)], 9.0),
        ([(float(it), 1) for it in range(1, 12)], 10.0),
        ([(1.0, 90), (2.0, 10)], 1.0),
        ([(1.0, 89), (2.0, 11)], 2.0),
    ],
)
def test_nine_in_ten_are_at_most_the_percentile(numbers, found):
    assert p90(numbers) == found


ROWS = some.lists(
    some.builds(
        row,
        some.sampled_from([0.0, 1.0, 2.5, 5.0, 6.25, 7.5, 11.0]),
        count=some.integers(1, 5),
        ending=some.sampled_from(["completed", "declined", "cancelled", "transferred", "deemed"]),
        budget=some.sampled_from([0, 5, 10]),
        answered=some.integers(0, 1),
        returns=some.integers(0, 2),
    ),
    max_size=12,
)


@given(rows=ROWS, seed=some.integers(0, 99))
def test_counts_add_up_and_no_order_changes_a_figure(rows, seed):
    made = sheet("", rows, Beside())
    values = {key: it.count for key, it in made.values.items()}
    endings = ("completed", "decline_rate", "cancelled", "transferred", "deemed")
    assert sum(values[it] for it in endings) == values["ended"]
    assert values["on_time"] + values["late"] == values["measured"] <= values["ended"]
    assert sum(made.distribution[it.key].count for it in DISTRIBUTION) == values["measured"]
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert sheet("", shuffled, Beside()) == made


@given(rows=ROWS)
def test_facts_that_are_alike_count_as_many(rows):
    single = [SimpleNamespace(**{**vars(it), "count": 1}) for it in rows for _ in range(it.count)]
    for figure in FIGURES:
        assert value_of(figure, single, Beside()) == value_of(figure, rows, Beside())


def test_a_score_follows_the_line_between_full_and_none():
    score = scored(sheet("planning", WORKED, CARDS), rules_from(RULES))
    marks = {it.figure: round(it.points, 2) for it in score.marks}
    assert marks == {"on_time_rate": 38.18, "cards_per_100": 0.0}
    assert (score.score, score.grade.en) == (38.2, "poor")


def test_a_figure_of_which_there_is_nothing_is_left_out_with_its_weight():
    only_declined = sheet("planning", [row(ending="declined")], Beside())
    score = scored(only_declined, rules_from(RULES))
    assert score.score == 100.0, "the cards alone"
    assert [it.points for it in score.marks] == [None, 40.0]


def test_few_tasks_are_not_scored():
    rules = rules_from({**RULES, "least": 15})
    assert scored(sheet("planning", WORKED, CARDS), rules).score is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 3}, "version: is missing"),
        ({"score": {}}, "score: names no figure"),
        ({"score": {"speed": {"weight": 1, "full": 1, "none": 0}}}, "score.speed: is unknown"),
        ({"score": {"late": {"weight": 0, "full": 1, "none": 0}}}, "score.late.weight: must be"),
        ({"score": {"late": {"weight": 1, "full": "x", "none": 0}}}, "score.late.full: 'x' is no"),
        ({"score": {"late": {"weight": 1, "full": 1, "none": 1}}}, "score.late.full: is the same"),
        ({"grades": [{"from": 1, "zh": "好"}]}, "grades[0]: needs zh and en"),
        ({"wieghts": 1}, "wieghts: is unknown"),
    ],
)
def test_wrong_rules_are_told_by_the_field(change, problem):
    with pytest.raises(Invalid) as told:
        rules_from({**RULES, **change})
    assert problem in str(told.value)


def test_the_example_of_the_guide_is_what_is_tested_here():
    guide = (SHIPPED.parents[2] / "services" / "supervision" / "README.md").read_text()
    block = guide.partition("### The score")[2].partition("```yaml")[2].partition("```")[0]
    rules = rules_from(yaml.safe_load(block))
    assert rules.score == rules_from(RULES).score
    score = scored(sheet("planning", WORKED, CARDS), rules)
    assert f"the score is **{score.score}**" in guide


def test_the_shipped_rules_are_sound_and_weigh_a_hundred(tmp_path):
    rules = read_rules(SHIPPED)
    assert sum(it.weight for it in rules.score.values()) == 100
    assert read_rules(tmp_path / "sheets.yaml") is NO_RULES


@pytest.mark.parametrize(
    ("text", "first", "last", "earlier"),
    [
        ("2026-02", "2026-02-01", "2026-02-28", "2026-01"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4"),
        ("2026-q4", "2026-10-01", "2026-12-31", "2026-Q3"),
        ("2026", "2026-01-01", "2026-12-31", "2025"),
        ("2026-07-01..2026-07-10", "2026-07-01", "2026-07-10", "2026-06-21..2026-06-30"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text, first, last, earlier):
    period = period_of(text)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert before(period).name == earlier
    begin, end = period.bounds(CHINA)
    assert begin.isoformat() == f"{first}T00:00:00+08:00"
    assert end > datetime.combine(period.last, datetime.max.time(), CHINA)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "now", "2026-07-02..2026-07-01"])
def test_what_is_no_period_is_said_so(text):
    with pytest.raises(Invalid, match="is no period"):
        period_of(text)


def test_a_year_of_months_ends_with_the_period():
    assert [it.name for it in months_to(period_of("2026-Q1"), 4)] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]


def test_charts_have_a_bar_for_every_month_and_every_share():
    bars = punctuality([(it, 1, 1) for it in months_to(period_of("2026"))])
    assert [bar.part for bar in bars] == [0.5] * 12
    assert len({bar.x for bar in bars}) == 12
    spread = distribution(sheet("", WORKED, CARDS))
    assert [bar.count for bar in spread] == [4, 0, 4, 1, 1, 0, 1]
    assert [bar.over for bar in spread] == [False] * 4 + [True] * 3


def test_files_have_the_figures_and_nothing_that_a_spreadsheet_would_reckon():
    told = report(
        [sheet("=cmd()", WORKED, CARDS)], rules_from(RULES), period="2026", region="", at=NOW
    )
    rows = table(told, "en", str)
    assert "'=cmd()" in csv_of(rows).decode("utf-8-sig")
    file = xlsx_of(rows, ["Performance sheet"])
    page = load_workbook(io.BytesIO(file)).worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert page.cell(2, 1).value == "'=cmd()"
    assert page.cell(2, 1 + heads.index("On-time rate")).value == 0.818
    assert plain(told)["departments"][0]["figures"]["late"] == {"value": 2, "count": 2, "of": 14}
