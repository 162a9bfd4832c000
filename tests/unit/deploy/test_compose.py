"""deploy/compose.yaml means what it says: checked against its schema and against the code."""

import json
import re
import textwrap
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from settings_in_code import all_settings, service_settings

from deploy.cli import command_names
from deploy.local.broker_config import PLUGINS
from deploy.local.places import ROOT
from deploy.local.services import CATALOGUE, departments
from deploy.production.secret_files import Servers, write_secrets
from deploy.start import resolved
from shared.casecode import CodeParts, scheme_named
from shared.delivery.topology import SERVICES
from shared.settings import Settings

FILE = ROOT / "deploy" / "compose.yaml"
SCHEMA = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
SERVERS = {"broker": 5672, "database": 5432}
ONCE = {"secrets", "broker-setup", "database-setup"}
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
LINES = DOCKERFILE.splitlines()


def _filled(value):
    """`${NAME:-default}` as it is when nobody sets NAME."""
    if isinstance(value, str):
        return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
    if isinstance(value, dict):
        return {key: _filled(it) for key, it in value.items()}
    return [_filled(it) for it in value] if isinstance(value, list) else value


DOCUMENT = _filled(yaml.safe_load(FILE.read_text()))
CONTAINERS = DOCUMENT["services"]
OURS = {name: it for name, it in CONTAINERS.items() if name not in SERVERS}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    workers = [f"department.{name}" for name, desk in departments(CATALOGUE).items() if not desk]
    write_secrets(tmp_path / "secrets", Servers(), services=SERVICES, departments=workers)
    return tmp_path / "secrets"


def environment(container: dict, secrets: Path) -> dict[str, str]:
    """What the program in a container finds, its secrets read from where they are mounted."""
    files = {}
    for entry in container.get("secrets", ()):
        source = entry if isinstance(entry, str) else entry["source"]
        target = entry if isinstance(entry, str) else entry["target"]
        files[f"/run/secrets/{target}"] = secrets / Path(DOCUMENT["secrets"][source]["file"]).name
    given = container["environment"].items()
    return resolved({name: str(files[it]) if it in files else it for name, it in given})


def test_the_file_obeys_the_compose_specification() -> None:
    schema = json.loads(SCHEMA.read_text())
    document = yaml.safe_load(FILE.read_text())
    check = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in check.iter_errors(document)] == []
    broken = {**document, "services": {"broker": {"imaeg": "rabbitmq"}}}
    assert not check.is_valid(broken)


def override_with(secret: str) -> dict[str, Any]:
    """The file that the guide shows for a secret, which is one that Compose takes."""
    guide = (ROOT / "deploy" / "README.md").read_text()
    blocks = re.findall(r"^  ```yaml\n(.*?)^  ```$", guide, re.M | re.S)
    (block,) = (it for it in blocks if secret in it)
    override: dict[str, Any] = yaml.safe_load(textwrap.dedent(block))
    schema = json.loads(SCHEMA.read_text())
    check = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in check.iter_errors(override)] == []
    return override


def test_intake_and_routing_get_the_key_of_links_as_the_guide_says(secrets: Path) -> None:
    override = override_with("materials-key")
    (secrets / "materials-key").write_text("0f" * 32 + "\n")
    assert override["services"].keys() == {"intake", "routing"}
    for added in override["services"].values():
        (name,) = added["secrets"]
        mounted = {f"/run/secrets/{name}": str(secrets / name)}
        given = {key: mounted[file] for key, file in added["environment"].items()}
        assert resolved(given) == {"ONEWINDOW_MATERIALS_KEY": "0f" * 32}
    assert "ONEWINDOW_MATERIALS_ADDRESS" in OURS["routing"]["environment"]


def test_intake_gets_the_key_of_project_codes_as_the_guide_says(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    override = override_with("code-key")
    added = override["services"]["intake"]["environment"]
    (secrets / "code-key").write_text("0123456789abcdef" * 2 + "\n")
    mounted = {f"/run/secrets/{it}": str(secrets / it) for it in override["secrets"]}
    given = {
        **environment(OURS["intake"], secrets),
        **resolved({name: mounted[it] for name, it in added.items()}),
        "ONEWINDOW_CODE_SCHEME": "project",
        "ONEWINDOW_CENTRAL_DEPARTMENT": "47",
        "ONEWINDOW_PROJECT_TYPE": "03",
        "ONEWINDOW_DATA": str(tmp_path),
    }
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    read = Settings.from_environment("intake")
    scheme = scheme_named(read.code_scheme, key=read.code_key.encode())
    parts = CodeParts(
        region=read.region,
        month="2609",
        serial=0,
        central_department=read.central_department,
        project_type=read.project_type,
    )
    assert scheme.compose(parts).startswith("2609-330100-47-03-")


def test_each_service_runs_as_itself_and_nothing_else_runs() -> None:
    assert set(OURS) == {*SERVICES, *ONCE, "worker"}
    for name in SERVICES:
        assert OURS[name]["command"] == ["python", "-m", "services", name]
    for name in ("secrets", "broker-setup", "database-setup"):
        python, flag, module, command, *_ = OURS[name]["command"]
        assert (python, flag, module) == ("python", "-m", "deploy")
        assert command in command_names()
    assert OURS["worker"]["command"][:3] == ["python", "-m", "deploy.demo.worker"]
    assert OURS["worker"]["command"][3] in departments(CATALOGUE)


def test_every_service_starts_with_the_settings_it_is_given(secrets: Path) -> None:
    for name in SERVICES:
        environ = environment(OURS[name], secrets)
        with pytest.MonkeyPatch.context() as patch:
            for variable in all_settings():
                patch.delenv(variable, raising=False)
            for variable, value in environ.items():
                patch.setenv(variable, value)
            settings = Settings.from_environment(name)
        assert settings.production
        assert str(settings.data) == "/data"
        assert settings.amqp_uri.startswith(f"amqp://{name}:")
        assert settings.database.startswith(f"postgresql://onewindow_{name}:")
        assert (settings.http_host, settings.http_port) == ("0.0.0.0", 8800)
        required = {variable for variable, needed in service_settings().items() if needed}
        assert required <= set(environ)


def test_every_variable_exists_in_the_code(secrets: Path) -> None:
    for name, container in OURS.items():
        unknown = set(environment(container, secrets)) - all_settings()
        assert not unknown, name
    used = set(re.findall(r"\$\{(\w+)", FILE.read_text()))
    assert used <= set(service_settings())


def test_the_addresses_in_the_secrets_are_those_of_the_servers(secrets: Path) -> None:
    for name in (*SERVICES, "broker-setup", "database-setup", "worker"):
        for variable, value in environment(OURS[name], secrets).items():
            found = re.fullmatch(r"(amqp|postgresql)://\S+@([\w-]+):(\d+)/onewindow", value)
            if variable.endswith(("_URI", "_DATABASE")):
                assert found, (name, variable)
                assert SERVERS[found[2]] == int(found[3])
                assert set(OURS[name]["networks"]) & set(CONTAINERS[found[2]]["networks"])
                assert found[2] in OURS[name]["depends_on"]
    assert CONTAINERS["database"]["environment"]["POSTGRES_DB"] == "onewindow"
    assert OURS["broker-setup"]["environment"]["ONEWINDOW_BROKER_API"] == "http://broker:15672"


def test_no_secret_stands_in_the_file_and_every_file_is_one_that_is_made(secrets: Path) -> None:
    for name, container in CONTAINERS.items():
        for variable in container.get("environment", ()):
            assert not re.search(r"(_URI|_DATABASE|PASS|PASSWORD|COOKIE)$", variable), name
    for name, secret in DOCUMENT["secrets"].items():
        assert secret["file"] == f"./secrets/{name}"
        assert (secrets / name).exists()
    mounted = {
        entry if isinstance(entry, str) else entry["source"]
        for container in CONTAINERS.values()
        for entry in container.get("secrets", ())
    }
    assert mounted == set(DOCUMENT["secrets"])


def test_a_service_sees_no_secret_but_its_own() -> None:
    for name in SERVICES:
        sources = [entry["source"] for entry in OURS[name]["secrets"]]
        assert sources == [f"{name}.amqp-uri", f"{name}.database-url"]
    assert [entry["source"] for entry in OURS["worker"]["secrets"]] == [
        f"department.{OURS['worker']['command'][3]}.amqp-uri"
    ]


def test_every_container_is_hardened_and_limited() -> None:
    for name, container in CONTAINERS.items():
        assert container["read_only"] is True, name
        assert container["cap_drop"] == ["ALL"], name
        assert container["security_opt"] == ["no-new-privileges:true"], name
        assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert "privileged" not in container, name
        if name not in ONCE:
            assert container["restart"] == "unless-stopped", name


def test_only_data_and_tmp_can_be_written() -> None:
    for name in (*SERVICES, "worker"):
        writable = [it for it in OURS[name]["volumes"] if not it.endswith(":ro")]
        shelf = ["intake:/intake"] if name == "department" else []  # materials, and documents
        assert writable == [f"{name}:/data", *shelf]
        assert OURS[name]["tmpfs"] == ["/tmp"]
        assert name in DOCUMENT["volumes"]
    assert "VOLUME /data" in LINES


def test_who_waits_for_whom_can_be_waited_for() -> None:
    for name, container in CONTAINERS.items():
        for other, wait in container.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert CONTAINERS[other]["healthcheck"]["test"][0] == "CMD", (name, other)
            else:
                assert wait["condition"] == "service_completed_successfully"
                assert other in ONCE, (name, other)
    for name in SERVICES:
        assert set(OURS[name]["depends_on"]) == {*SERVERS, "broker-setup", "database-setup"}


def test_published_ports_are_local_and_lead_to_where_the_service_listens() -> None:
    published = {}
    for name, container in CONTAINERS.items():
        for port in container.get("ports", ()):
            host, outer, inner = port.split(":")
            assert host == "127.0.0.1"
            assert inner == OURS[name]["environment"]["ONEWINDOW_HTTP"].rpartition(":")[2]
            assert "outside" in container["networks"]
            published[name] = int(outer)
    assert published == {"intake": 8800, "department": 8802, "supervision": 8803}
    assert "EXPOSE 8800" in LINES


def test_the_broker_has_the_plugins_that_the_topology_needs() -> None:
    plugins = DOCUMENT["configs"]["broker-plugins"]["content"]
    assert set(PLUGINS) <= set(re.findall(r"\w+", plugins))
    assert re.fullmatch(r"\[\w+(,\w+)*\]\.\n", plugins)


def test_every_service_has_the_health_check_of_the_image() -> None:
    assert any(line.startswith("HEALTHCHECK") for line in LINES)
    for name in SERVICES:
        assert "healthcheck" not in OURS[name]


def test_the_image_is_built_from_the_repository() -> None:
    for container in OURS.values():
        assert (FILE.parent / container["build"]["context"]).resolve() == ROOT
        assert (ROOT / container["build"]["dockerfile"]).exists()
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert version is not None
    assert {container["image"] for container in OURS.values()} == {f"onewindow:{version[1]}"}
    assert f'image.version="{version[1]}"' in DOCKERFILE
