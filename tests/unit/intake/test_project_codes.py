"""The scheme of case codes is a setting: the national project code (GB/T 40058-2021)."""

import pytest

from shared.casecode import scheme_named
from tests.unit.intake.client import complete, hand_in
from tests.unit.intake.conftest import serving

KEY = "a key that lasts as long as the codes"
PROJECT = {
    "ONEWINDOW_CODE_SCHEME": "project",
    "ONEWINDOW_CODE_KEY": KEY,
    "ONEWINDOW_CENTRAL_DEPARTMENT": "47",
    "ONEWINDOW_PROJECT_TYPE": "03",
}


def test_an_office_of_projects_issues_project_codes(tmp_path):
    intake = serving(tmp_path, **PROJECT)
    try:
        answers = [hand_in(intake, complete(intake)) for _ in range(2)]
    finally:
        intake.end()
    codes = [answer.json()["case"] for answer in answers]
    assert len(set(codes)) == 2
    for code in codes:
        assert code.startswith("2609-330100-47-03-")
        assert scheme_named("project", key=KEY.encode()).verify(code) == code


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("ONEWINDOW_CODE_KEY", "short", "ONEWINDOW_CODE_KEY: must be 16 to 64 bytes"),
        ("ONEWINDOW_CODE_SCHEME", "roman", "ONEWINDOW_CODE_SCHEME: 'roman' is unknown"),
        ("ONEWINDOW_PROJECT_TYPE", "3", "project type"),
    ],
)
def test_settings_of_which_no_code_can_be_made_stop_the_process(tmp_path, setting, value, said):
    with pytest.raises(AssertionError) as failed:
        serving(tmp_path, **{**PROJECT, setting: value})
    log = str(failed.value)
    assert said in log
    assert "Traceback" not in log
    assert KEY not in log
