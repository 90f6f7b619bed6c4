"""The benchmark's inputs, made by tools/generate and kept in build/bench_data by name, seed and scale."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from row import ROOT, Input

FOLDER = ROOT / "build/bench_data"
SEED = 1
_CHUNK_BYTES = 1 << 20
_GZIP_WINDOW_BITS = 31
_COMPRESSION_LEVEL = 6
# What tools/generate calls the scale of each example, for inputs of the benchmark's scale 1.
_GHARCHIVE = 24  # 24 hours of 1.5 GB together.
_OPENLIBRARY = 680  # Works of 1 GB.
_PAPERS = 280  # Papers of 1 GB.
_MOVIELENS = 267  # 26 million ratings, 630 MB.


def gharchive_hours(scale: float) -> Input:
    """Returns a folder of 24 hourly files, 1.5 GB uncompressed at scale 1."""
    def make(folder: Path) -> None:
        def make_hour(hour: int) -> None:
            generate("gharchive", folder, "--start", f"2015-01-01T{hour:02}", "--scale", _GHARCHIVE * scale)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(make_hour, range(24)))

    return cached("gharchive-hours", scale, make)


def gharchive_one_gzip(scale: float) -> Input:
    """Returns one file of one gzip member with the lines of all 24 hours."""
    def make(folder: Path) -> None:
        hours = gharchive_hours(scale).path
        compressor = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _GZIP_WINDOW_BITS)
        with (folder / "events.json.gz").open("wb") as file:
            for hour in range(24):
                for chunk in unpacked(hours / f"2015-01-01-{hour}.json.gz"):
                    file.write(compressor.compress(chunk))
            file.write(compressor.flush())

    whole = cached("gharchive-one-gzip", scale, make)
    return Input(whole.path / "events.json.gz", whole.uncompressed_bytes)


def openlibrary_works(scale: float) -> Input:
    """Returns the dump of works, one gzip file."""
    folder = cached(
        "openlibrary", scale, lambda folder: generate("openlibrary", folder, "--only", "works", "--scale", _OPENLIBRARY * scale)
    )
    return Input(folder.path / "ol_dump_works_latest.txt.gz", folder.uncompressed_bytes)


def papers(scale: float) -> Input:
    """Returns the dump of papers, one gzip file."""
    folder = cached(
        "papers", scale, lambda folder: generate("paperswithcode", folder, "--only", "papers", "--scale", _PAPERS * scale)
    )
    return Input(folder.path / "papers-with-abstracts.json.gz", folder.uncompressed_bytes)


def ratings(scale: float) -> Input:
    """Returns a folder of `the-movies-dataset.zip` and of `ratings.csv`, which was in it."""
    def make(folder: Path) -> None:
        generate("movielens", folder, "--ratings-only", "--scale", _MOVIELENS * scale)
        with zipfile.ZipFile(folder / "the-movies-dataset.zip") as archive:
            archive.extract("ratings.csv", folder)

    return cached("movielens", scale, make, "ratings.csv")


def generate(example: str, folder: Path, *options: object) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "tools/generate"), example, "--out", str(folder), "--seed", str(SEED)]
        + [str(option) for option in options],
        check=True,
        stderr=subprocess.DEVNULL,
    )


def cached(name: str, scale: float, make: Callable[[Path], None], counted: str = "*") -> Input:
    """Returns the folder that `make` filled, now or in an earlier run, with the size of its files named `counted`."""
    folder = FOLDER / f"{name}-seed{SEED}-scale{scale:g}"
    facts = folder.with_suffix(folder.suffix + ".json")
    if not facts.exists():
        print(f"making {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        size = sum(len(chunk) for path in sorted(folder.glob(counted)) for chunk in unpacked(path))
        facts.write_text(json.dumps({"uncompressed_bytes": size}) + "\n")
    return Input(folder, json.loads(facts.read_text())["uncompressed_bytes"])


def unpacked(path: Path) -> Iterator[bytes]:
    """Yields what a file holds: of a gzip file, the text of all its members."""
    with path.open("rb") as file:
        if path.suffix != ".gz":
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk
            return
        member = zlib.decompressobj(_GZIP_WINDOW_BITS)
        while chunk := file.read(_CHUNK_BYTES):
            while chunk:
                yield member.decompress(chunk)
                chunk = member.unused_data
                if chunk:
                    member = zlib.decompressobj(_GZIP_WINDOW_BITS)
