"""The texts of pages: every one in every language, side by side in one YAML file.

    inbox:
      title: {zh: 待办任务, en: Tasks}
      found: {zh: "{count} 项", en: {one: "{count} task", other: "{count} tasks"}}

A text is named by its path, `inbox.title`. A form for `one` is taken when `count` is 1.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.errors import OneWindowError

LANGUAGES = ("zh", "en")
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
OWN_NAME = {"zh": "中文", "en": "English"}


class MissingText(OneWindowError):
    """A page asks for a text that no file has, or a file lacks one of its languages."""


class Texts:
    """All texts by key; later files add to earlier ones and may replace what those say."""

    def __init__(self, *files: Path) -> None:
        self._texts: dict[str, Mapping[str, Any]] = {}
        for file in files:
            self._texts.update(_leaves(yaml.safe_load(file.read_text("utf-8")), file.name))
        self._faults = {
            said["en"]: key for key, said in self._texts.items() if key.startswith("fault.")
        }

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    @property
    def keys(self) -> frozenset[str]:
        """The names of all texts."""
        return frozenset(self._texts)

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Keys in the order in which their texts were written."""
        wanted = set(keys)
        return [key for key in self._texts if key in wanted]

    def worded_as(self, english: str) -> str:
        """The key of the fault that English words so; empty where none does."""
        return self._faults.get(english, "")

    def say(self, language: str, key: str, /, **values: Any) -> str:
        """A text with its values put in; raises MissingText for a key that nobody wrote."""
        try:
            text = self._texts[key][language]
        except KeyError:
            raise MissingText(f"there is no text {key!r} in {language!r}") from None
        if isinstance(text, dict):
            text = text["one" if values.get("count") == 1 else "other"]
        return text.format_map(values) if values else str(text)


def _leaves(node: Any, file: str, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(node, dict):
        raise MissingText(f"{file}: {path} is not {{zh: ..., en: ...}}")
    if not set(node) & set(LANGUAGES):
        for key, inner in node.items():
            yield from _leaves(inner, file, f"{path}.{key}" if path else str(key))
        return
    if set(node) != set(LANGUAGES) or not all(map(_is_text, node.values())):
        raise MissingText(f"{file}: {path} does not have one text in each of {LANGUAGES}")
    yield path, node


def _is_text(text: Any) -> bool:
    if isinstance(text, dict):
        return set(text) == {"one", "other"} and all(map(_is_text, text.values()))
    return isinstance(text, str) and bool(text.strip())
