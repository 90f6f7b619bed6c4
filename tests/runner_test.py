"""The runner of text tests, run on tests written here and a stand-in for tidemill."""

import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from runner.normalise import normalise
from runner.script import ScriptError, read_script

RUN = Path(__file__).resolve().parent / "run.py"

# `run` takes three steps, notes that it was begun, and copies sources/*.yml into `table`; `query` prints `table`;
# `fail N` exits with N; `die` kills itself.
TIDEMILL = """#!/bin/sh
step() {
  number=$((number + 1))
  [ -n "$TIDEMILL_FAULT_LOG" ] && echo "$number step" >> "$TIDEMILL_FAULT_LOG"
  [ "$TIDEMILL_FAULT" = "kill@$number" ] && kill -KILL $$
}
case $1 in
  run) step; echo begun >> begun; step; cat sources/*.yml > table; step; echo "run $(wc -l < begun)"; echo talk >&2 ;;
  query) cat table && [ "$3 $4" = "--format table" ] ;;
  fail) echo "error: no" >&2; exit $2 ;;
  die) kill -KILL $$ ;;
esac
"""

GOOD = """# A story.
$ tidemill run
run 1
talk

? select 1
name: a

!2 tidemill fail 2
error: no

! tidemill fail 1
error: no

-- sources/a.yml --
name: a
"""


class RunnerTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.program = self.folder / "program"
        self.program.write_text(TIDEMILL)
        self.program.chmod(0o755)

    def write(self, text, name="story"):
        path = self.folder / "tests" / f"{name}.test"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def run_tests(self, *arguments, world="plain"):
        command = [sys.executable, RUN, "--tidemill", self.program, "--tests", self.folder / "tests", "--world", world]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def assert_passes(self, text, *arguments, world="plain"):
        self.write(text)
        exit_code, output = self.run_tests(*arguments, world=world)
        self.assertEqual(exit_code, 0, output)
        self.assertRegex(output, r"(?m)^[1-9]\d* passed, 0 failed")
        return output

    def assert_fails(self, text, *expected, world="plain"):
        self.write(text)
        exit_code, output = self.run_tests(world=world)
        self.assertEqual(exit_code, 1, output)
        self.assertIn("\n0 passed, 1 failed\n", output)
        for part in expected:
            self.assertIn(part, output)

    def test_a_story_that_comes_true_passes(self):
        self.assert_passes(GOOD)

    def test_an_unexpected_output_is_shown_as_a_difference(self):
        self.assert_fails(GOOD.replace("run 1", "run 7"), "-run 7\n+run 1\n", "story.test (expected)")

    def test_a_missing_output_is_a_difference(self):
        self.assert_fails("$ echo one\n", "+one\n")

    def test_an_output_that_did_not_come_is_a_difference(self):
        self.assert_fails("$ true\none\n", "-one\n")

    def test_all_differences_are_shown(self):
        self.assert_fails("$ echo one\n1\n\n$ echo two\n2\n", "+one\n", "+two\n")

    def test_a_command_that_fails_unasked_ends_the_test(self):
        self.assert_fails(
            "$ tidemill fail 3\nerror: no\n\n$ echo after\n", "story.test:1: $ tidemill fail 3\nexit code is not 0: 3\n"
        )

    def test_a_command_that_must_fail_and_does_not_is_reported(self):
        self.assert_fails("! true\n", "exit code is not 1 to 127: 0")

    def test_another_exit_code_than_the_one_given_is_reported(self):
        self.assert_fails("!2 tidemill fail 1\nerror: no\n", "exit code is not 2: 1")

    def test_death_by_a_signal_is_no_failure_to_expect(self):
        self.assert_fails("! tidemill die\n", "exit code is not 1 to 127: 137")

    def test_a_failing_query_is_reported(self):
        self.assert_fails("? select 1\n", "exit code is not 0: 1", "No such file")

    def test_stdout_comes_before_stderr(self):
        self.assert_passes("$ echo talk >&2; echo data\ndata\ntalk\n")

    def test_the_time_zone_and_home_are_not_those_of_the_caller(self):
        self.assert_passes("$ date -d @0 +%H:%M\n05:45\n\n$ cd ~ && ls\n\n$ pwd\n<dir>\n")

    def test_files_have_the_content_given(self):
        self.assert_passes(
            "$ cat 'a/b c' && wc -c < empty\nfirst\n<empty>\nthird\n0\n\n"
            "-- a/b c --\nfirst\n\nthird\n\n-- empty --\n\n"
        )

    def test_a_command_goes_on_after_a_backslash(self):
        self.assert_passes("$ echo one \\\n    two\none two\n")

    def test_rewrite_changes_the_outputs_alone(self):
        text = (
            "# Tab\there, blanks at the end  \n\n\n$ echo one\nold\nolder\n\n"
            "$ true\ngone\n# Comment.\n$ printf 'a\\n\\n# b\\n$ c\\n<empty>\\n-- d --\\n? e'\n\n! false\n\n\n"
            "-- file --\n$ no command  \n\n\n-- last --\nwithout line break"
        )
        path = self.write(text)
        exit_code, output = self.run_tests("--rewrite")
        self.assertEqual(exit_code, 0, output)
        rewritten = (
            text.replace("old\nolder\n", "one\n")
            .replace("gone\n", "")
            .replace("? e'\n", "? e'\na\n<empty>\n\\# b\n\\$ c\n\\<empty>\n\\-- d --\n\\? e\n")
        )
        self.assertEqual(path.read_bytes().decode(), rewritten)
        self.assert_passes(rewritten, "--rewrite")
        self.assertEqual(path.read_bytes().decode(), rewritten)

    def test_rewrite_ends_a_last_line_that_has_no_end(self):
        path = self.write("$ echo one")
        self.run_tests("--rewrite")
        self.assertEqual(path.read_text(), "$ echo one\none\n")

    def test_rewrite_changes_no_exit_code(self):
        text = "$ echo one\n\n$ tidemill fail 2\n"
        path = self.write(text)
        exit_code, _ = self.run_tests("--rewrite")
        self.assertEqual((exit_code, path.read_text()), (1, text))

    def test_a_run_killed_and_run_again_must_leave_the_same_tables(self):
        output = self.assert_passes(GOOD, "--seed", "4", world="killed")
        self.assertIn("seed: 4\n", output)

    def test_a_killed_run_is_begun_twice(self):
        counted = "$ tidemill run\nany output\n\n? select 1\na\n\n$ sort -u begun\nbegun\n\n-- sources/a.yml --\na\n"
        self.assert_passes(counted, world="killed")
        twice = "$ tidemill run\n\n$ cat begun\nbegun\nbegun\n\n-- sources/a.yml --\na\n"
        self.write(twice)
        ends = [self.run_tests("--seed", str(seed), world="killed")[0] for seed in range(8)]
        self.assertEqual(set(ends), {0, 1}, "killed before the first step it is begun once, after it twice")

    def test_the_killed_world_still_wants_the_exit_code_of_a_run(self):
        self.assert_fails("! tidemill run\n\n-- sources/a.yml --\na\n", "exit code is not 1 to 127: 0", world="killed")

    def test_the_killed_world_overlooks_how_long_a_run_took(self):
        text = "$ cat plan\na  <time>\nb  -\n\n-- plan --\na       -\nb  0.31 s\n"
        self.assert_passes(text, world="killed")
        self.assert_fails(text, "-a  <time>\n")

    def test_the_lines_of_a_run_may_come_in_any_order(self):
        self.assert_passes("$ tidemill run\ntalk\nrun 1\n\n-- sources/a.yml --\na\n")
        self.assert_fails("$ printf '1\\n2\\n'\n2\n1\n", "+1\n 2\n")

    def test_the_tiny_world_makes_blocks_tiny(self):
        files = "-- sources/a.yml --\nname: a\nformat: ndjson   # lines\n\n-- sources/b.yml --\nformat: csv\n"
        text = "$ cat sources/*.yml\nname: a\nformat: ndjson   # lines\nblock_size: 64\nformat: csv\n\n"
        self.assert_passes(text + files, world="tiny")

    def test_a_world_left_out_is_shown_with_the_reason(self):
        output = self.assert_passes("# not in killed: it says how often it ran\n$ true\n", world="all")
        self.assertIn("skip  story  killed: it says how often it ran\n", output)
        self.assertIn("\n2 passed, 0 failed, 1 skipped\n", output)

    def test_kill_at_wants_death_at_that_step(self):
        self.assert_passes("$ kill-at 2 tidemill run\n\n$ cat begun\nbegun\n\n-- sources/a.yml --\na\n")
        self.assert_fails("$ kill-at 9 tidemill run\n\n-- sources/a.yml --\na\n", "not killed at step: '9'")

    def test_a_server_serves_a_folder_and_keeps_its_address(self):
        ask = "python3 -c \"import os, urllib.request as u; print(u.urlopen(os.environ['BASE_URL'] + '/a').read())\""
        self.assert_passes(
            f"$ serve data\n\n$ {ask}\nb'1\\n'\n\n$ echo $BASE_URL | tee address\nhttp://127.0.0.1:<port>\n\n"
            f"$ stop-serving\n\n! {ask} 2> /dev/null\n\n"
            f"$ serve data\n\n$ echo $BASE_URL | diff - address\n\n-- data/a --\n1\n"
        )

    def test_a_server_that_does_not_start_is_reported(self):
        self.assert_fails("$ serve nowhere\n", "not a folder: 'nowhere'")

    def test_generate_writes_sample_data_silently(self):
        self.assert_passes(
            "$ generate gharchive --out hours --start 2015-01-01T00 --scale 0.01\n\n$ ls hours\n2015-01-01-0.json.gz\n"
        )

    def test_pack_writes_what_its_name_says(self):
        self.assert_passes(
            "$ pack a.gz one two && zcat a.gz\n1\n2\n\n$ pack a.bz2 one two && bzcat a.bz2\n1\n2\n\n"
            "$ pack --streamed --zip64 a.zip folder/ one && python3 -m zipfile -l a.zip | cut -d' ' -f1\n"
            "File\nfolder/\none\n\n"
            "$ pack a.zst one two && od -An -tx1 -N4 a.zst\n 28 b5 2f fd\n\n"
            "!2 pack a.rar one 2>/dev/null\n\n-- one --\n1\n\n-- two --\n2\n"
        )

    def test_tests_are_chosen_by_name_and_pattern(self):
        for name in ("one", "two", "three"):
            self.write("$ true\n", name)
        self.assertIn("\n1 passed, 0 failed\n", self.run_tests("one")[1])
        self.assertIn("\n2 passed, 0 failed\n", self.run_tests("t*", "-j", "1")[1])
        self.assertEqual(self.run_tests("four")[0], 2)

    def test_a_program_that_is_not_there_is_said_at_once(self):
        self.program.unlink()
        exit_code, output = self.run_tests()
        self.assertEqual(exit_code, 2)
        self.assertIn("no such program", output)


class ScriptTest(unittest.TestCase):
    def read(self, text):
        with tempfile.NamedTemporaryFile(suffix=".test") as file:
            Path(file.name).write_text(text)
            return read_script(Path(file.name))

    def assert_refused(self, text, message, line):
        with self.assertRaisesRegex(ScriptError, rf"{message}(.|\n)*\.test:{line}\b"):
            self.read(text)

    def test_a_line_that_is_nothing_is_refused_with_its_place(self):
        self.assert_refused("$ true\n\nlost\n", "neither a command nor its output nor a comment: 'lost'", 3)

    def test_an_unknown_world_is_refused(self):
        self.assert_refused("# not in kiled: why\n$ true\n", "unknown world: 'kiled'", 1)

    def test_a_test_without_a_command_is_refused(self):
        self.assert_refused("# Only talk.\n", "a test without a command", 1)

    def test_a_file_outside_of_the_project_is_refused(self):
        self.assert_refused("$ true\n-- ../x --\n", "not a new file below the project's folder: '../x'", 2)

    def test_a_file_given_twice_is_refused(self):
        self.assert_refused("$ true\n-- x --\n-- x --\n", "not a new file below the project's folder: 'x'", 3)

    def test_line_breaks_of_unicode_are_no_line_breaks(self):
        self.assertEqual(self.read("$ true\na\u2028b\n").lines, ["$ true\n", "a\u2028b\n"])


class NormaliseTest(unittest.TestCase):
    NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=timezone.utc)

    def assert_becomes(self, output, expected):
        self.assertEqual(normalise(output, Path("/tmp/tidemill-x/project"), self.NOW), expected)

    def test_durations_become_time(self):
        for duration in ("0.31 s", "12.3 s", "4 min 05 s", "2 h 03 min", "31 ms"):
            self.assert_becomes(f"took {duration}, done", "took <time>, done")

    def test_speeds_become_speed(self):
        for speed in ("12.3 MB/s", "512 B/s", "1,234 rows/s"):
            self.assert_becomes(f"at {speed}.", "at <speed>.")

    def test_ids_become_id_and_other_numbers_stay(self):
        self.assert_becomes("run 0a1b2c3d4e5f of 2489651045", "run <id> of 2489651045")

    def test_ports_and_the_folder_become_markers(self):
        self.assert_becomes("cannot reach 127.0.0.1 port 4711", "cannot reach 127.0.0.1 port <port>")
        self.assert_becomes("http://127.0.0.1:4711/a /tmp/tidemill-x/project/b", "http://127.0.0.1:<port>/a <dir>/b")

    def test_instants_of_today_become_now_in_all_their_forms(self):
        zoned = ("2026-05-04T03:02:01Z", "2026-05-04 03:02:01.123456+00", "2026-05-04T03:00:00+00:00")
        for text in (*zoned, "2026-05-03T05"):
            self.assert_becomes(f"[{text}]", "[<now>]")

    def test_instants_of_other_days_stay(self):
        earlier = self.NOW - timedelta(days=1, seconds=1)
        for text in (f"{earlier:%Y-%m-%dT%H:%M:%SZ}", "2015-01-01T00:00:00Z", "2026-13-45T03"):
            self.assert_becomes(text, text)

    def test_columns_padded_for_what_differs_are_not_padded(self):
        self.assert_becomes("took     a   b\n0.31 s   a   b\n12.31 s  a   b", "took  a  b\n<time>  a  b\n<time>  a  b")
        self.assert_becomes("a   b     0.31 s\naa  b    12.31 s", "a   b  <time>\naa  b  <time>")

    def test_blanks_at_the_ends_of_lines_and_the_last_line_break_are_dropped(self):
        self.assert_becomes("a  \n\nb\n", "a\n\nb")


if __name__ == "__main__":
    unittest.main()
