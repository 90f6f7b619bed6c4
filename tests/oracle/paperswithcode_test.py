"""Checks the yardsticks themselves: the oracle on records worked out by hand, and what the generator promises."""

import datetime
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(_ROOT / "tests" / "oracle"))

import paperswithcode  # noqa: E402

_TODAY = datetime.date(2024, 6, 1)
_KEYS = {"papers-with-abstracts": "paper_url", "links-between-papers-and-code": "repo_url", "datasets": "url"}


def _generate(folder, *options):
    subprocess.run([sys.executable, _ROOT / "tools" / "generate", "paperswithcode", "--out", folder, *options],
                   check=True, stderr=subprocess.DEVNULL)
    return {name: json.loads(gzip.decompress((pathlib.Path(folder) / f"{name}.json.gz").read_bytes())) for name in _KEYS}


class Oracle(unittest.TestCase):
    def _delivery(self, papers=(), links=(), datasets=()):
        with tempfile.TemporaryDirectory() as folder:
            for name, records in zip(_KEYS, (papers, links, datasets)):
                text = json.dumps(list(records)).encode()
                (pathlib.Path(folder) / f"{name}.json.gz").write_bytes(gzip.compress(text))
            return paperswithcode.Delivery(pathlib.Path(folder), _TODAY)

    def test_names_are_spelled_in_one_way_and_stand_once(self):
        self.assertEqual(paperswithcode.clean(["elahe  GHALEBI", None, " ", "Jure", "Elahe Ghalebi"]), ["Elahe Ghalebi", "Jure"])

    def test_a_proceeding_loses_what_follows_its_last_letter(self):
        for text, shown in (("NeurIPS 2018 12", "NeurIPS"), ("2019 12", None), ("ICLR", "ICLR"), (None, None)):
            papers = self._delivery([{"paper_url": "p", "date": "2018-12-01", "proceeding": text}]).papers()
            self.assertEqual(papers["p"]["proceeding"], shown)

    def test_undated_and_future_papers_are_left_out_and_bad_ones_rejected(self):
        delivery = self._delivery([
            {"paper_url": "today", "date": "2024-06-01"}, {"paper_url": "tomorrow", "date": "2024-06-02"},
            {"paper_url": "undated"}, {"paper_url": "bad", "date": "2024-02-30"}, {"date": "2024-01-01"}])
        self.assertEqual(list(delivery.papers()), ["today"])
        self.assertEqual(delivery.rejects["raw.papers"], 2)

    def test_a_framework_counts_a_paper_once(self):
        delivery = self._delivery(
            [{"paper_url": "p", "title": "T", "date": "2018-12-01"}],
            [{"paper_url": "p", "repo_url": url, "framework": framework, "is_official": official}
             for url, framework, official in (("a", "tf", True), ("b", "tf", False), ("c", "none", True), ("d", None, True))])
        _, rows = paperswithcode.papers_frameworks(delivery)
        self.assertEqual(rows, [("p", "T", "tf", datetime.date(2018, 12, 1), True, 2, 1)])


class Generator(unittest.TestCase):
    def test_equal_options_give_equal_records_and_larger_dumps_begin_with_them(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second, tempfile.TemporaryDirectory() as larger:
            dump = _generate(first, "--scale", "0.2", "--oddities", "no")
            self.assertEqual(_generate(second, "--scale", "0.2", "--oddities", "no"), dump)
            papers = _generate(larger, "--scale", "0.3", "--oddities", "no")["papers-with-abstracts"]
            self.assertEqual(papers[:200], dump["papers-with-abstracts"])

    def test_links_and_data_sets_meet_their_papers(self):
        with tempfile.TemporaryDirectory() as folder:
            dump = _generate(folder)
        papers = {paper["paper_url"]: paper["title"] for paper in dump["papers-with-abstracts"]}
        links = dump["links-between-papers-and-code"]
        known = [link for link in links if link["paper_url"] in papers]
        self.assertTrue(0.9 < len(known) / len(links) < 1)
        self.assertTrue(all(papers[link["paper_url"]] == link["paper_title"] for link in known))
        self.assertTrue(all(dataset["paper"]["url"] in papers for dataset in dump["datasets"] if dataset["paper"]))

    def test_the_second_delivery_adds_removes_and_changes_records(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            deliveries = _generate(first), _generate(second, "--delivery", "2")
        for name, key in _KEYS.items():
            old, new = ({record[key]: record for record in delivery[name]} for delivery in deliveries)
            with self.subTest(name=name):
                self.assertTrue(new.keys() - old.keys())
                self.assertTrue(old.keys() - new.keys())
                self.assertTrue(any(old[url] != new[url] for url in old.keys() & new.keys()))

    def test_damaged_records_are_bad_and_no_others(self):
        with tempfile.TemporaryDirectory() as folder:
            for count in ("0", "9"):
                _generate(folder, "--damaged", count)
                delivery = paperswithcode.Delivery(pathlib.Path(folder), _TODAY)
                self.assertEqual(set(delivery.rejects.values()), {int(count)})


if __name__ == "__main__":
    unittest.main()
