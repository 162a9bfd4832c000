"""deploy/README.md is in step with the code."""

import re

from onewindow_worker.settings import Settings as WorkerSettings
from settings_in_code import all_settings, service_settings

from deploy.cli import command_names
from deploy.local.places import ROOT

README = (ROOT / "deploy" / "README.md").read_text()
ROW = re.compile(r"^\| `(AMQP_URI|ONEWINDOW_\w+)` \| (.+?) \| (.+?) \| .+\|$", re.M)


def test_every_variable_of_the_code_has_its_row_and_no_row_is_left_over() -> None:
    rows = [row[1] for row in ROW.finditer(README)]
    assert len(rows) == len(set(rows))
    assert set(rows) == all_settings()


def test_what_a_service_needs_is_called_needed() -> None:
    needed = {row[1] for row in ROW.finditer(README) if row[3] == "needed"}
    required = {name for name, required in service_settings().items() if required}
    assert needed - {"ONEWINDOW_WORKER_DEPARTMENT", "ONEWINDOW_WORKER_URI"} == required


def test_the_defaults_are_those_of_the_code() -> None:
    shown = {row[1]: row[3].strip("`") for row in ROW.finditer(README)}
    settings = (ROOT / "shared" / "settings.py").read_text()
    for name, default in shown.items():
        found = re.search(rf'"{name}", "?([\w.:-]+)"?[,)]', settings)
        if found and name != "ONEWINDOW_PRODUCTION":
            assert default == found[1], name
    for name in ("threads", "prefetch", "attempts", "retry_after", "sender"):
        assert shown[f"ONEWINDOW_WORKER_{name.upper()}"] == str(getattr(WorkerSettings, name))


def test_every_command_and_file_that_it_names_exists() -> None:
    commands = set(re.findall(r"(?:\./onewindow|-m deploy) ([a-z-]+)", README))
    assert {"secrets", "broker", "database", "trace", "up"} <= commands <= set(command_names())
    for path in re.findall(r"deploy/systemd/([\w@.-]+\.\w+)", README):
        assert (ROOT / "deploy" / "systemd" / path).exists()
    assert "requirements-runtime.lock" in README


def test_the_ports_are_those_of_the_units() -> None:
    listed = dict(re.findall(r"^\| (88\d\d) \| (\w+) \(HTTP\)", README, re.M))
    for port, service in listed.items():
        text = (ROOT / "deploy" / "systemd" / f"{service}.env").read_text()
        assert f"ONEWINDOW_HTTP=127.0.0.1:{port}\n" in text
    assert len(listed) == 4
