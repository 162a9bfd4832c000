"""A department installs the SDK alone: it may need pika and the standard library, nothing else."""

import ast
import sys
from pathlib import Path

import pytest

import onewindow_worker

MODULES = sorted(Path(onewindow_worker.__file__).parent.glob("*.py"))


@pytest.mark.skipif(sys.version_info < (3, 10), reason="Python 3.9 does not name its own modules")
@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_imports_nothing_but_pika_and_the_standard_library(module):
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module)
    tops = {name.partition(".")[0] for name in imported}
    assert tops <= sys.stdlib_module_names | {"pika", "onewindow_worker"}


def test_the_version_of_the_package_is_the_one_that_messages_name():
    project = Path(onewindow_worker.__file__).parents[2] / "pyproject.toml"
    assert f'\nversion = "{onewindow_worker.__version__}"\n' in project.read_text()
