"""The protocols that are at hand: those that ship, and those that the house keeps in a folder of its own."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from extractor.files import patterns_folder
from extractor.trial.protocol import Protocol, ProtocolError, load_protocol, parse_protocol

HOUSE = "TRIALSCREEN_PROTOCOLS"
"""The environment variable that names the house's folder."""
_FILE_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StoredProtocol:
    """A protocol and the text of its file.

    Attributes:
        protocol: The protocol.
        text: What its file holds.
    """

    protocol: Protocol
    text: str

    @property
    def name(self) -> str:
        """Id and version, for a list."""
        return f"{self.protocol.id}, version {self.protocol.version}"


def house_folder() -> Path | None:
    """The house's folder of protocols, None where it has none."""
    told = os.environ.get(HOUSE)
    return Path(told) if told else None


def stored_protocols() -> tuple[list[StoredProtocol], list[str]]:
    """All protocols at hand, and one line for each file that cannot be used."""
    house = house_folder()
    paths = sorted((patterns_folder() / "protocols").glob("*.yaml"))
    paths += sorted(house.glob("*.yaml")) if house and house.is_dir() else []
    found: list[StoredProtocol] = []
    faults: list[str] = []
    for path in paths:
        try:
            found.append(StoredProtocol(load_protocol(path), path.read_text(encoding="utf-8-sig")))
        except ProtocolError as error:
            faults.append(str(error))
    return found, faults


def save_for_all(text: str, folder: Path) -> Path:
    """Keep a protocol in the house's folder; gives its path.

    Raises:
        ProtocolError: When it cannot be used or written, or there is one of its name.
    """
    protocol = parse_protocol(text, "the new protocol")
    name = file_name(protocol)
    path = folder / name
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ProtocolError(f"{name}: there is one already; give another id or version") from None
    except OSError as error:
        raise ProtocolError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def file_name(protocol: Protocol) -> str:
    """The name of a protocol's file, from its id and version.

    Raises:
        ProtocolError: When they hold what no name of a file should.
    """
    stem = f"{protocol.id}-{protocol.version}"
    if not _FILE_NAME.fullmatch(stem) or stem.startswith("."):
        raise ProtocolError("an id and a version are made of letters, digits, '.', '_' and '-'")
    return f"{stem}.yaml"
