"""The units in deploy/systemd mean what they say: checked against the code, and by systemd."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from settings_in_code import all_settings, service_settings, worker_settings

from deploy.local.places import ROOT
from deploy.local.services import SERVICES
from deploy.production.secret_files import Servers, write_secrets
from shared.businesstime import BusinessTime
from shared.settings import Settings

FOLDER = ROOT / "deploy" / "systemd"
SERVICE, WORKER = "onewindow@.service", "onewindow-worker@.service"


def lines(file: str) -> list[tuple[str, str]]:
    """Every `key=value` of a unit, in order."""
    text = (FOLDER / file).read_text()
    pairs = (line.partition("=") for line in text.splitlines() if re.match(r"\w+=", line))
    return [(key, value) for key, _, value in pairs]


def values(file: str, key: str) -> list[str]:
    return [value for name, value in lines(file) if name == key]


def variables(texts: list[str]) -> dict[str, str]:
    return dict(pair.split("=", 1) for text in texts for pair in text.split())


def environment_file(name: str) -> dict[str, str]:
    text = (FOLDER / name).read_text()
    return dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))


def given(service: str) -> dict[str, str]:
    """What systemd hands to a service, with its specifiers filled in."""
    found = {**variables(values(SERVICE, "Environment")), **environment_file("onewindow.env")}
    found |= environment_file(f"{service}.env")
    filled = {
        "%i": service,
        "%S": "/var/lib",
        "%d": f"/run/credentials/onewindow@{service}.service",
    }
    for name, value in found.items():
        found[name] = re.sub(r"%[iSd]", lambda match: filled[match[0]], value)
    return found


def test_the_target_wants_every_service_and_no_other() -> None:
    wanted = values("onewindow.target", "Wants")[0].split()
    assert wanted == [f"onewindow@{name}.service" for name in SERVICES]
    assert values(SERVICE, "PartOf") == values(SERVICE, "WantedBy") == ["onewindow.target"]


def test_a_service_is_started_as_the_code_wants_it() -> None:
    (command,) = values(SERVICE, "ExecStart")
    python = "/opt/onewindow/venv/bin/python"
    assert command == f"{python} -m deploy.start {python} -m services %i"
    (worker,) = values(WORKER, "ExecStart")
    assert worker == "/opt/onewindow-worker/venv/bin/python -m onewindow_worker worker:worker"


def test_each_service_has_all_its_settings_and_only_such_as_exist(tmp_path: Path) -> None:
    write_secrets(tmp_path, Servers(), services=SERVICES, departments=())
    ports = set()
    for name in SERVICES:
        found = given(name)
        ours = {it for it in found if not it.startswith("PYTHON")}
        assert {it.removesuffix("_FILE") for it in ours} <= set(service_settings())
        for loaded in values(SERVICE, "LoadCredential"):
            credential, file = loaded.replace("%i", name).split(":", 1)
            assert file == f"/etc/onewindow/secrets/{name}.{credential}"
            secret = (tmp_path / Path(file).name).read_text().strip()
            told = f"/run/credentials/onewindow@{name}.service/{credential}"
            (variable,) = [it for it, value in found.items() if value == told]
            found[variable.removesuffix("_FILE")] = secret
        with pytest.MonkeyPatch.context() as patch:
            for variable in all_settings():
                patch.delenv(variable, raising=False)
            for variable, value in found.items():
                patch.setenv(variable, value)
            settings = Settings.from_environment(name)
        assert settings.production
        assert settings.time == BusinessTime()
        assert settings.data == Path("/var/lib/onewindow") / name
        assert settings.http_host == "127.0.0.1"
        ports.add(settings.http_port)
    assert ports == {8800, 8801, 8802, 8803}


def test_the_state_folder_is_the_one_that_the_unit_makes() -> None:
    for unit, variable in ((SERVICE, "ONEWINDOW_DATA"), (WORKER, "ONEWINDOW_WORKER_JOURNAL")):
        (folder,) = values(unit, "StateDirectory")
        place = variables(values(unit, "Environment"))[variable]
        assert place == f"%S/{folder}" or place.startswith(f"%S/{folder}/")


def test_the_worker_has_its_settings() -> None:
    found = {**variables(values(WORKER, "Environment")), **environment_file("worker.env")}
    ours = {name for name in found if name.startswith("ONEWINDOW_")}
    assert ours <= worker_settings()
    needed = {"ONEWINDOW_WORKER_DEPARTMENT", "ONEWINDOW_WORKER_URI", "ONEWINDOW_WORKER_JOURNAL"}
    assert needed <= ours
    assert "SECRET@" in found["ONEWINDOW_WORKER_URI"]


@pytest.mark.parametrize("unit", [SERVICE, WORKER])
def test_a_unit_can_do_no_more_than_it_must(unit: str) -> None:
    settings = dict(lines(unit))
    assert settings["DynamicUser"] == settings["NoNewPrivileges"] == "yes"
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == ""
    assert settings["Restart"] == "on-failure"
    assert settings["StateDirectoryMode"] == "0700"


def test_there_is_time_to_stop_in_good_order() -> None:
    assert values(SERVICE, "TimeoutStopSec") == ["30"]
    assert "stop_grace_period: 30s" in (ROOT / "deploy" / "compose.yaml").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize(
    "unit",
    [f"onewindow@{name}.service" for name in SERVICES]
    + ["onewindow-worker@civil-air-defence.service", "onewindow.target"],
)
def test_systemd_finds_nothing_wrong(unit: str, tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        text = file.read_text()
        # the program is not installed on the machine of the test
        text = re.sub(r"^(ExecStart=)\S+", rf"\g<1>{sys.executable}", text, flags=re.M)
        (tmp_path / file.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "onewindow" in line]
    assert (done.returncode, said) == (0, [])
