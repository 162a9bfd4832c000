"""What runs for as long as a `with` lasts."""

from abc import ABC, abstractmethod
from typing import Self


class Running(ABC):
    """Started when it is entered, stopped when it is left, however that comes."""

    @abstractmethod
    def start(self) -> None:
        """Return when it is ready."""

    @abstractmethod
    def stop(self) -> None:
        """Return when it has ended; nothing happens where it never ran."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
