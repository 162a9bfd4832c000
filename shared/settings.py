"""The settings of a process, all from the environment, read once at the start."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, EnvError

from shared.businesstime import BusinessTime
from shared.errors import Fault, Invalid
from shared.links import KEY_FILE, key_of


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a service process is told.

    `database` is empty for SQLite in `data`, or a postgresql:// URL; each service then uses a
    schema of its own. `partitions` is N, the number of queues over which a service's messages are
    spread by case. `code_key`, `central_department` and `project_type` belong to the code scheme
    `project`. `connections` is the file of the department service that says how departments' own
    systems are reached; None where there is none. `materials_address` is where departments reach
    intake for the content of materials; empty for no links. `public_url` is where browsers
    reach the service; empty for no links to its pages.
    """

    service: str
    amqp_uri: str
    data: Path
    database: str
    time: BusinessTime
    http_host: str
    http_port: int
    catalogue: Path
    partitions: int
    production: bool
    webhook: str
    region: str
    code_scheme: str
    code_key: str = field(repr=False)
    central_department: str
    project_type: str
    connections: Path | None = None
    materials: Path | None = None
    materials_address: str = ""
    materials_key: str = field(default="", repr=False)
    public_url: str = ""

    @property
    def shelf(self) -> Path:
        """The folder of materials, which intake and the department service share."""
        return self.materials or self.data / "materials"

    def link_key(self) -> bytes | None:
        """The key of links to materials: as it was given, else of the file in the shelf, else None;
        raises Invalid for what is no key."""
        file = self.shelf / KEY_FILE
        if self.materials_key:
            return key_of(self.materials_key)
        return key_of(file.read_text()) if file.exists() else None

    @classmethod
    def from_environment(cls, service: str) -> "Settings":
        """Read the environment; raises Invalid naming every variable that is missing or wrong."""
        env = Env()
        try:
            production = env.bool("ONEWINDOW_PRODUCTION", False)
            host, _, port = env.str("ONEWINDOW_HTTP", "127.0.0.1:0").rpartition(":")
            return cls(
                service=service,
                amqp_uri=env.str("AMQP_URI"),
                data=env.path("ONEWINDOW_DATA"),
                database=env.str("ONEWINDOW_DATABASE", ""),
                time=BusinessTime.parse(env.str("ONEWINDOW_TIME", ""), production=production),
                http_host=host,
                http_port=int(port),
                catalogue=env.path("ONEWINDOW_CATALOGUE", Path("deploy/catalogue")),
                partitions=env.int("ONEWINDOW_PARTITIONS", 1),
                production=production,
                webhook=env.str("ONEWINDOW_ALERT_WEBHOOK", ""),
                region=env.str("ONEWINDOW_REGION", "330100"),
                code_scheme=env.str("ONEWINDOW_CODE_SCHEME", "regional"),
                code_key=env.str("ONEWINDOW_CODE_KEY", ""),
                central_department=env.str("ONEWINDOW_CENTRAL_DEPARTMENT", ""),
                project_type=env.str("ONEWINDOW_PROJECT_TYPE", ""),
                connections=_file(env.str("ONEWINDOW_CONNECTIONS", "")),
                materials=_file(env.str("ONEWINDOW_MATERIALS", "")),
                materials_address=env.str("ONEWINDOW_MATERIALS_ADDRESS", ""),
                materials_key=env.str("ONEWINDOW_MATERIALS_KEY", ""),
                public_url=env.str("ONEWINDOW_PUBLIC_URL", ""),
            )
        except EnvError as error:
            raise Invalid(Fault("environment", str(error))) from error


def _file(name: str) -> Path | None:
    return Path(name) if name else None
