"""Tests of tools/check_layers.py on small source trees."""

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load_check_layers():
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("check_layers", ROOT / "tools/check_layers.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["check_layers"] = module
    spec.loader.exec_module(module)
    return module


check_layers = load_check_layers()


class Layers(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.source = Path(scratch.name) / "src"
        self.source.mkdir()
        self.layers = self.read("base:\ndata: base\nduckdb: base data\nsql: base duckdb\nonly duckdb: duckdb.h\n")

    def read(self, text):
        path = self.source / "layers.txt"
        path.write_text(text)
        return check_layers.read_layers(path, "src/layers.txt")

    def mistakes(self, name, text):
        path = self.source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return check_layers.mistakes_of(path, self.source, self.layers)

    def test_arrows_that_point_down_are_fine(self):
        text = '#include <vector>\n#include "sql/parse.h"\n#include "duckdb/session.h"\n#include "base/error.h"\n'
        self.assertEqual(self.mistakes("sql/parse.cc", text), [])

    def test_nothing_is_transitive(self):
        found = self.mistakes("sql/parse.cc", '\n#include "data/type.h"\n')
        self.assertEqual(found, ["src/sql/parse.cc:2: 'sql' may not include: 'data/type.h'"])

    def test_only_the_owner_includes_a_header(self):
        self.assertEqual(self.mistakes("duckdb/session.cc", "#include <duckdb.h>\n"), [])
        found = self.mistakes("sql/parse.cc", "#include <duckdb.h>\n")
        self.assertEqual(found, ["src/sql/parse.cc:1: only src/duckdb may include: 'duckdb.h'"])

    def test_a_folder_that_no_line_names_is_a_mistake(self):
        found = self.mistakes("extra/a.cc", "")
        self.assertEqual(found, ["src/extra/a.cc:1: folder is not in src/layers.txt: 'extra'"])

    def test_an_include_without_its_folder_is_a_mistake(self):
        found = self.mistakes("base/error.cc", '#include "error.h"\n')
        self.assertEqual(found, ["src/base/error.cc:1: include without its folder: 'error.h'"])

    def test_a_line_cannot_name_a_folder_below_it(self):
        layers = self.read("base: data\ndata: base\n")
        self.assertEqual(
            layers.mistakes, ["src/layers.txt:1: 'base' names a folder that is not above it: 'data'"]
        )


if __name__ == "__main__":
    unittest.main()
