from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casecode import CodeParts, ProjectCode, RegionalCode, Scheme, month_of, scheme_named
from shared.casecode.shuffle import SIZE, Shuffle
from shared.errors import Invalid

KEY = b"a key for tests only, 32 bytes.."
REGIONAL = RegionalCode()
PROJECT = ProjectCode(key=KEY)

months = st.builds("{:02}{:02}".format, st.integers(0, 99), st.integers(1, 12))
regions = st.integers(110000, 829999).map(str)
two_digits = st.integers(0, 99).map("{:02}".format)
regional_parts = st.builds(
    CodeParts, region=regions, month=months, serial=st.integers(0, 9_999_999)
)
project_parts = st.builds(
    CodeParts,
    region=regions,
    month=months,
    serial=st.integers(0, 99_999),
    central_department=two_digits,
    project_type=two_digits,
)
codes = st.one_of(
    st.tuples(st.just(REGIONAL), regional_parts), st.tuples(st.just(PROJECT), project_parts)
)
SAMPLE = CodeParts(region="330106", month="2609", serial=42)
SAMPLE_PROJECT = CodeParts(
    region="330106", month="2609", serial=42, central_department="04", project_type="01"
)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Invalid) as caught:
        act()
    assert [fault.field for fault in caught.value.faults] == ["case_code"]
    return caught.value.faults[0].problem


def test_a_regional_code_by_hand():
    # 33010626090000042 followed by 00 leaves 11 when divided by 97; 98 - 11 = 87
    assert 3301062609000004200 % 97 == 11
    assert REGIONAL.compose(SAMPLE) == "330106-2609-0000042-87"


def test_a_project_code_has_24_characters_and_its_groups_in_the_order_of_the_standard():
    code = PROJECT.compose(SAMPLE_PROJECT)
    assert len(code) == 24
    assert code.startswith("2609-330106-04-01-")


@given(codes)
def test_a_code_gives_back_its_parts(drawn: tuple[Scheme, CodeParts]):
    scheme, parts = drawn
    assert scheme.parse(scheme.compose(parts)) == parts


@given(codes)
def test_a_code_begins_with_its_series_where_the_scheme_says_so(drawn: tuple[Scheme, CodeParts]):
    scheme, parts = drawn
    assert scheme.compose(parts).startswith(scheme.series(parts) + "-")


@given(codes, st.data())
def test_one_wrong_digit_is_found(drawn: tuple[Scheme, CodeParts], data: st.DataObject):
    scheme, parts = drawn
    code = scheme.compose(parts)
    at = data.draw(st.sampled_from([i for i, char in enumerate(code) if char != "-"]))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != code[at]))
    refusal(lambda: scheme.verify(code[:at] + other + code[at + 1 :]))


def swaps(scheme: Scheme, code: str) -> list[str]:
    """Every code with two different neighbouring digits exchanged, also across a hyphen."""
    digits = code.replace("-", "")
    return [
        digits[:at] + right + left + digits[at + 2 :]
        for at, (left, right) in enumerate(pairwise(digits))
        if left != right
    ]


@given(regional_parts)
def test_two_exchanged_digits_of_a_regional_code_are_found(parts: CodeParts):
    for swapped in swaps(REGIONAL, REGIONAL.compose(parts)):
        refusal(lambda swapped=swapped: REGIONAL.verify(swapped))


def test_nearly_every_exchange_of_digits_in_a_project_code_is_found():
    tried = missed = 0
    for serial in range(3000):
        parts = CodeParts(
            region="330106", month="2609", serial=serial, central_department="04", project_type="01"
        )
        for swapped in swaps(PROJECT, PROJECT.compose(parts)):
            tried += 1
            missed += accepted(PROJECT, swapped)
    assert tried > 40_000
    assert missed / tried < 0.03  # MOD 11,10 misses 20 of 900 cases: about 2.2 in a hundred


def accepted(scheme: Scheme, code: str) -> bool:
    try:
        scheme.verify(code)
    except Invalid:
        return False
    return True


def test_a_code_has_one_pair_of_check_digits_though_97_divides_alike():
    # 00 and 97, 01 and 98, 02 and 99 leave the same remainder: only one of each pair is right
    for serial in range(500):
        code = REGIONAL.compose(CodeParts(region="330106", month="2609", serial=serial))
        right = [f"{code[:-2]}{check:02}" for check in range(100)]
        assert [text for text in right if accepted(REGIONAL, text)] == [code]


@pytest.mark.parametrize(
    "typed",
    [
        "330106-2609-0000042-87",
        "330106 2609 0000042 87",
        "3301062609000004287",
        "  330106-2609-0000042-87\n",
        "３３０１０６－２６０９－００００042－87",
        "330106—2609–0000042−87",
        "330106\u30002609\u00a00000042 87",
    ],
)
def test_what_people_type_is_read(typed: str):
    assert REGIONAL.normalise(typed) == "330106-2609-0000042-87"
    assert REGIONAL.verify(typed) == "330106-2609-0000042-87"
    assert REGIONAL.parse(typed) == SAMPLE


@given(codes)
def test_normalising_twice_is_normalising_once(drawn: tuple[Scheme, CodeParts]):
    scheme, parts = drawn
    code = scheme.compose(parts)
    assert scheme.normalise(code) == code
    assert scheme.normalise(code.replace("-", "")) == code


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_by_name(text: str):
    for scheme in (REGIONAL, PROJECT):
        try:
            assert scheme.compose(scheme.parse(text)) == scheme.normalise(text)
        except Invalid as refused:
            assert [fault.field for fault in refused.faults] == ["case_code"]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "has 0 digits instead of 19"),
        ("330106-2609-000042-15", "has 18 digits instead of 19"),
        ("330106-2609-00000042-87", "has 20 digits instead of 19"),
        ("330106-2609-00000A2-15", "'A' is not a digit"),
        ("330106-2609-0000042-1²", "'²' is not a digit"),
        ("330106-2609-0000042-16", "check digits 16 do not fit"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(typed: str, problem: str):
    assert problem in refusal(lambda: REGIONAL.verify(typed))


def test_a_wrong_check_digit_is_not_told_the_right_one():
    assert "87" not in refusal(lambda: REGIONAL.verify("330106-2609-0000042-16"))


def test_a_code_with_right_check_digits_and_no_such_month_is_refused():
    digits = "330106" + "2613" + "0000042"
    check = 98 - int(digits + "00") % 97
    assert "month" in refusal(lambda: REGIONAL.verify(f"{digits}{check:02}"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "33010"),
        ("region", "033010"),
        ("region", "３３０１０６"),
        ("month", "2613"),
        ("month", "2600"),
        ("month", "269"),
        ("serial", -1),
        ("serial", 10_000_000),
        ("central_department", "04"),
    ],
)
def test_parts_that_make_no_regional_code_are_refused(field: str, value: str | int):
    parts = CodeParts(**{**vars(SAMPLE), field: value})
    assert field.replace("_", " ") in refusal(lambda: REGIONAL.compose(parts))


@pytest.mark.parametrize(
    ("field", "value"),
    [("serial", 100_000), ("central_department", ""), ("project_type", "1"), ("month", "2613")],
)
def test_parts_that_make_no_project_code_are_refused(field: str, value: str | int):
    parts = CodeParts(**{**vars(SAMPLE_PROJECT), field: value})
    assert field.replace("_", " ") in refusal(lambda: PROJECT.compose(parts))


def test_a_month_is_taken_from_the_instant_as_the_offices_see_it():
    assert month_of(datetime(2026, 9, 30, 23, tzinfo=ZoneInfo("Asia/Shanghai"))) == "2609"
    assert month_of(datetime(2103, 1, 1, tzinfo=UTC)) == "0301"


def test_the_random_digits_are_a_permutation_of_all_serials():
    shuffle, series = Shuffle(KEY), "2609-330106-04-01"
    drawn = [shuffle.forward(series, serial) for serial in range(SIZE)]
    assert sorted(drawn) == list(range(SIZE))
    assert [shuffle.back(series, value) for value in drawn[::97]] == list(range(0, SIZE, 97))


def test_the_random_digits_of_neighbours_do_not_follow_each_other():
    shuffle = Shuffle(KEY)
    drawn = [shuffle.forward("2609", serial) for serial in range(2000)]
    near = sum(abs(right - left) < SIZE // 100 for left, right in pairwise(drawn))
    assert near < 100  # 2 in a hundred are expected by chance: 40


def test_another_key_or_series_draws_other_digits():
    drawn = {
        tuple(Shuffle(key).forward(series, serial) for serial in range(20))
        for key in (KEY, KEY[::-1])
        for series in ("2609", "2610")
    }
    assert len(drawn) == 4


def test_a_scheme_is_chosen_by_name():
    assert isinstance(scheme_named("regional"), RegionalCode)
    assert scheme_named("project", key=KEY) == PROJECT


def test_an_unknown_scheme_or_a_project_scheme_without_key_is_refused():
    with pytest.raises(Invalid, match="ONEWINDOW_CODE_SCHEME: 'roman'"):
        scheme_named("roman")
    with pytest.raises(Invalid, match="ONEWINDOW_CODE_KEY"):
        scheme_named("project", key=b"short")
