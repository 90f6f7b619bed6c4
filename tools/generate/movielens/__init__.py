"""A sample of the-movies-dataset in its real shape: one zip with ratings.csv, links.csv and movies_metadata.csv.

    python3 tools/generate movielens --out DIR
    python3 tools/generate movielens --out DIR --scale 260

The second takes about a minute and makes as many ratings as the real one has. The bytes depend on the options
alone. `--delivery 2` is the same data some months later: a few users are gone, a few ratings are others, and users
have joined.
"""

import pathlib
import sys
import zipfile

from options import positive
from staged import staged

from . import movies, ratings
from .catalogue import Catalogue

SUMMARY = "a zip of film ratings in the shape of the-movies-dataset"

ARCHIVE = "the-movies-dataset.zip"
_COMPRESSION_LEVEL = 2


def add_arguments(parser):
    """Adds the options of this example to `parser`."""
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="folder the zip goes to")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another world (default: 1)")
    parser.add_argument("--scale", type=positive(float), default=1.0, metavar="X",
                        help="1 is about 100,000 ratings of 9,000 films (default: 1)")
    parser.add_argument("--delivery", type=int, choices=[1, 2], default=1,
                        help="2: some months later, with records changed, added and removed (default: 1)")
    parser.add_argument("--oddities", choices=["yes", "no"], default="yes",
                        help="no leaves out CRLF, shifted rows, duplicates and the row that does not belong")
    parser.add_argument("--damaged", type=int, default=0, metavar="N", help="bad rows to add to ratings.csv (default: 0)")
    parser.add_argument("--ratings-only", action="store_true", help="leave out links.csv and movies_metadata.csv")


def generate(arguments):
    """Writes the zip into `arguments.out`, whole or not at all."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(arguments.seed, arguments.scale, arguments.oddities == "yes")
    members = {"ratings.csv": ratings.chunks(catalogue, arguments.delivery, arguments.damaged)}
    if not arguments.ratings_only:
        members = {
            "movies_metadata.csv": movies.metadata_chunks(catalogue, arguments.delivery),
            "links.csv": movies.link_chunks(catalogue),
            **members}
    with staged(arguments.out / ARCHIVE) as file, _new_archive(file) as archive:
        for name, chunks in members.items():
            size = _add(archive, name, chunks)
            print(f"{ARCHIVE}!{name}  {size:,} bytes", file=sys.stderr)


def _new_archive(file):
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL)


def _add(archive, name, chunks):
    """Returns the uncompressed size of the member, whose time is 1980 so that equal input gives equal bytes."""
    size = 0
    with archive.open(name, "w", force_zip64=True) as out:
        for chunk in chunks:
            size += out.write(chunk)
    return size
