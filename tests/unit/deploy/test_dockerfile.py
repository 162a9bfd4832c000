"""deploy/Dockerfile means what it says; what it does is done here in a clean folder."""

import json
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockerfile import Image, command, ignored, stages, variables
from settings_in_code import service_settings

from deploy.local.npm import COMMAND, PAGES
from deploy.local.packages import CHINESE_FONT
from deploy.local.places import ROOT
from deploy.local.ports import free_ports
from deploy.local.postgres import Postgres
from deploy.local.process import until
from deploy.local.services import CATALOGUE, SERVICES, departments
from deploy.production.secret_files import database_role
from services.supervision.sheets.pdf import FONTS
from shared.delivery.topology import topology
from shared.web.pages.assets import SCRIPTS, SCRIPTS_FOLDER
from tests.fixtures.broker import Vhost
from tests.fixtures.nodejs import install_nodejs

FULL, RUNTIME = ROOT / "requirements.lock", ROOT / "requirements-runtime.lock"
GRACE = 30.0
"""Seconds that compose.yaml and the units give a service to stop."""


def pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.M))


def test_what_runs_is_locked_to_the_versions_that_are_tested() -> None:
    full, runtime = pinned(FULL), pinned(RUNTIME)
    assert runtime.items() <= full.items()
    assert not {"pytest", "ruff", "mypy", "hypothesis"} & set(runtime)
    hashes = FULL.read_text()
    assert all(it in hashes for it in re.findall(r"sha256:\w+", RUNTIME.read_text()))


def test_the_runtime_lock_has_every_package_that_the_project_names() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    named = re.search(r"^dependencies = \[(.*?)^\]", text, re.M | re.S)
    assert named is not None
    wanted = {re.split(r"[<>=!~]", it)[0].lower() for it in re.findall(r'"(.+?)"', named[1])}
    assert wanted <= set(pinned(RUNTIME))


def test_the_image_runs_as_nobody_special_and_keeps_its_data_in_one_place() -> None:
    final = stages()[-1]
    assert final.values("USER") == ["10001:10001"]
    assert final.values("VOLUME") == ["/data"]
    assert "-o 10001 -g 10001 /data" in " ".join(final.values("RUN"))
    assert "--uid 10001" in " ".join(final.values("RUN"))
    assert final.values("STOPSIGNAL") == ["SIGTERM"]
    words = [word for word, _ in final.instructions]
    assert words.index("USER") > max(i for i, word in enumerate(words) if word in ("RUN", "COPY"))


def test_both_stages_of_python_have_one_and_it_is_one_that_the_project_supports() -> None:
    bases = {stage.base for stage in stages() if stage.name != "scripts"}
    assert len(bases) == 1
    major, minor = re.findall(r"\d+", bases.pop())[:2]
    assert (int(major), int(minor)) >= (3, 11)


def test_the_image_has_the_font_that_pdf_files_need() -> None:
    installed = [it for it in stages()[-1].values("RUN") if it.startswith("apt-get")]
    assert CHINESE_FONT.name in " ".join(installed).split()
    assert Path("/", CHINESE_FONT.pattern) in FONTS


def test_its_variables_exist_and_hold_no_secret() -> None:
    found = variables(stages()[-1])
    ours = {name: value for name, value in found.items() if not name.startswith(("PY", "PATH"))}
    assert set(ours) <= {*service_settings(), SCRIPTS_FOLDER}
    assert ours["ONEWINDOW_PRODUCTION"] == "1"
    assert not {"AMQP_URI", "ONEWINDOW_DATABASE"} & set(ours)
    assert stages()[-1].values("EXPOSE") == [ours["ONEWINDOW_HTTP"].rpartition(":")[2]]


def test_the_scripts_of_the_pages_come_by_the_lock_file_and_run_nothing_on_the_way() -> None:
    (scripts,) = (stage for stage in stages() if stage.name == "scripts")
    assert scripts.values("COPY")[0].split()[0] == str(PAGES.relative_to(ROOT))
    assert set(COMMAND[:5]) <= set(scripts.values("RUN")[0].split())
    lock = json.loads((PAGES / "package-lock.json").read_text())["packages"]
    assert all(it["integrity"].startswith("sha512-") for name, it in lock.items() if name)
    assert set(SCRIPTS.values()) <= {str(path) for path in wanted_of(lock)}


def wanted_of(lock: dict[str, Any]) -> Iterator[Path]:
    """The scripts that pages load, as far as a package of the lock file would bring them."""
    for path in map(Path, SCRIPTS.values()):
        if any(name and path.is_relative_to(name) for name in lock):
            yield path


def test_only_what_is_copied_reaches_the_builder() -> None:
    copied = [value.split() for stage in stages() for value in stage.values("COPY")]
    from_here = {words[0] for words in copied if not words[0].startswith("--from")}
    assert all((ROOT / name).exists() for name in from_here)
    from_here = {name.partition("/")[0] for name in from_here}
    rules = ignored()
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == from_here
    assert {"deploy/secrets", "deploy/.env"} <= set(rules)


def test_the_steps_of_the_image_give_a_stack_that_runs(
    vhost: Vhost, postgres_of_its_own: Postgres, tmp_path: Path
) -> None:
    """Slow: installs every package. Then all that compose.yaml does, in its order."""
    install_nodejs()
    image = Image(tmp_path)
    image.build()
    before = listing(image.root / "opt")
    prepare(image, vhost, postgres_of_its_own)
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    running = {name: start(image, name, ports[name]) for name in SERVICES}
    try:
        for name in SERVICES:
            until_healthy(image, name, running[name], ports[name])
        until(
            lambda: answers(ports["intake"], "/items").get("items"),
            seconds=30,
            what="the catalogue's way from routing to intake",
            process=running["intake"],
            log=tmp_path / "intake.log",
        )
        for name in ("department", "supervision"):
            assert "htmx" in script_of(ports[name]), name
        began = time.monotonic()
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        assert [it.wait(GRACE) for it in running.values()] == [0] * len(SERVICES)
        assert time.monotonic() - began < GRACE
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    assert listing(image.root / "opt") == before


def listing(folder: Path) -> set[tuple[Path, int]]:
    return {(path, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


def prepare(image: Image, vhost: Vhost, server: Postgres) -> None:
    """What the containers broker-setup and database-setup do."""
    users = [user.name for user in topology(departments(CATALOGUE)).users]
    passwords = {f"broker/{user}": vhost.passwords.of(user) for user in users}
    passwords |= {f"database/{name}": f"{name}-secret" for name in SERVICES}
    url = server.create_database("onewindow")
    secrets = {"passwords.json": json.dumps(passwords), "broker": vhost.uri(), "database": url}
    for name in SERVICES:
        secrets[f"{name}.amqp-uri"] = vhost.uri(name)
        place = url.rpartition("@")[2]
        secrets[f"{name}.database-url"] = (
            f"postgresql://{database_role(name)}:{name}-secret@{place}"
        )
    for name, text in secrets.items():
        (image.place / name).write_text(text)
    given = {
        "AMQP_URI_FILE": str(image.place / "broker"),
        "ONEWINDOW_DATABASE_FILE": str(image.place / "database"),
        "ONEWINDOW_BROKER_API": vhost.address.api,
    }
    for what in ("broker", "database"):
        words = ["python", "-m", "deploy", what, "setup"]
        file = str(image.place / "passwords.json")
        done = in_image(image, [*words, "--passwords", file], given)
        assert done.wait(60) == 0, (image.place / f"{what}.log").read_text()


def in_image(image: Image, words: list[str], given: dict[str, str]) -> "subprocess.Popen[bytes]":
    """A program started as the image starts it, with no variable of this machine."""
    environ = {**image.environment(), **given, "LANG": "C.UTF-8"}
    program = [*command(image.final, "ENTRYPOINT"), *words]
    program[0] = str(image.within(image.root, "/opt/onewindow/venv/bin/python"))
    with (image.place / f"{words[3]}.log").open("w") as log:
        return subprocess.Popen(
            program,
            cwd=image.within(image.root, image.final.values("WORKDIR")[-1]),
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def start(image: Image, name: str, port: int) -> "subprocess.Popen[bytes]":
    given = {
        "AMQP_URI_FILE": str(image.place / f"{name}.amqp-uri"),
        "ONEWINDOW_DATABASE_FILE": str(image.place / f"{name}.database-url"),
        "ONEWINDOW_HTTP": f"0.0.0.0:{port}",
    }
    return in_image(image, ["python", "-m", "services", name], given)


def until_healthy(image: Image, name: str, process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until the service is well, and see that the command of the HEALTHCHECK says so."""
    until(
        lambda: answers(port, "/health").get("status") == "ok",
        seconds=90,
        what=name,
        process=process,
        log=image.place / f"{name}.log",
    )
    words = command(image.final, "HEALTHCHECK")
    words[0] = str(image.within(image.root, "/opt/onewindow/venv/bin/python"))
    done = subprocess.run(
        words,
        cwd=image.within(image.root, image.final.values("WORKDIR")[-1]),
        env={**image.environment(), "ONEWINDOW_HTTP": f"0.0.0.0:{port}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["status"]) == (0, "ok")


def script_of(port: int) -> str:
    """What a page of the service loads of npm's."""
    address = f"http://127.0.0.1:{port}"
    with urllib.request.urlopen(f"{address}/sign-in", timeout=60) as page:
        found = re.search(r"/assets/htmx-\w+\.js", page.read().decode())
    assert found is not None, "the page does without scripts"
    with urllib.request.urlopen(address + found[0], timeout=60) as script:
        text: str = script.read().decode()
    return text


def answers(port: int, path: str) -> dict[str, Any]:
    """What a service answers, or nothing while it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            found: dict[str, Any] = json.loads(answer.read())
    except OSError:
        return {}
    return found
