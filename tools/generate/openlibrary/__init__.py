"""A sample of Open Library's dumps: authors, works, editions, ratings and reading log, each a gzipped TSV.

    python3 tools/generate openlibrary --out DIR
    python3 tools/generate openlibrary --out DIR --scale 680 --only works

The second makes a works dump of 1 GB in well under a minute. The bytes depend on the options alone, and those of one
dump not on which others are written. `--delivery 2` is next month's dump: some records are gone, some were edited, some are new.
"""

import pathlib
import sys

from options import positive
from staged import write_gzip

from . import activity, records
from .library import Library

SUMMARY = "dumps of books, authors, ratings and reading logs in Open Library's format"

_COMPRESSION_LEVEL = 2
_DUMPS = {
    "authors": records.authors,
    "works": records.works,
    "editions": records.editions,
    "ratings": activity.ratings,
    "reading-log": activity.reading_log,
}
_LINES_PER_CHUNK = 2_000


def add_arguments(parser):
    """Adds the options of this example to `parser`."""
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="folder the dumps go to")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another world (default: 1)")
    parser.add_argument("--scale", type=positive(float), default=1.0, metavar="X",
                        help="1 is about 3,000 works by 1,500 authors in 4,000 editions (default: 1)")
    parser.add_argument("--delivery", type=int, choices=[1, 2], default=1,
                        help="2: the next month, with records changed, added and removed (default: 1)")
    parser.add_argument("--only", action="append", choices=list(_DUMPS), metavar="DUMP",
                        help=f"write this dump, may be repeated: {', '.join(_DUMPS)} (default: all)")
    parser.add_argument("--oddities", choices=["yes", "no"], default="yes",
                        help="no leaves out free-text dates, odd texts, nulls in lists and records that only point elsewhere")
    parser.add_argument("--damaged", type=int, default=0, metavar="N", help="bad rows to add to each dump (default: 0)")


def generate(arguments):
    """Writes the files `ol_dump_NAME_latest.txt.gz` into `arguments.out`, each whole or not at all."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    library = Library(arguments.seed, arguments.scale, arguments.delivery, arguments.oddities == "yes")
    for name in arguments.only or _DUMPS:
        path = arguments.out / f"ol_dump_{name}_latest.txt.gz"
        lines = _DUMPS[name](library, arguments.damaged)
        size, compressed = write_gzip(path, _chunks(lines), _COMPRESSION_LEVEL)
        print(f"{path.name}  {size:,} bytes, {compressed:,} compressed", file=sys.stderr)


def _chunks(lines):
    chunk = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == _LINES_PER_CHUNK:
            yield "".join(chunk).encode()
            chunk.clear()
    yield "".join(chunk).encode()
