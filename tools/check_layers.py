#!/usr/bin/python3
"""Checks every #include in src/ against src/layers.txt. Prints file:line of each that is not allowed and exits with 1."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


@dataclass
class Layers:
    """`allowed` maps a folder to the folders it may include; `owners` a header to the one folder that may include it."""

    allowed: dict[str, set[str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)


def read_layers(path: Path, shown: str) -> Layers:
    layers = Layers()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        left, _, right = line.partition(":")
        words = right.split()
        if left.startswith("only "):
            layers.owners.update({header: left.removeprefix("only ") for header in words})
            continue
        unknown = [word for word in words if word not in layers.allowed]
        layers.mistakes += [f"{shown}:{number}: '{left}' names a folder that is not above it: '{word}'" for word in unknown]
        layers.allowed[left] = {left, *words}
    return layers


def mistakes_of(file: Path, source: Path, layers: Layers) -> list[str]:
    """Returns a line for each include of `file`, which lies under the folder `source`, that the layers forbid."""
    folder = file.relative_to(source).parts[0]
    shown = file.relative_to(source.parent)
    if folder not in layers.allowed:
        return [f"{shown}:1: folder is not in src/layers.txt: '{folder}'"]
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        include = INCLUDE.match(line)
        if not include:
            continue
        form, header = include.groups()
        owner = layers.owners.get(header)
        if owner not in (None, folder):
            found.append(f"{shown}:{number}: only src/{owner} may include: '{header}'")
        elif form == '"' and header not in layers.owners:
            target = header.partition("/")[0]
            if "/" not in header:
                found.append(f"{shown}:{number}: include without its folder: '{header}'")
            elif target in layers.allowed and target not in layers.allowed[folder]:
                found.append(f"{shown}:{number}: '{folder}' may not include: '{header}'")
            elif target not in layers.allowed:
                found.append(f"{shown}:{number}: folder is not in src/layers.txt: '{target}'")
    return found


def main() -> int:
    source = ROOT / "src"
    layers = read_layers(source / "layers.txt", "src/layers.txt")
    files = sorted(path for path in source.rglob("*") if path.suffix in (".h", ".cc"))
    mistakes = layers.mistakes + [mistake for file in files for mistake in mistakes_of(file, source, layers)]
    for mistake in mistakes:
        print(mistake)
    failed = len({mistake.split(":")[0] for mistake in mistakes})
    print(f"{max(len(files) - failed, 0)} passed, {failed} failed")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
