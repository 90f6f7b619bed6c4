#!/usr/bin/python3
"""pack [--stored] [--streamed] [--zip64] ARCHIVE FILE... compresses files into one, by the archive's extension.

Of .gz, .bz2 and .zst each file becomes a part: a member, a stream, a frame. Of .zip it becomes a member of its name as
given; a name with a slash at its end is an empty folder.
"""

from __future__ import annotations

import argparse
import bz2
import ctypes
import gzip
import io
import zipfile
from pathlib import Path
from typing import BinaryIO

_FIXED_TIME = (2020, 1, 1, 0, 0, 0)


class _Unseekable(io.RawIOBase):
    """A file that can only be appended to: the writer of a zip cannot go back and fill in sizes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        return self._file.write(data)


def zstd(data: bytes) -> bytes:
    """Returns one frame. Python has no module for it, and libzstd is there: Tidemill links it."""
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compressBound.restype = library.ZSTD_compress.restype = ctypes.c_size_t
    library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
    library.ZSTD_compress.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int,
    ]  # fmt: skip
    room = ctypes.create_string_buffer(library.ZSTD_compressBound(len(data)))
    size = library.ZSTD_compress(room, len(room), data, len(data), 3)
    return room.raw[:size]


PARTS = {".gz": lambda data: gzip.compress(data, mtime=0), ".bz2": bz2.compress, ".zst": zstd}


def write_zip(archive: Path, names: list[str], *, stored: bool, streamed: bool, zip64: bool) -> None:
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with archive.open("wb") as file, zipfile.ZipFile(_Unseekable(file) if streamed else file, "w") as members:
        for name in names:
            member = zipfile.ZipInfo(name, _FIXED_TIME)
            member.compress_type = method
            with members.open(member, "w", force_zip64=zip64) as content:
                content.write(b"" if name.endswith("/") else Path(name).read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(prog="pack", description=__doc__)
    parser.add_argument("--stored", action="store_true", help="zip: not compressed")
    parser.add_argument("--streamed", action="store_true", help="zip: sizes after the content")
    parser.add_argument("--zip64", action="store_true", help="zip: sizes of 64 bits")
    parser.add_argument("archive", type=Path)
    parser.add_argument("names", nargs="+", metavar="FILE")
    options = parser.parse_args()
    if options.archive.suffix == ".zip":
        write_zip(
            options.archive, options.names, stored=options.stored, streamed=options.streamed, zip64=options.zip64
        )
    elif make_part := PARTS.get(options.archive.suffix):
        options.archive.write_bytes(b"".join(make_part(Path(name).read_bytes()) for name in options.names))
    else:
        parser.error(f"extension is none of .gz, .bz2, .zst, .zip: '{options.archive}'")


if __name__ == "__main__":
    main()
