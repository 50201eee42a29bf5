#!/usr/bin/env python3
"""Compares evaluators on programs: the whole process, its time by the wall and the most memory it held.

    bench/run.py --eval nix='nix-instantiate --eval --strict' --eval nixscope='nixscope eval --strict'

runs the programs in `bench/programs` and prints a table in Markdown. The first evaluator is the one the others are
compared with. Other programs are named as arguments: a file, a folder of files, or a file with variables before it:

    bench/run.py --eval ... bench/depth
    bench/run.py --eval ... "TREE=$TREE NAMES=$PWD/bench/trees/auxolotl-core.names bench/trees/all-drvs.nix"

With `--time processor` the time is what the processor spent on it, which a machine that is busy disturbs less.

The evaluators take turns in each round, so that what else the machine does falls on all alike. A first round is not
counted. Times are medians over the rounds, memory too; a ratio is one evaluator's median through the other's. What is
printed has to be the same in every round and for every evaluator; where it is not, the table says so. A program that an
evaluator does not finish has its reason in the table and no part in the means.

Where `startup.nix` is among the programs, the last line of the table has the mean of the times less that of `startup`.
"""

import argparse
import hashlib
import math
import os
import pathlib
import re
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PROGRAMS = pathlib.Path(__file__).with_name("programs")


class Run:
    """One finished process."""

    def __init__(self, command, variables, limits):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=os.environ | variables,
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limits.memory << 30, limits.memory << 30)),
            )
            timer = threading.Timer(limits.seconds, lambda: os.killpg(process.pid, 9))
            timer.start()
            _, status, used = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
            is_late = not timer.is_alive()
            timer.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
            self.processor = used.ru_utime + used.ru_stime
            self.mebibytes = used.ru_maxrss / 1024
            out.seek(0)
            self.digest = hashlib.sha256(out.read().strip()).hexdigest()
            err.seek(0)
            text = err.read().decode(errors="replace")
        self.failure = None
        if is_late:
            self.failure = f"over {limits.seconds} s"
        elif process.returncode != 0:
            self.failure = reason(text, process.returncode)


def reason(text, code):
    """Why a process failed, in a few words: what it said last of an error, or how it ended."""
    said = re.findall(r"(?:error|overflow|out of memory)[^\n]*", re.sub(r"\x1b\[[0-9;]*m", "", text))
    ended = {139: "segmentation fault", -11: "segmentation fault", 134: "aborted", -6: "aborted"}
    return ended.get(code) or (said[-1].removeprefix("error: ")[:60] if said else f"exit {code}")


def median(runs, what):
    return statistics.median(getattr(it, what) for it in runs)


def read_programs(words):
    """(name, path, variables) of each program that the arguments name."""
    for word in words or [str(PROGRAMS)]:
        *settings, path = shlex.split(word)
        variables = dict(it.split("=", 1) for it in settings)
        path = pathlib.Path(path)
        for file in sorted(path.glob("*.nix")) if path.is_dir() else [path]:
            yield file.stem, file, variables


def measure(program, evaluators, arguments):
    """The counted runs of each evaluator, and whether all printed the same; one failed run stands for all."""
    _, path, variables = program
    runs = {name: [] for name in evaluators}
    for number in range(arguments.runs + 1):
        for name, command in evaluators.items():
            if runs[name] and runs[name][0].failure:
                continue
            run = Run([*command, str(path)], variables, arguments)
            if run.failure:
                runs[name] = [run]
            elif number > 0:
                runs[name].append(run)
    printed = {it.digest for of_one in runs.values() for it in of_one if not it.failure}
    return runs, len(printed) <= 1


def row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def ratio(number):
    return f"{number:.2f}" if number < 10 else f"{number:.0f}"


def report(name, runs, is_same, time_of):
    base, *others = runs.values()
    cells = [name if is_same else f"{name} (what is printed differs)"]
    cells += [it[0].failure or f"{median(it, time_of):.3f}" for it in runs.values()]
    cells += ["" if it[0].failure else f"{median(it, 'mebibytes'):.0f}" for it in runs.values()]
    for it in others:
        is_known = not (base[0].failure or it[0].failure)
        for what in [time_of, "mebibytes"]:
            cells.append(ratio(median(base, what) / max(median(it, what), 1e-4)) if is_known else "")
    row(cells)


def report_mean(title, tables, evaluators, start, time_of):
    """Geometric means of the ratios; `start` has the seconds to take off each evaluator's times."""
    base, *others = evaluators
    cells = [f"**{title}**"] + [""] * (2 * len(evaluators))
    for other in others:
        for what in [time_of, "mebibytes"]:
            logs = []
            for runs in tables:
                first, second = (median(runs[it], what) for it in (base, other))
                if what == time_of:
                    first, second = first - start.get(base, 0), second - start.get(other, 0)
                logs.append(math.log(max(first, 1e-4) / max(second, 1e-4)))
            cells.append(f"**{ratio(math.exp(statistics.mean(logs)))}**")
    row(cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", action="append", required=True, metavar="NAME=COMMAND", help="an evaluator; repeat")
    parser.add_argument("--runs", type=int, default=5, help="counted rounds [5]")
    parser.add_argument("--time", choices=["wall", "processor"], default="wall", help="which time is compared [wall]")
    parser.add_argument("--seconds", type=int, default=120, help="a run is ended after so long [120]")
    parser.add_argument("--memory", type=int, default=16, help="address space of a run, in GiB [16]")
    parser.add_argument("programs", nargs="*", help="files, folders, or 'VARIABLE=VALUE ... file' [bench/programs]")
    arguments = parser.parse_args()
    evaluators = {name: shlex.split(command) for name, command in (it.split("=", 1) for it in arguments.eval)}
    base, *others = evaluators

    titles = [f"{it} s" for it in evaluators] + [f"{it} MiB" for it in evaluators]
    titles += [f"{what} {base} : {it}" for it in others for what in ["time", "memory"]]
    row(["program", *titles])
    row(["---", *["--:"] * len(titles)])
    tables, start, is_all_same = [], {}, True
    for program in read_programs(arguments.programs):
        runs, is_same = measure(program, evaluators, arguments)
        is_all_same = is_all_same and is_same
        report(program[0], runs, is_same, arguments.time)
        if any(it[0].failure for it in runs.values()):
            continue
        if program[0] == "startup":
            start = {name: median(it, arguments.time) for name, it in runs.items()}
        else:
            tables.append(runs)
    if others and len(tables) > 1:
        report_mean("geometric mean", tables, evaluators, {}, arguments.time)
        if start:
            report_mean("the same less startup", tables, evaluators, start, arguments.time)
    sys.exit(0 if is_all_same else 1)


if __name__ == "__main__":
    main()
