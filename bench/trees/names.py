#!/usr/bin/env python3
"""Finds the names at the top of a tree that evaluate to derivations, each on its own, and prints them, one a line.

    TREE=/path/to/tree bench/trees/names.py nix-instantiate > some.names

Some attributes of a large tree fail in a way that `tryEval` does not stop, and one of them ends a whole evaluation. So
each is evaluated by a process of its own, which takes a minute or more.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(__file__).with_name("all-drvs.nix")


def evaluate(arguments, **variables):
    """The value as JSON, or None where evaluation failed."""
    words = [*sys.argv[1:], "--eval", "--strict", "--json", *arguments]
    done = subprocess.run(words, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout) if done.returncode == 0 else None


def is_derivation(name):
    with tempfile.NamedTemporaryFile("w", suffix=".names") as file:
        file.write(name)
        file.flush()
        res = evaluate([str(PROGRAM)], NAMES=file.name)
    return res is not None and res["count"] == 1


def main():
    names = evaluate(["-E", 'builtins.attrNames (import (/. + builtins.getEnv "TREE") { })'])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, is_one in zip(names, pool.map(is_derivation, names)):
            if is_one:
                print(name, flush=True)


main()
