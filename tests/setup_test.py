"""Tests of tools/setup: what it refuses, and that nothing unverified is ever kept or unpacked."""

import importlib.machinery
import importlib.util
import io
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent


def load_setup():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("setup_tool", str(ROOT / "tools/setup"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("setup_tool", loader))
    sys.modules["setup_tool"] = module
    loader.exec_module(module)
    return module


setup = load_setup()

DEBIAN_12 = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'
ALL_FLAGS = set(setup.PROCESSOR_FLAGS)


def write_archive(path: Path, members: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))


class Machine(unittest.TestCase):
    def test_debian_12_on_x86_64_is_accepted(self):
        self.assertIsNone(setup.reason_to_refuse("x86_64", DEBIAN_12, ALL_FLAGS))

    def test_a_derived_system_of_the_same_version_is_accepted(self):
        derived = 'ID=other\nID_LIKE="debian"\nVERSION_ID="12"\n'
        self.assertIsNone(setup.reason_to_refuse("x86_64", derived, ALL_FLAGS))

    def test_another_processor_is_refused(self):
        reason = setup.reason_to_refuse("aarch64", DEBIAN_12, set())
        self.assertEqual(reason, "Tidemill needs an x86-64 processor, this one is: 'aarch64'")

    def test_an_old_processor_is_refused(self):
        reason = setup.reason_to_refuse("x86_64", DEBIAN_12, ALL_FLAGS - {"avx2", "pclmulqdq"})
        self.assertEqual(
            reason, "Tidemill needs a processor with AVX2, BMI and PCLMUL, this one lacks: 'avx2 pclmulqdq'"
        )

    def test_another_debian_is_refused(self):
        release = DEBIAN_12.replace("12", "13").replace("bookworm", "trixie")
        reason = setup.reason_to_refuse("x86_64", release, ALL_FLAGS)
        self.assertEqual(reason, "Tidemill is built on Debian 12, this is: 'Debian GNU/Linux 13 (trixie)'")

    def test_an_unknown_system_is_refused(self):
        reason = setup.reason_to_refuse("x86_64", "", ALL_FLAGS)
        self.assertEqual(reason, "Tidemill is built on Debian 12, this is: 'an unknown system'")


class Pins(unittest.TestCase):
    def test_the_repository_pins_every_file_by_a_whole_hash(self):
        archives = setup.read_archives(ROOT / "dependencies/files.txt")
        self.assertGreater(len(archives), 3)
        for archive in archives:
            self.assertRegex(archive.sha256, "^[0-9a-f]{64}$")
            self.assertIn(archive.kind, ("npm", "sdist", "wheel"))
            self.assertTrue(archive.members)

    def test_the_repository_pins_every_python_package_by_hash(self):
        for name in ("python.txt", "python-fetch.txt", "python-bench.txt", "python-bench-java.txt"):
            for line in setup.meaningful_lines(ROOT / "dependencies" / name):
                self.assertRegex(line, r"^[a-z0-9-]+==\S+( --hash=sha256:[0-9a-f]{64})+$")


class Archives(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.build = Path(scratch.name)
        self.source = self.build / "source.tgz"
        write_archive(self.source, {"package/a.txt": b"one", "package/deep/b.txt": b"two", "package/c.txt": b"three"})
        self.enterContext(mock.patch.object(setup, "say"))
        self.enterContext(mock.patch.object(setup, "fetch", self.fetch))
        self.fetches = 0

    def fetch(self, archive, scratch, environment):
        self.fetches += 1
        (scratch / "fetched.tgz").write_bytes(self.source.read_bytes())

    def archive(self, sha256=None, members=(("package/a.txt", "thing/a.txt"),)):
        return setup.Archive("build", "npm", "@scope/thing", "1.0", sha256 or setup.sha256_of(self.source), list(members))

    def install(self, archive):
        setup.Installation(self.build).install_archives([archive], self.build)

    def test_only_the_named_members_are_unpacked(self):
        self.install(self.archive())
        files = [path.name for path in (self.build / "third_party").rglob("*") if path.is_file()]
        self.assertEqual(files, ["a.txt"])
        self.assertEqual((self.build / "third_party/thing/a.txt").read_bytes(), b"one")

    def test_a_folder_is_unpacked_whole(self):
        self.install(self.archive(members=[("package/", "thing/all/")]))
        self.assertEqual((self.build / "third_party/thing/all/deep/b.txt").read_bytes(), b"two")

    def test_a_second_time_nothing_is_downloaded(self):
        self.install(self.archive())
        self.install(self.archive())
        self.assertEqual(self.fetches, 1)

    def test_what_was_deleted_is_unpacked_again_from_the_kept_download(self):
        self.install(self.archive())
        (self.build / "third_party/thing/a.txt").unlink()
        self.install(self.archive())
        self.assertEqual(self.fetches, 1)
        self.assertEqual((self.build / "third_party/thing/a.txt").read_bytes(), b"one")

    def test_a_download_with_another_hash_stops_and_keeps_nothing(self):
        wanted = "0" * 64
        with self.assertRaises(setup.SetupError) as caught:
            self.install(self.archive(sha256=wanted))
        actual = setup.sha256_of(self.source)
        self.assertEqual(str(caught.exception), f"hash of fetched.tgz differs: expected {wanted}, got {actual}")
        self.assertEqual(list((self.build / "downloads").iterdir()), [])
        self.assertFalse((self.build / "third_party").exists())

    def test_a_kept_download_that_was_damaged_stops_and_is_deleted(self):
        self.install(self.archive())
        (kept,) = (self.build / "downloads").iterdir()
        kept.write_bytes(b"damaged")
        (self.build / "third_party/thing/a.txt").unlink()
        with self.assertRaisesRegex(setup.SetupError, f"^hash of {kept.name} differs: expected "):
            self.install(self.archive())
        self.assertFalse(kept.exists())
        self.install(self.archive())
        self.assertEqual(self.fetches, 2)

    def test_a_changed_pin_is_installed_anew(self):
        self.install(self.archive())
        write_archive(self.source, {"package/a.txt": b"new"})
        changed = setup.Archive("build", "npm", "@scope/thing", "1.1", setup.sha256_of(self.source), self.archive().members)
        self.install(changed)
        self.assertEqual((self.build / "third_party/thing/a.txt").read_bytes(), b"new")

    def test_a_member_that_is_not_there_is_named(self):
        with self.assertRaisesRegex(setup.SetupError, "does not contain: 'package/missing.txt'$"):
            self.install(self.archive(members=[("package/missing.txt", "thing/missing.txt")]))


class Pip(unittest.TestCase):
    def test_a_hash_that_pip_finds_different_is_told_in_our_words(self):
        output = "ERROR: THESE PACKAGES DO NOT MATCH\n    x:\n        Expected sha256 aaaa\n             Got        bbbb\n"
        result = mock.Mock(returncode=1, stdout=output)
        with mock.patch.object(setup.subprocess, "run", return_value=result):
            with self.assertRaises(setup.SetupError) as caught:
                setup.pip(Path("environment"), ["download"], "duckdb 1.5.5")
        self.assertEqual(str(caught.exception), "hash of duckdb 1.5.5 differs: expected aaaa, got bbbb")


if __name__ == "__main__":
    unittest.main()
