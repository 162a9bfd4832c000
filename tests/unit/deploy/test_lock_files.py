"""Lock files of npm: every package by its digest, and from wherever the machine gets packages."""

import json
from pathlib import Path

import pytest

from deploy.local.places import ROOT

LOCKS = [
    it
    for it in ROOT.rglob("package-lock.json")
    if "node_modules" not in it.parts and ".onewindow" not in it.parts
]


def test_there_are_lock_files_to_look_at():
    assert ROOT / "services" / "department" / "examples" / "nodejs" / "package-lock.json" in LOCKS


@pytest.mark.parametrize("lock", LOCKS, ids=lambda it: str(it.relative_to(ROOT)))
def test_a_lock_file_has_a_digest_for_every_package_and_names_no_host(lock: Path):
    packages = json.loads(lock.read_text())["packages"]
    installed = {name: it for name, it in packages.items() if name}
    assert installed
    assert [name for name, it in installed.items() if "integrity" not in it] == []
    assert [name for name, it in installed.items() if "resolved" in it] == []
