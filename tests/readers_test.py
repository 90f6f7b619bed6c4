"""What our readers make of files, against Python's json and csv and against DuckDB's readers.

Generated files, of all formats, codecs and odd values, and the real samples where they are. Each file is a source of
one project, so that one run reads them all; the tables are read back by delta-rs. TIDEMILL_SEEDS=7,8 takes other seeds.
"""

import bz2
import csv
import gzip
import io
import json
import os
import random
import re
import subprocess
import tempfile
import unittest
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import deltalake
import duckdb
import pyarrow

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
REAL_DATA = ROOT.parent / "shared/data"
SEEDS = [int(seed) for seed in os.environ.get("TIDEMILL_SEEDS", "1,2,3").split(",")]

SCALARS = {
    "id": "bigint",
    "text": "varchar",
    "ratio": "double",
    "price": "decimal(9,2)",
    "flag": "boolean",
    "at": "timestamp",
}
NESTED = {"n": "integer", "keys": "varchar[]", "place": "struct(lat double, name varchar)", "whole": "json"}
PATHS = {"n": "a.n", "keys": "l[].k", "whole": "a"}
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?")


class Bad(Exception):
    """A value does not fit its column."""


@dataclass
class Source:
    """A file, how it is to be read, and what must come of it."""

    name: str
    stored: bytes
    format: str
    columns: dict[str, str]
    rows: list[tuple]
    rejected_lines: list[int] = field(default_factory=list)
    options: dict = field(default_factory=dict)

    contract: dict = field(default_factory=dict)  # What it says beside the names and types of columns.
    more: dict[str, dict] = field(default_factory=dict)  # What it says of single columns.

    def yaml(self) -> str:
        columns = [
            {"name": name, "type": kind, "required": name == "id"}
            | ({"path": PATHS[name]} if name in PATHS else {})
            | self.more.get(name, {})
            for name, kind in self.columns.items()
            if name != "extra_fields"
        ]
        source = {"name": f"raw.{self.name}", "connector": "files", "path": f"data/{self.name}", "format": self.format}
        # JSON is YAML.
        return json.dumps(source | self.options | {"contract": self.contract | {"columns": columns}})


# What fits a column. A number is kept as it is written: class Number.


class Number(str):
    pass


def is_sound(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


def fit_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or not is_sound(value):
        raise Bad
    return str(value)


def fit_json(value, kind: str):
    """Returns a value out of JSON as a column of `kind` has it."""
    if value is None:
        return None
    if kind == "json":
        if not is_sound(json.dumps(value, ensure_ascii=False)):
            raise Bad
        return plain(value)
    if kind == "varchar":
        return fit_text(value)
    if kind == "boolean":
        if value in ("true", "false") and not isinstance(value, bool):
            return value == "true"
        if not isinstance(value, bool):
            raise Bad
        return value
    if not isinstance(value, str) or not is_sound(value):
        raise Bad
    if kind == "timestamp":
        if isinstance(value, Number):
            raise Bad
        return fit_time(value)
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", value):
        raise Bad
    return fit_number(value, kind)


def fit_number(text: str, kind: str):
    if kind in ("bigint", "integer"):
        bits = 64 if kind == "bigint" else 32
        if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(1 << bits - 1) <= int(text) < 1 << bits - 1:
            raise Bad
        return int(text)
    if kind == "double":
        if float(text) in (float("inf"), float("-inf")):
            raise Bad
        return float(text)
    cents = Fraction(text) * 100
    if cents.denominator != 1 or abs(cents) >= 10**9:
        raise Bad
    return Decimal(cents.numerator).scaleb(-2)


def fit_time(text: str):
    found = TIME.fullmatch(text)
    if not found:
        raise Bad
    try:
        time = datetime(*(int(part) for part in found.groups()[:6]), tzinfo=ZoneInfo("UTC"))
    except ValueError:
        raise Bad from None
    time += timedelta(microseconds=int(f"{found[7] or '0':0<9}"[:6]))
    if found[8] and found[8] != "Z":
        away = timedelta(hours=int(found[8][1:3]), minutes=int(found[8][4:6]))
        time -= away if found[8][0] == "+" else -away
    return time


def fit_csv(text: str, kind: str):
    if kind == "varchar":
        return text
    if kind == "timestamp":
        return fit_time(text)
    if kind == "boolean":
        if text.lower() not in ("true", "false", "1", "0"):
            raise Bad
        return text.lower() in ("true", "1")
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        raise Bad
    return fit_number(text, kind)


def plain(value):
    """Returns JSON with its numbers as numbers, for comparing."""
    if isinstance(value, Number):
        return Decimal(value)
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def refuse_constant(_):
    raise ValueError("no JSON")


def load(text: str):
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse_constant)


def inside(value, name: str):
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Bad
    return value.get(name)


def elements(value):
    if not isinstance(value, list):
        raise Bad
    return value


def row_of_json(text: str, columns: dict[str, str]) -> tuple:
    """Returns the row that a record is; throws Bad when it is none."""
    try:
        record = load(text)
    except (ValueError, RecursionError):
        raise Bad from None
    if not isinstance(record, dict):
        raise Bad
    row = []
    for name, kind in columns.items():
        if name == "keys":
            items = record.get("l")
            value = None if items is None else [fit_json(inside(item, "k"), "varchar") for item in elements(items)]
        elif name == "place":
            place = record.get("place")
            fields = {"lat": "double", "name": "varchar"}
            value = None if place is None else {each: fit_json(inside(place, each), of) for each, of in fields.items()}
        elif name == "n":
            value = fit_json(inside(record.get("a"), "n"), kind)
        else:
            value = fit_json(record.get("a" if name == "whole" else name), kind)
        row.append(value)
    if row[0] is None:
        raise Bad
    return tuple(row)


def written(row: tuple) -> str:
    """Returns a row as text. The Parquet files of DuckDB may hold 0 for -0, which are equal."""
    return re.sub(r"(?<=[ (])-0\.0(?=[,)}])", "0.0", repr(row))


def judge(records: list[tuple[int, str]], columns: dict[str, str]) -> tuple[list[tuple], list[int]]:
    """Returns the rows of records and the lines of the bad ones."""
    rows, lines = [], []
    for line, text in records:
        try:
            rows.append(row_of_json(text, columns))
        except Bad:
            lines.append(line)
    return rows, lines


class Generator:
    """Files with odd values."""

    WORDS = ["", "a", "é", "€", "😀", "\u0000", "\n", "\t", '"', "\\", "/", ",", "{", "]", "\u2028"]
    WORDS += ["null", "0", "x" * 70]

    def __init__(self, seed: int):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def maybe(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    def word(self) -> str:
        return "".join(self.random.choices(self.WORDS, k=self.random.randrange(6)))

    def space(self) -> str:
        return self.pick("", "", "", " ", "\t", "  ")

    def string(self, text: str) -> str:
        """Returns a string of JSON with some characters as escapes, needed or not."""
        short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "/": "\\/"}
        out = ""
        for character in text:
            if character in short and (character != "/" or self.maybe(2)):
                out += short[character]
            elif character < " " or self.maybe(8):
                units = character.encode("utf-16-be")
                out += "".join(f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2))
            else:
                out += character
        return f'"{out}"'

    def number(self) -> str:
        return self.pick(
            str(self.random.randrange(-1000, 1000)),
            str(self.random.randrange(-(2**63), 2**63)),
            f"{self.random.uniform(-1e6, 1e6):.2f}",
            f"{self.random.randrange(10**6)}.{self.random.randrange(10):1}0",
            repr(self.random.uniform(-1, 1) * 10 ** self.random.randrange(-300, 300)),
            "0",
            "-0",
            "0.1",
            "1e3",
            "1E+2",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "9999999.99",
            "10000000",
            "1e400",
            "1e-400",
            "5e-324",
            "0." + "3" * 400,
            "1" + "0" * 308,
        )

    def time(self) -> str:
        return (
            f"{self.pick(1, 1969, 1970, 2015, 2024, 9999):04}-{self.random.randrange(1, 13):02}-"
            f"{self.random.randrange(1, 32):02}T{self.random.randrange(25):02}:30:{self.random.randrange(60):02}"
            + self.pick("", ".5", ".123456", ".123456789")
            + self.pick("", "Z", "+02:00", "-11:30")
        )

    def value(self, kind: str) -> str:
        if self.maybe(12):
            return self.pick("null", "true", "[]", "{}", '"x"', '"\\ud83d"', self.number())
        if kind == "boolean":
            return self.pick("true", "false", '"true"', "null")
        if kind == "varchar":
            return self.pick(self.string(self.word()), self.string(self.word()), self.number(), "false")
        if kind == "timestamp":
            # A leap into the year 0 or 10000 is none of a timestamp.
            return self.string(self.pick("2015", "2016", "1969") + self.time()[4:])
        if kind == "bigint":
            return self.pick(str(self.random.randrange(10**6)), f'"{self.random.randrange(10**6)}"')
        return self.pick(self.number(), self.string(self.number()))

    def container(self, name: str) -> str:
        if self.maybe(8):
            return self.pick("null", "7", "[[]]", '{"k":1}', '"q"')
        if name == "a":
            return self.object([("n", self.pick("1", "-7", "null", "99999999999")), ("z", self.value("varchar"))])
        if name == "l":
            count = self.pick(0, 1, 3)
            items = [self.pick("null", "{}", self.object([("k", self.value("varchar"))])) for _ in range(count)]
            return "[" + (self.space() + ",").join(items) + "]"
        return self.object([("lat", self.number()), ("name", self.string(self.word()))])

    def object(self, fields: list[tuple[str, str]]) -> str:
        self.random.shuffle(fields)
        text = ",".join(
            f"{self.space()}{self.string(name)}{self.space()}:{self.space()}{value}{self.space()}"
            for name, value in fields
        )
        return "{" + (text or self.space()) + "}"

    def record(self) -> str:
        fields = [("id", str(self.random.randrange(-(10**9), 10**9)))]
        for name, kind in SCALARS.items():
            if name != "id" and self.maybe(2) or self.maybe(20):
                fields.append((name, self.value(kind)))
        fields += [(name, self.container(name)) for name in ("a", "l", "place") if self.maybe(3)]
        if self.maybe(3):
            fields.append((self.word(), self.pick(self.value("varchar"), "[" * 50 + "]" * 50)))
        return self.object(fields)

    def broken_value(self) -> str:
        """Returns what is no record, though its brackets and quotes come in pairs."""
        return self.pick(
            "[1]",
            "7",
            "null",
            '"x"',
            '{"id":01}',
            '{"id":1,}',
            "{'id':1}",
            '{"id":NaN}',
            '{"id":1 "text":"x"}',
            '{"id":.5}',
            '{"id":1,"x":tru}',
            '{"id":1,"x":"\\q"}',
            '{"id":1,"x":"\\u12g4"}',
            '{id:1}',
            '{"id":1,"x":"\x01"}',
            '{"id":1,"x":' + "[" * 1100 + "]" * 1100 + "}",
            '{"id":+1}',
            '{"id":1,,"x":2}',
            '{"id":[1}',
        )

    def broken_line(self) -> str:
        return self.pick(
            self.broken_value(),
            self.record()[: self.random.randrange(1, 9)],
            self.record() + self.pick("x", ",", "}", "{}", "\x00"),
            "\x0c{}",
            '{"id":1}\v',
        )

    def ndjson(self, count: int = 300) -> tuple[str, list[tuple[int, str]]]:
        """Returns a text and its records with their lines."""
        text, records, line = self.pick("", "\ufeff"), [], 1
        for _ in range(count):
            record = self.broken_line() if self.maybe(10) else self.record()
            if self.maybe(15):
                text += self.pick("", " ", " \t\r") + "\n"
                line += 1
            text += self.pick("", " ") + record + self.pick("\n", "\r\n", " \n")
            records.append((line, record))
            line += 1
        return (text.removesuffix("\n") if self.maybe(2) else text), records

    def json(self, count: int = 200) -> tuple[str, list[tuple[int, str]]]:
        """Returns an array, or values one after another, and its records with their lines."""
        records = [self.record() for _ in range(count)]
        if self.maybe(2):
            separators = ["", " ", "\n", "\r\n\t"]
            text, close, comma = self.pick("", "\ufeff"), "\n", ""
        else:
            records = [self.broken_value() if self.maybe(10) else record for record in records]
            # A bracket of the wrong kind ends the array.
            records = [record for record in records if record.count("[") == record.count("]")]
            separators, text, close, comma = ["", " ", "\n", "\r\n\t"], self.pick("", "\n") + "[", "]\n", ","
        placed = []
        for at, record in enumerate(records):
            text += (comma if at else "") + self.pick(*separators)
            placed.append((text.count("\n") + 1, record))
            text += record + self.pick(*separators)
        return text + close, placed

    def delimited(self, delimiter: str, quote: str | None, encoding: str, count: int = 300):
        """Returns a text, and its records as texts, None where a field is NULL, with their lines."""
        header = ["extra", *SCALARS]
        self.random.shuffle(header)
        break_ = self.pick("\n", "\r\n")
        text = self.pick("", "\ufeff" if encoding == "utf-8" else "") + delimiter.join(header) + break_
        records = []
        for _ in range(count):
            fields = [self.field(name, delimiter, quote, encoding) for name in header]
            if self.maybe(20):
                fields = self.pick(fields[1:], [*fields, "x"])
            records.append((text.count("\n") + 1, header, fields))
            text += delimiter.join(self.quoted(each, delimiter, quote) for each in fields) + break_
            if self.maybe(20):
                text += break_
        return text, records

    def field(self, name: str, delimiter: str, quote: str | None, encoding: str) -> str | None:
        if name == "id":
            return self.pick(str(self.random.randrange(10**9)), f"+{self.random.randrange(99)}", "007")
        if self.maybe(4):
            return None
        if name in ("extra", "text"):
            text = self.word().replace("\u0000", "")
            if encoding == "latin-1":
                text = text.encode("latin-1", "ignore").decode("latin-1")
            if quote is None:
                text = text.replace(delimiter, "").replace("\n", "").replace("\r", "")
            return text or None
        if name == "flag":
            return self.pick("true", "False", "1", "0", "TRUE")
        if name == "at":
            return self.pick("2015", "2016") + self.time()[4:]
        return self.pick(self.number(), ".5", "5.", "+3", "x") if name == "ratio" else self.pick(self.number(), "12.50")

    def quoted(self, text: str | None, delimiter: str, quote: str | None) -> str:
        if text is None:
            return ""
        needed = quote and any(mark in text for mark in (delimiter, quote, "\n", "\r"))
        if quote and (needed or text and self.maybe(5)):
            return quote + text.replace(quote, quote + quote) + quote
        return text


def judge_delimited(records, columns: dict[str, str]) -> tuple[list[tuple], list[int]]:
    rows, lines = [], []
    for line, header, fields in records:
        try:
            if len(fields) != len(header):
                raise Bad
            record = dict(zip(header, fields))
            rows.append(
                tuple(None if record[name] is None else fit_csv(record[name], of) for name, of in columns.items())
            )
        except Bad:
            lines.append(line)
    return rows, lines


def zipped(stored: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        archive.writestr("folder/file", stored)
    return out.getvalue()


def in_parts(compress):
    """Returns a maker of a file of two parts, one after the other."""
    return lambda stored: compress(stored[: len(stored) // 3]) + compress(stored[len(stored) // 3 :])


CODECS = {
    "plain": lambda stored: stored,
    "gzip": in_parts(gzip.compress),
    "bzip2": in_parts(bz2.compress),
    "zstd": in_parts(lambda stored: pyarrow.compress(stored, codec="zstd", asbytes=True)),
    "zip": zipped,
    "gzip_in_zip": lambda stored: zipped(gzip.compress(stored)),
}


class Project:
    """A project of sources, run once."""

    def __init__(self, folder: Path, sources: list[Source]):
        self.folder = folder
        for name in ("sources", "data"):
            (folder / name).mkdir()
        (folder / "tidemill.yml").write_text("name: readers\n")
        for source in sources:
            (folder / "data" / source.name).write_bytes(source.stored)
            (folder / "sources" / f"{source.name}.yml").write_text(source.yaml())
        done = subprocess.run([PROGRAM, "-C", folder, "run", "-q"], capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"tidemill run failed:\n{done.stdout}{done.stderr}")

    def rows(self, table: str) -> list[dict]:
        folder = self.folder / ".tidemill/lake/raw" / table
        return deltalake.DeltaTable(folder).to_pyarrow_table().to_pylist() if folder.exists() else []


class LooseRecord:
    """A record under a contract that takes its values in several ways."""

    COLUMNS = {"id": "bigint", "bio": "varchar", "born": "date", "seen": "timestamp", "revision": "integer"}
    COLUMNS |= {"extra_fields": "json"}
    MORE = {
        "bio": {"path": ["bio.value", "bio"], "trim": True, "null_values": ["", "none"]},
        "born": {"path": "b.date", "format": ["%d/%m/%Y", "%Y-%m-%d %H:%M %z"]},
        "seen": {"format": "epoch_ms"},
        "revision": {"default": 1},
    }

    @staticmethod
    def draw(draw: random.Random) -> dict:
        """Returns a record."""
        texts = ["a", " b\t", "", " none ", "none", "N/A", None, 7, True, [], {}]
        values = {
            "id": [1, 2, "3", "N/A", None, "x"],
            "bio": [*texts, *({"value": text, "type": "t"} for text in texts)],
            "b": [{"date": day, "x": [1]} for day in ("31/1/2015", "2015-01-31 01:30 +02:00", "30/02/2015", "N/A", 5)],
            "seen": [0, -1, 1420070400123, "1420070400123.5", "N/A", "soon", None, False],
            "revision": [5, "6", "N/A", None, 2**31, 1.0],
            "extra": [1, "N/A", None, {"a": 1}],
        }
        return {name: draw.choice(choices) for name, choices in values.items() if name == "id" or draw.random() < 0.5}

    def __init__(self, record: dict, set_null: bool):
        self.bad = False
        self.record, self.set_null = record, set_null
        born = record.get("b", {})
        extra = {"b.x": born["x"]} if "x" in born else {}
        extra |= {"extra": record["extra"]} if "extra" in record else {}
        number = self.value(lambda: self.whole(record["id"], 63))
        self.bad = self.bad or number is None
        self.row = (
            number,
            self.value(self.bio),
            self.value(lambda: self.day(born.get("date"))),
            self.value(lambda: self.milliseconds(record.get("seen"))),
            self.value(self.revision),
            plain(load(json.dumps(extra))) if extra else None,
        )

    def value(self, read):
        """Returns what `read` returns, or NULL where the contract says so of a bad value."""
        try:
            return read()
        except Bad:
            self.bad = self.bad or not self.set_null
            return None

    def whole(self, value, bits: int):
        if value in (None, "N/A"):
            return None
        if isinstance(value, float) or not re.fullmatch("-?[0-9]+", str(value)):
            raise Bad
        if not -(2**bits) <= int(value) < 2**bits:
            raise Bad
        return int(value)

    def revision(self):
        number = self.whole(self.record.get("revision"), 31)
        return 1 if number is None else number

    def bio(self):
        bio = self.record.get("bio")
        ways = [bio.get("value")] if isinstance(bio, dict) else [] if bio is None else [[]]  # A list fits no text.
        problem = False
        for value in [*ways, bio]:
            try:
                text = None if value is None else fit_text(str(value) if type(value) is int else value)
            except Bad:
                problem = True
                continue
            if text is not None and text.strip(" \t") not in ("", "none"):
                return text.strip(" \t")
        if problem:
            raise Bad
        return None

    def day(self, value):
        days = {"31/1/2015": date(2015, 1, 31), "2015-01-31 01:30 +02:00": date(2015, 1, 30), "N/A": None, None: None}
        if value not in days:
            raise Bad
        return days[value]

    def milliseconds(self, value):
        if value in (None, "N/A") and value is not False:
            return None
        if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", str(value)):
            raise Bad
        return datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC")) + timedelta(microseconds=int(Fraction(str(value)) * 1000))


class ReaderTest(unittest.TestCase):
    maxDiff = 2000

    def scratch(self) -> Path:
        folder = tempfile.TemporaryDirectory(prefix="tidemill readers ")
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def check(self, sources: list[Source]):
        project = Project(self.scratch(), sources)
        for source in sources:
            with self.subTest(source=source.name):
                self.check_rows(source, project.rows(source.name))
                rejects = project.rows(f"{source.name}__rejects")
                self.assertEqual(sorted(row["line"] for row in rejects), source.rejected_lines)

    def check_rows(self, source: Source, found: list[dict]):
        rows = []
        for row in found:
            for name in ("whole", "extra_fields"):
                if row.get(name) is not None:
                    row[name] = plain(load(row[name]))
            rows.append(tuple(row[name] for name in source.columns))
        self.assertEqual(len(rows), len(source.rows))
        for ours, theirs in zip(sorted(map(written, rows)), sorted(map(written, source.rows))):
            self.assertEqual(ours, theirs)


class GeneratedFiles(ReaderTest):
    def json_source(self, name: str, format: str, generator: Generator, codec: str) -> Source:
        text, records = getattr(generator, format)()
        columns = SCALARS | NESTED
        rows, lines = judge(records, columns)
        options = {} if generator.maybe(3) else {"block_size": generator.random.randrange(1, 5000)}
        return Source(name, CODECS[codec](text.encode()), format, columns, rows, lines, options=options)

    def delimited_source(self, name: str, format: str, generator: Generator, codec: str) -> Source:
        delimiter = generator.pick(",", ";", "|", "::") if format == "csv" else "\t"
        quote = generator.pick('"', "'") if format == "csv" else None
        encoding = generator.pick("utf-8", "latin-1")
        text, records = generator.delimited(delimiter, quote, encoding)
        rows, lines = judge_delimited(records, SCALARS)
        options = {"encoding": encoding} | ({"delimiter": delimiter, "quote": quote} if format == "csv" else {})
        if generator.maybe(2):
            options["block_size"] = generator.random.randrange(1, 5000)
        return Source(name, CODECS[codec](text.encode(encoding)), format, SCALARS, rows, lines, options=options)

    def test_generated_files_become_what_they_say(self):
        for seed in SEEDS:
            generator = Generator(seed)
            sources = []
            for codec in CODECS:
                for format in ("ndjson", "json"):
                    sources.append(self.json_source(f"{format}_{codec}", format, generator, codec))
                for format in ("csv", "tsv"):
                    sources.append(self.delimited_source(f"{format}_{codec}", format, generator, codec))
            with self.subTest(seed=seed):
                self.check(sources)

    def test_contracts_say_what_is_read(self):
        for seed in SEEDS:
            draw = random.Random(seed)
            records = [json.dumps(LooseRecord.draw(draw)) for _ in range(1000)]
            stored = "\n".join(records).encode()
            sources = []
            for bad_rows in ("quarantine", "set_null"):
                loose = [LooseRecord(json.loads(record), bad_rows == "set_null") for record in records]
                rows = [record.row for record in loose if not record.bad]
                lines = [at + 1 for at, record in enumerate(loose) if record.bad]
                contract = {"bad_rows": bad_rows, "extra_fields": "keep", "null_values": ["N/A"]}
                columns = LooseRecord.COLUMNS
                sources.append(
                    Source(bad_rows, stored, "ndjson", columns, rows, lines, contract=contract, more=LooseRecord.MORE)
                )
            with self.subTest(seed=seed):
                self.check(sources)

    def test_bytes_that_are_no_utf8_spoil_their_record_alone(self):
        bad = [b'{"id":1,"text":"\xff"}', b'{"id":3,"\xc3":1}', b'{"id":4,"text":"\xed\xa0\x80"}']
        lines = [bad[0], b'{"id":2}', *bad[1:], b'{"id":5}']
        rows = [(number, None) for number in (2, 5)]
        columns = {"id": "bigint", "text": "varchar"}
        fields = [b"id,text", b"1,\xff", b"2,", b"3,\xc3", b"4,\xf8\x88\x80\x80\x80", b"5,"]
        self.check(
            [
                Source("lines", b"\n".join(lines), "ndjson", columns, rows, [1, 3, 4]),
                Source("elements", b"[" + b",\n".join(lines) + b"]", "json", columns, rows, [1, 3, 4]),
                Source("fields", b"\n".join(fields), "csv", columns, rows, [2, 4, 5]),
            ]
        )

    def test_duckdb_reads_sound_files_alike(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.check_duckdb(seed)

    def check_duckdb(self, seed: int):
        draw = random.Random(seed)
        columns = {"id": "bigint", "text": "varchar", "ratio": "double", "flag": "boolean"}
        words = ["a", "é", "😀", '"', ",", "\n", "\\", " ", "'"]
        values = [
            (at, "x" + "".join(draw.choices(words, k=draw.randrange(9))), draw.uniform(-1e9, 1e9), draw.random() < 0.5)
            for at in range(2000)
        ]
        ndjson = "".join(json.dumps(dict(zip(columns, row)), ensure_ascii=draw.random() < 0.5) + "\n" for row in values)
        out = io.StringIO()
        csv.writer(out).writerows([list(columns), *values])
        array = "[" + ndjson.strip().replace("\n", ",") + "]"
        files = {"ndjson": ndjson.encode(), "json": array.encode(), "csv": out.getvalue().encode()}
        folder = self.scratch()
        types = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
        sources = []
        for format, stored in files.items():
            path = folder / f"file.{format}"
            path.write_bytes(stored)
            reader = f"read_csv('{path}', header=true, quote='\"', escape='\"', columns={{{types}}})"
            if format != "csv":
                shape = "array" if format == "json" else "newline_delimited"
                reader = f"read_json('{path}', format='{shape}', columns={{{types}}})"
            rows = duckdb.sql(f"SELECT * FROM {reader}").fetchall()
            self.assertEqual(len(rows), len(values))
            sources.append(Source(f"as_{format}", stored, format, columns, rows))
        self.check(sources)


@unittest.skipUnless(REAL_DATA.exists(), f"the real samples are not here: {REAL_DATA}")
class RealSamples(ReaderTest):
    """The whole of each sample as Python's readers have it."""

    def records_of(self, path: Path) -> list[str]:
        stored = path.read_bytes()
        text = (gzip.decompress(stored) if path.suffix == ".gz" else stored).decode()
        if path.suffix == ".gz":
            return text.split("\n")[:-1]
        return [json.dumps(record) for record in json.loads(text)]

    def test_json(self):
        fields = {
            "gharchive/2015-01-01-0.json.gz": ("ndjson", ["id", "type", "created_at", "public"]),
            "paperswithcode/links-between-papers-and-code.sample.json": ("json", ["paper_url", "framework"]),
            "pinterest/pin_consumer.json": ("json", ["topic", "partition", "offset"]),
        }
        sources = []
        for at, (file, (format, names)) in enumerate(fields.items()):
            path = REAL_DATA / file
            columns = dict.fromkeys(names, "varchar")
            records = [load(text) for text in self.records_of(path)]
            rows = [tuple(fit_json(record.get(name), "varchar") for name in names) for record in records]
            sources.append(Source(f"sample_{at}", path.read_bytes(), format, columns, rows))
        self.check(sources)

    def test_delimited(self):
        sources = []
        for path in sorted((REAL_DATA / "movielens").glob("*.csv")):
            header, *rows = csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))
            rows = [tuple(value or None for value in row) for row in rows]
            sources.append(Source(path.stem, path.read_bytes(), "csv", dict.fromkeys(header, "varchar"), rows))
        for path in sorted((REAL_DATA / "openlibrary").glob("*.txt")):
            names = ["type", "key", "revision", "modified", "record"]
            lines = path.read_bytes().decode().split("\n")
            rows = [tuple(value or None for value in line.split("\t")) for line in lines if line]
            name = path.stem.replace("-", "_")
            options = {"header": False, "names": names}
            columns = dict.fromkeys(names, "varchar")
            sources.append(Source(name, path.read_bytes(), "tsv", columns, rows, options=options))
        self.check(sources)


if __name__ == "__main__":
    unittest.main()
