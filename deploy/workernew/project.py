"""Writes the project into a folder that has nothing in it."""

from pathlib import Path
from string import Template

from deploy.local.places import ROOT, SDK
from shared.delivery.topology import DEPARTMENT_KEY
from shared.errors import Fault, Invalid

TEMPLATE = Path(__file__).with_name("template")
SUFFIX = ".tmpl"


def make(folder: Path, department: str) -> list[str]:
    """Make the project and return the names of its files; raises Invalid, and writes nothing,
    for a folder that is not empty and for a key that no department can have."""
    _check(folder, department)
    values = {
        "department": department,
        "sdk": str(SDK.parent),
        "launcher": str(ROOT / "onewindow"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for source in sorted(TEMPLATE.glob(f"*{SUFFIX}")):
        name = source.name.removesuffix(SUFFIX)
        text = Template(source.read_text("utf-8")).substitute(values)
        (folder / name).write_text(text, "utf-8")
        names.append(name)
    return names


def _check(folder: Path, department: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise Invalid(Fault("DIR", f"{folder} is a file; name a new folder"))
    if folder.exists() and any(folder.iterdir()):
        raise Invalid(Fault("DIR", f"{folder} is not empty; name a new folder"))
    if not DEPARTMENT_KEY.fullmatch(department):
        problem = f"{department!r} is no key: small letters, digits and hyphens, such as planning"
        raise Invalid(Fault("--department", problem))
