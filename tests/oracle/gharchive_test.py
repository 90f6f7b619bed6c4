"""Checks the yardsticks themselves: the oracle, the comparison, and the generator's promise of equal bytes."""

import hashlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "oracle"))

import compare  # noqa: E402
import gharchive  # noqa: E402


def _event(**fields):
    return gharchive.Event(**{**dict.fromkeys(gharchive.Event._fields), **fields})


def _generate(folder, start, hours, *options):
    subprocess.run(
        [sys.executable, _ROOT / "tools" / "generate", "gharchive", "--out", folder, "--start", start,
         "--hours", str(hours), "--scale", "0.2", *options], check=True, stderr=subprocess.DEVNULL)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in pathlib.Path(folder).iterdir()}


class ParseEvent(unittest.TestCase):
    def test_keeps_json_text_as_it_stands_in_the_line(self):
        line = rb'{"payload": {"a" :1, "b":"\u00e4"}, "id":"7","created_at":"2015-01-01T00:00:00Z"}'
        event = gharchive.parse_event(line)
        self.assertEqual(event.payload, r'{"a" :1, "b":"\u00e4"}')
        self.assertEqual((event.id, event.org_id, event.other), (7, None, None))

    def test_rejects_what_does_not_keep_the_contract(self):
        time = b'"created_at":"2015-01-01T00:00:00Z"'
        for line in (b"", b"[1]", b'{"id":"1"}', b"{" + time + b"}", b'{"id":"abc",' + time + b"}",
                     b'{"id":9223372036854775808,' + time + b"}", b'{"id":1.0,' + time + b"}",
                     b'{"id":true,' + time + b"}", b'{"id":1,"type":"\xff",' + time + b"}",
                     b'{"id":1,"public":"true",' + time + b"}", b'{"id":1,' + time + b"} x",
                     b'{"id":1,' + time + b',"other":NaN}', b'{"id":1,"created_at":"2015-02-30T00:00:00Z"}'):
            with self.subTest(line=line), self.assertRaises(gharchive.BadRow):
                gharchive.parse_event(line)

    def test_reads_times_with_fractions_and_zones(self):
        for text, shown in (("2015-01-01T00:00:00.5Z", "2015-01-01T00:00:00.5Z"),
                            ("2015-01-01T00:00:00.000Z", "2015-01-01T00:00:00Z"),
                            ("2015-01-01T00:30:00+01:00", "2014-12-31T23:30:00Z")):
            event = gharchive.parse_event(b'{"id":1,"created_at":"%b"}' % text.encode())
            self.assertEqual(str(gharchive.Time(event.created_at)), shown)


class Names(unittest.TestCase):
    def test_the_higher_id_decides_within_one_instant(self):
        events = [_event(id=2, created_at=5, actor_id=1, actor_login="new"),
                  _event(id=1, created_at=5, actor_id=1, actor_login="old"),
                  _event(id=3, created_at=4, actor_id=1, actor_login="first")]
        _, rows = gharchive.actor_names(events)
        self.assertEqual(rows, [(1, "new", 4, 5, 3)])


class Compare(unittest.TestCase):
    def _difference(self, expected, actual, **options):
        return compare.difference(compare.read_table(expected), compare.read_table(actual), **options)

    def test_order_does_not_matter_and_counts_do(self):
        self.assertEqual(self._difference("a,b\n1,2\n3,4\n", "b,a\n4,3\n2,1\n"), [])
        self.assertTrue(self._difference("a\n1\n1\n", "a\n1\n"))

    def test_null_is_not_an_empty_text(self):
        self.assertTrue(self._difference('a,b\n1,\n', 'a,b\n1,""\n'))

    def test_reads_quotes_and_line_ends_inside_a_field(self):
        self.assertEqual(compare.read_table('a,b\r\n"x\n""y"",",\r\n'), (["a", "b"], [['x\n"y",', None]]))
        with self.assertRaises(compare.NotCsv):
            compare.read_table('a\n"open')

    def test_reads_back_what_the_oracle_writes(self):
        out = io.StringIO()
        gharchive.write_csv(["a", "b", "c"], [(None, "", 'say "x,\n"'), (True, gharchive.Time(0), 7)], out)
        self.assertEqual(compare.read_table(out.getvalue())[1],
                         [[None, "", 'say "x,\n"'], ["true", "1970-01-01T00:00:00Z", "7"]])

    def test_names_the_column_that_differs(self):
        lines = self._difference("a,b,c\n1,2,3\n", "a,b,c\n1,2,4\n")
        self.assertIn("    c: '3' expected, '4' found", lines)


class Generator(unittest.TestCase):
    def test_an_hour_is_the_same_whatever_is_asked_beside_it(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            several = _generate(first, "2015-01-01T00", 4)
            alone = _generate(second, "2015-01-01T02", 1)
            self.assertEqual(len(several), 4)
            self.assertEqual(alone["2015-01-01-2.json.gz"], several["2015-01-01-2.json.gz"])

    def test_damaged_rows_are_bad_and_leave_the_others_alone(self):
        hours = gharchive.parse_hours("2015-01-01T00..2015-01-01T03")
        with tempfile.TemporaryDirectory() as clean, tempfile.TemporaryDirectory() as damaged:
            _generate(clean, "2015-01-01T00", 3)
            _generate(damaged, "2015-01-01T00", 3, "--damaged", "22")
            events, bad = gharchive.read_events(pathlib.Path(clean), *hours)
            self.assertEqual(bad, 0)
            self.assertEqual(gharchive.read_events(pathlib.Path(damaged), *hours), (events, 66))
            self.assertEqual(len({event.id for event in events}), len(events))

    def test_a_truncated_file_ends_in_mid_stream(self):
        with tempfile.TemporaryDirectory() as folder:
            _generate(folder, "2015-01-01T00", 1, "--truncate-last")
            with self.assertRaises(EOFError):
                gharchive.read_events(pathlib.Path(folder), *gharchive.parse_hours("2015-01-01T00..2015-01-01T01"))


if __name__ == "__main__":
    unittest.main()
