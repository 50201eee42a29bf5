#!/usr/bin/env python3
"""Runs the language suite of NixOS/nix, `tests/functional/lang` in a checkout of it, on an evaluator.

    bench/langsuite.py CHECKOUT nix-instantiate
    bench/langsuite.py --differ CHECKOUT nix-instantiate          each test that differs, and what it printed
    bench/langsuite.py --beside nix-instantiate CHECKOUT ./played-by-us/nix-instantiate

The evaluator takes the flags of `nix-instantiate`; a link of that name to `nixscope` does. Of programs that succeed
the value is compared, of programs that fail the exit, the message, the place it names and the whole text. With
`--beside` the whole texts of failures are compared with those of a second evaluator too, since the suite belongs to one
commit of Nix, and the second evaluator may be of another.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess

PLACE = re.compile(r"at (\S+:\d+:\d+)")
# How the suite runs: nothing of the machine's own store or settings.
VARIABLES = {"TEST_VAR": "foo", "NIX_REMOTE": "dummy://", "NIX_STORE_DIR": "/nix/store", "NO_COLOR": "1"}
# The suite's own files under the names the programs of `eval-okay` look for.
SEARCHING = {"NIX_PATH": "lang/dir3:lang/dir4", "HOME": "/fake-home"}


class Suite:
    """The files of a checkout, and an evaluator to run on them."""

    def __init__(self, checkout, command):
        self.folder = pathlib.Path(checkout, "tests/functional").resolve()
        self.command = shlex.split(command)

    def text(self, name, ending):
        path = self.folder / "lang" / f"{name}.{ending}"
        return path.read_text(errors="replace") if path.exists() else None

    def run(self, arguments, variables, program=None):
        """Exit, output and errors, with the checkout's folder called `/pwd` as in the texts of the suite."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=os.environ | VARIABLES | variables,
            input=program if program is not None else b"",
            capture_output=True,
            timeout=120,
        )
        named = lambda it: it.decode(errors="replace").replace(str(self.folder), "/pwd")
        return done.returncode, named(done.stdout), named(done.stderr)

    def flags(self, name, usual):
        text = self.text(name, "flags")
        return usual if text is None else shlex.split(text, comments=True)

    def eval_okay(self, name):
        """What a program that succeeds prints."""
        if self.text(name, "exp.xml") is not None:
            return self.run(["--eval", "--xml", "--no-location", "--strict", f"lang/{name}.nix"], {})
        return self.run([*self.flags(name, []), "--eval", "--strict", f"lang/{name}.nix"], SEARCHING)

    def eval_fail(self, name):
        return self.run([*self.flags(name, ["--eval", "--strict", "--show-trace"]), f"lang/{name}.nix"], {})

    def parse(self, name):
        return self.run(["--parse", "-"], {}, (self.folder / "lang" / f"{name}.nix").read_bytes())


def tidy(text):
    """Without blanks at the ends, and without what Nix says of a machine it was not installed on."""
    lines = (it.rstrip() for it in text.splitlines())
    return "\n".join(it for it in lines if "build-users-group" not in it).strip()


def error(text):
    """The message that comes last, which is the failure's own, and the place after it."""
    last = re.split(r"^\s*error: ?", text, flags=re.MULTILINE)[-1]
    place = PLACE.search(last)
    return last.split("\n")[0].strip(), place and place.group(1)


def succeeding(suite, name, printed):
    code, out, err = printed
    wanted = suite.text(name, "exp.xml") or suite.text(name, "exp") or suite.text(name, "exp-disabled") or ""
    return {"exit": code == 0, "value": code == 0 and out.strip() == wanted.strip()}


def failing(suite, name, printed):
    code, out, err = printed
    wanted = suite.text(name, "err.exp") or ""
    return {
        "exit": code == 1,
        "message": error(err)[0] == error(wanted)[0],
        "place": error(err)[1] == error(wanted)[1],
        "text": tidy(err) == tidy(wanted),
    }


KINDS = {
    "eval-okay": (Suite.eval_okay, succeeding),
    "eval-fail": (Suite.eval_fail, failing),
    "parse-okay": (Suite.parse, succeeding),
    "parse-fail": (Suite.parse, failing),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--differ", action="store_true", help="show what differs")
    parser.add_argument("--beside", metavar="COMMAND", help="compare the texts of failures with this evaluator's too")
    parser.add_argument("checkout", help="a checkout of NixOS/nix")
    parser.add_argument("command", help="the evaluator")
    arguments = parser.parse_args()
    suite = Suite(arguments.checkout, arguments.command)
    beside = arguments.beside and Suite(arguments.checkout, arguments.beside)

    print("| tests | of | agree in |\n| --- | --: | --- |")
    for kind, (run, judge) in KINDS.items():
        names = sorted(it.stem for it in (suite.folder / "lang").glob(f"{kind}-*.nix"))

        def check(name):
            printed = run(suite, name)
            verdict = judge(suite, name, printed)
            if beside and kind.endswith("fail"):
                verdict["text as beside"] = tidy(printed[2]) == tidy(run(beside, name)[2])
            return name, verdict, printed

        count = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, verdict, printed in pool.map(check, names):
                count.update(verdict)
                if arguments.differ and not all(verdict.values()):
                    print(f"{name}: not the same: {', '.join(it for it in verdict if not verdict[it])}")
                    print(tidy(printed[1] + printed[2]))
        print(f"| {kind} | {len(names)} | {', '.join(f'{what} {n}' for what, n in count.items())} |", flush=True)


main()
