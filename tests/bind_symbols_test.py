"""tools/bind_symbols: the copy does what the library does, exports what it exports, and searches for fewer names."""

import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BOUND_DUCKDB = ROOT / "build/release/libduckdb.so"
DUCKDB = ROOT / "build/third_party/duckdb/lib/libduckdb.so"

LIBRARY = """
    #include <stdexcept>
    #include <string>
    #include <vector>

    namespace shop {
    struct Item { virtual ~Item() = default; virtual int price() const = 0; };
    struct Fruit : Item { int price() const override; };
    struct Apple : Fruit { int price() const override; };
    int Fruit::price() const { return 2; }
    int Apple::price() const { return Fruit::price() + 1; }
    int factor = 10;
    int* where_the_factor_is = &factor;
    thread_local int calls = 0;
    inline int& shared() { static int value = 0; return value; }  // One in the process.
    int times(int n) { return n * *where_the_factor_is; }
    int (*const table[])(int) = {times, times};
    }

    extern "C" int replaceable() { return 1; }
    extern "C" int total() {
      ++shop::calls;
      shop::shared() = 7;
      std::vector<shop::Item*> items = {new shop::Apple, new shop::Fruit};
      int sum = 0;
      for (shop::Item* item : items) sum += item->price();
      const bool is_apple = dynamic_cast<shop::Apple*>(items[0]) != nullptr;
      for (shop::Item* item : items) delete item;
      try {
        throw std::out_of_range(std::string(40, 'x'));
      } catch (const std::exception& error) {
        sum += static_cast<int>(std::string(error.what()).size());
      }
      return shop::table[1](sum) + is_apple + shop::calls + shop::shared() + replaceable();
    }
"""
OF_EACH_THREAD = {"duckdb_je_tsd_tls"}
TOTAL = (3 + 2 + 40) * 10 + 1 + 1 + 7 + 1


def run(*command, environment=None):
    words = [str(word) for word in command]
    return subprocess.run(words, env=os.environ | (environment or {}), capture_output=True, text=True, check=False)


def named_relocations(library):
    """Returns the names that the loader looks up when the library is loaded, and those when they are first called."""
    now, later = set(), set()
    for line in run("readelf", "--relocs", "--wide", library).stdout.splitlines():
        found = re.match(r"\S+\s+\S+\s+(R_X86_64_\w+)\s+[0-9a-f]+\s+(\S+)", line)
        if found:
            (later if found[1] == "R_X86_64_JUMP_SLOT" else now).add(found[2])
    return now, later


def exported(library):
    return run("nm", "--dynamic", "--defined-only", library).stdout


class BindSymbolsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        (cls.folder / "shop.cc").write_text(textwrap.dedent(LIBRARY))
        cls.library = cls.folder / "libshop.so"
        made = run("g++", "-shared", "-fPIC", "-O1", "-o", cls.library, cls.folder / "shop.cc")
        assert made.returncode == 0, made.stderr
        cls.bound = cls.folder / "bound.so"
        cls.binding = run(ROOT / "tools/bind_symbols", cls.library, cls.bound)

    def test_the_copy_does_what_the_library_does(self):
        self.assertEqual(self.binding.returncode, 0, self.binding.stderr)
        for library in (self.library, self.bound):
            for environment in ({}, {"LD_BIND_NOW": "1"}):
                with self.subTest(library=library.name, environment=environment):
                    code = f"import ctypes; print(ctypes.CDLL({str(library)!r}).total())"
                    done = run(sys.executable, "-c", code, environment=environment)
                    self.assertEqual((done.stdout, done.returncode), (f"{TOTAL}\n", 0), done.stderr)

    def test_it_exports_the_same(self):
        self.assertEqual(exported(self.bound), exported(self.library))

    def test_it_searches_for_no_symbol_of_its_own_namespaces(self):
        now, later = named_relocations(self.library)
        self.assertTrue(any("4shop" in name for name in now))
        self.assertTrue(any("4shop" in name for name in later))
        bound_now, bound_later = named_relocations(self.bound)
        # One of the process, and one of each thread, keep their names. Slots keep their relocation, which then only
        # adds where the library was loaded.
        kept = {"_ZZN4shop6sharedEvE5value", "_ZN4shop5callsE"}
        self.assertEqual({name for name in bound_now if "4shop" in name} - kept, set())
        self.assertEqual(bound_later, later)

    def test_what_cpp_wants_once_is_still_searched_for(self):
        bound_now, _ = named_relocations(self.bound)
        self.assertTrue(any("sharedEvE5value" in name for name in bound_now), bound_now)
        self.assertTrue(any(name.startswith(("_ZTISt", "_ZTVN10__cxxabiv1")) for name in bound_now), bound_now)

    def test_twice_is_once(self):
        again = self.folder / "again.so"
        self.assertEqual(run(ROOT / "tools/bind_symbols", self.bound, again).returncode, 0)
        self.assertEqual(again.read_bytes(), self.bound.read_bytes())

    def test_what_is_no_library_is_refused(self):
        whole = self.library.read_bytes()
        result = self.folder / "never.so"
        object_file = self.folder / "shop.o"
        self.assertEqual(run("g++", "-c", "-o", object_file, self.folder / "shop.cc").returncode, 0)
        contents = {
            "empty": b"",
            "text": b"no library\n" * 20,
            "cut off": whole[:100],
            "for other processors": whole[:18] + b"\xb7" + whole[19:],
            "for 32 bits": whole[:4] + b"\x01" + whole[5:],
            "no dynamic section": object_file.read_bytes(),
        }
        for name, content in contents.items():
            with self.subTest(name):
                path = self.folder / "bad.so"
                path.write_bytes(content)
                done = run(ROOT / "tools/bind_symbols", path, result)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertRegex(done.stderr, r"^bind_symbols: \S+bad\.so: [^\n]+\n$")
                self.assertFalse(result.exists())
        self.assertEqual(run(ROOT / "tools/bind_symbols", self.folder / "nowhere.so", result).returncode, 1)
        self.assertEqual(run(ROOT / "tools/bind_symbols").returncode, 2)


class DuckdbTest(unittest.TestCase):
    def test_the_program_loads_the_bound_one_and_no_name_of_duckdb_is_searched_for(self):
        loaded = run("ldd", ROOT / "build/tidemill").stdout
        self.assertIn(f"libduckdb.so => {BOUND_DUCKDB} ", loaded)
        now, _ = named_relocations(DUCKDB)
        bound_now, _ = named_relocations(BOUND_DUCKDB)
        self.assertGreater(len([name for name in now if "6duckdb" in name]), 5000)
        self.assertEqual({name for name in bound_now if re.match(r"_Z(T[VTIS])?N6duckdb|duckdb", name)}, OF_EACH_THREAD)
        self.assertEqual(exported(BOUND_DUCKDB), exported(DUCKDB))


if __name__ == "__main__":
    unittest.main()
