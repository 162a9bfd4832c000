"""Where things are: the repository, and the state folder of this machine's stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "services" / "department" / "sdk" / "src"


@dataclass(frozen=True, kw_only=True)
class Places:
    """The files of a state folder."""

    home: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Places":
        """ONEWINDOW_HOME, or `.onewindow` in the repository."""
        return cls(home=Path(environ.get("ONEWINDOW_HOME") or ROOT / ".onewindow").absolute())

    @property
    def stack(self) -> Path:
        """The local stack: its broker, data, passwords, logs and state file."""
        return self.home / "stack"

    @property
    def state(self) -> Path:
        """What the running stack wrote down about itself."""
        return self.stack / "stack.json"

    @property
    def packages_log(self) -> Path:
        """What apt-get said."""
        return self.home / "packages.log"
