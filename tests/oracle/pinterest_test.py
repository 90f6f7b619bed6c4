"""Checks the yardsticks themselves: the oracle on messages worked out by hand, and what the generator promises."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "oracle"))

import pinterest  # noqa: E402


def _generate(folder, *options):
    subprocess.run([sys.executable, _ROOT / "tools" / "generate", "pinterest", "--out", folder, "--scale", "0.5", *options],
                   check=True, stderr=subprocess.DEVNULL)
    return {path.relative_to(folder): path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file()}


class Oracle(unittest.TestCase):
    def _capture(self, **topics):
        with tempfile.TemporaryDirectory() as folder:
            for topic, text in topics.items():
                partition = pathlib.Path(folder) / f"topics/x.{topic}/partition=0"
                partition.mkdir(parents=True)
                (partition / "0.json").write_text(text, encoding="utf-8")
            return pinterest.Capture(pathlib.Path(folder))

    def test_followers_are_counted(self):
        for text, count in (("437", 437), ("83k", 83_000), ("6M", 6_000_000), ("1.5k", 1_500), ("0", 0),
                            ("User Info Error", None), ("", None), (None, None)):
            self.assertEqual(pinterest.followers(text), count)

    def test_age_groups_end_where_the_next_begins(self):
        for age, group in ((17, None), (18, "18-24"), (24, "18-24"), (25, "25-35"), (36, "36-50"), (50, "36-50"), (51, "+50")):
            self.assertEqual(pinterest.age_group(age), group)

    def test_lines_and_captured_arrays_are_the_same_messages(self):
        value = {"ind": 1, "latitude": 1, "longitude": 2.5, "country": "Cuba", "timestamp": "2020-08-28 03:52:47"}
        lines = self._capture(geo=json.dumps(value) + "\n" + json.dumps(value) + "\n")
        array = self._capture(geo=json.dumps([{"topic": "x.geo", "value": value, "offset": place} for place in range(2)]))
        self.assertEqual(lines.rows, array.rows)
        self.assertEqual((len(lines.rows["geo"]), len(lines.geos())), (2, 1))

    def test_a_stray_is_rejected(self):
        pin = {"index": 1, "unique_id": "a", "title": "No Title Data Available"}
        capture = self._capture(pin=json.dumps(pin), user=json.dumps(pin))
        self.assertEqual((len(capture.rows["pin"]), capture.rejects["user"]), (1, 1))
        self.assertEqual([row.title for row in capture.pins()], [None])


class Generator(unittest.TestCase):
    def test_equal_options_give_equal_bytes_and_another_seed_does_not(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            files = _generate(first)
            self.assertEqual(_generate(second), files)
            self.assertNotEqual(_generate(second, "--seed", "2"), files)

    def test_topics_meet_have_strays_and_replays_and_nothing_else_is_bad(self):
        with tempfile.TemporaryDirectory() as folder:
            _generate(folder)
            capture = pinterest.Capture(pathlib.Path(folder))
            _generate(folder, "--oddities", "no")
            plain = pinterest.Capture(pathlib.Path(folder))
        self.assertTrue(all(capture.rejects.values()))
        self.assertFalse(any(plain.rejects.values()))
        self.assertEqual({row["index"] for row in plain.rows["pin"]}, {row["ind"] for row in plain.rows["user"]})
        for topic, distinct in (("pin", capture.pins()), ("geo", capture.geos()), ("user", capture.users())):
            self.assertLess(len(distinct), len(capture.rows[topic]))

    def test_the_second_delivery_adds_removes_and_changes_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            _generate(folder)
            old = {pin.ind: pin for pin in pinterest.Capture(pathlib.Path(folder)).pins()}
            _generate(folder, "--delivery", "2")
            new = {pin.ind: pin for pin in pinterest.Capture(pathlib.Path(folder)).pins()}
        self.assertTrue(new.keys() - old.keys())
        self.assertTrue(old.keys() - new.keys())
        self.assertTrue(any(old[ind] != new[ind] for ind in old.keys() & new.keys()))


if __name__ == "__main__":
    unittest.main()
