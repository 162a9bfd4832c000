"""The document as it is committed: YAML for people."""

from pathlib import Path
from typing import Any

import yaml

from shared.contract.document import document

PATH = Path("shared/asyncapi.yaml")
HEAD = "# Written by `python -m shared.contract --write`; a test fails when the code differs.\n"


class _Dumper(yaml.SafeDumper):
    """No references within the file, texts of several lines as they stand."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def rendered() -> str:
    """The document as YAML."""
    text = yaml.dump(document(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return HEAD + text
