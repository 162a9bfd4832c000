"""Installing a server: what is said when that cannot be done, and what is left as it was."""

import os
from pathlib import Path

import pytest

from deploy.local import packages
from deploy.local.packages import CannotInstall, Package, services_stay_down

MISSING = Package(
    name="rabbitmq-server",
    title="RabbitMQ",
    pattern="nowhere/rabbitmq-server",
    otherwise=", or set AMQP_URI to a broker that you have",
)


def programs(folder: Path, **scripts: str) -> str:
    folder.mkdir(exist_ok=True)
    for name, text in scripts.items():
        file = folder / name.replace("_", "-")
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
    return str(folder)


def quiet(_: str) -> None: ...


def test_without_apt_get_the_sentence_says_what_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", programs(tmp_path / "bin"))
    with pytest.raises(CannotInstall) as refused:
        packages.ensure(MISSING, log=tmp_path / "log", say=quiet)
    assert "there is no apt-get here" in str(refused.value)
    assert "set AMQP_URI to a broker that you have" in str(refused.value)


def test_without_root_the_sentence_gives_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", programs(tmp_path / "bin", apt_get="exit 99", sudo="exit 1"))
    with pytest.raises(CannotInstall, match="needs root: run `sudo apt-get install rabbitmq-ser"):
        packages.ensure(MISSING, log=tmp_path / "log", say=quiet)


def test_root_comes_through_sudo_that_asks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", programs(tmp_path / "bin", apt_get="exit 99", sudo="exit 0"))
    assert packages.root_prefix(MISSING) == ["sudo", "-n"]


def test_a_policy_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    with services_stay_down([], policy):
        assert policy.read_text() == "#!/bin/sh\nexit 101\n"
    assert policy.read_text() == "#!/bin/sh\nexit 101\n"


def test_a_policy_of_ours_goes_again_also_one_that_a_crash_left(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    for left in ("", f"#!/bin/sh\n{packages.MARK}\nexit 101\n"):
        if left:
            policy.write_text(left)
        with pytest.raises(RuntimeError), services_stay_down([], policy):
            assert policy.stat().st_mode & 0o777 == 0o755
            assert "exit 101" in policy.read_text()
            raise RuntimeError("apt-get was interrupted")
        assert not policy.exists()


def test_the_tests_run_on_what_the_package_brings() -> None:
    assert packages.RABBITMQ.installed()
    assert packages.POSTGRESQL.installed()
    assert not MISSING.installed()
