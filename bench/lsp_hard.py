#!/usr/bin/env python3
"""What the language server does when it is hard: bench/lsp_hard.py NIXSCOPE [storm|hostile]...

storm: a thousand edits in ten seconds while texts are evaluated, and questions in between; how long after the last edit
its diagnostics are there, whether any come later that are older, and what memory does. hostile: texts that loop, allocate
and recurse for ever, that are large, deep or nonsense; how long questions take while the server is at them, and after each
edit of them. Goals are 200 ms for each. Only the standard library is used.
"""

import os
import queue
import random
import sys
import tempfile
import time

from lsp import Server, percentile

GOAL = 200
EDITS, SECONDS = 1000, 10


class Editor(Server):
    """A server, and what it told of documents: when, which, and which version of it."""

    patience = 10

    def __init__(self, binary, tree, **live):
        self.told = []
        super().__init__(binary, tree, live)

    def heard(self, message):
        if message.get("method") == "textDocument/publishDiagnostics":
            it = message["params"]
            self.told.append((time.perf_counter(), it["uri"], it.get("version"), it["diagnostics"]))

    def put(self, uri, text, version=1):
        if version == 1:
            document = {"uri": uri, "languageId": "nix", "version": 1, "text": text}
            self.tell("textDocument/didOpen", {"textDocument": document})
        else:
            self.change(uri, version, {"text": text})

    def change(self, uri, version, change):
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]})

    def timed(self, request, uri, line=0, character=0):
        params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        begin = time.perf_counter()
        try:
            answer = self.ask("textDocument/" + request, params)
        except queue.Empty:
            return float("inf"), None
        return (self.arrival - begin) * 1000, answer

    def memory(self, of="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(it.split()[1]) // 1024 for it in status if it.startswith(of))


def verdict(ms):
    return "" if ms <= GOAL else "   MISSED"


def storm(binary, folder, delay, work):
    server = Editor(binary, folder, delay=delay)
    uri = f"file://{folder}/storm.nix"
    head = "{ lib ? { }, n ? 3 }:\nlet\n  # Here is typed.\n"
    rest = "".join(f"  v{i} = {{ a = {i}; b = [ v{max(i - 1, 0)}.a or 0 n ]; }};\n" for i in range(400))
    text = f"{head}{rest}  sum = builtins.foldl' (a: b: a + b) 0 (builtins.genList (i: i * n) {work});\nin\n{{ inherit sum; all = [ v0 v399 ]; }}\n"
    server.put(uri, text)
    server.put(f"file://{folder}/other.nix", "{ a = 1; }")
    time.sleep(2)
    typed = "".join(f"  w{i} = v{i}.a + {i};\n" for i in range(60))
    line, column, version, asked, memory = 3, 0, 1, [], []
    begin = time.perf_counter()
    server.change(uri, version := version + 1, {"range": {"start": {"line": 3, "character": 0}, "end": {"line": 3, "character": 0}}, "text": "\n"})
    while version < EDITS:
        for key in typed:
            if version >= EDITS:
                break
            at = {"line": line, "character": column}
            server.change(uri, version := version + 1, {"range": {"start": at, "end": at}, "text": key})
            line, column = (line + 1, 0) if key == "\n" else (line, column + 1)
            if version % 20 == 0:
                asked.append(server.timed(["hover", "completion", "definition"][version // 20 % 3], uri, line, max(column - 1, 0))[0])
            if version % 100 == 0:
                memory.append(server.memory())
            time.sleep(max(0, begin + version * SECONDS / EDITS - time.perf_counter()))
    # The last one says something that nothing means.
    start = {"line": 3, "character": 0}
    server.change(uri, version := version + 1, {"range": {"start": start, "end": start}, "text": "  z = unknown;"})
    last = time.perf_counter()
    time.sleep(8)
    told = [it for it in server.told if it[1] == uri]
    is_about_it = lambda found: any("unknown" in it["message"] for it in found)
    first = next(((it[0] - last) * 1000 for it in told if it[2] == version and is_about_it(it[3])), None)
    versions = [it[2] for it in told]
    stale = sum(1 for it in told if it[0] > last and it[2] != version) + sum(1 for a, b in zip(versions, versions[1:]) if b < a)
    after = server.memory()
    server.process.kill()
    print(f"storm, live.delay {delay}, {work:,} parts: {version} edits in {last - begin:.1f} s")
    shown = "never" if first is None else f"{first:.0f} ms after the last edit{verdict(first)}"
    print(f"  diagnostics of the last text: {shown}; {stale} stale; {len(told)} times told")
    print(f"  {len(asked)} questions meanwhile: p50 {percentile(asked, 50):.1f} ms, p95 {percentile(asked, 95):.1f} ms, at most {max(asked):.0f} ms{verdict(max(asked))}")
    print(f"  memory, MiB, after each 100 edits: {' '.join(map(str, memory))}; 8 s later {after}")


def texts():
    random.seed(1)
    deep = 1_000_000
    yield "loops for ever", "let f = n: f (n + 1); in f 0"
    yield "loops in many parts", "let f = n: f (n + 1); in {\n" + "".join(f"  a{i} = f {i};\n" for i in range(500)) + "}"
    yield "allocates lists for ever", "let f = l: f (l ++ [ l ]); in f [ ]"
    yield "allocates sets for ever", "let f = s: f { a = s; b = s; c = s; }; in f { }"
    yield "doubles a string for ever", 'let f = s: f (s + s); in f "a"'
    yield "doubles a list for ever", "let f = l: f (l ++ l); in f [ 1 ]"
    yield "a list of 10^9", "builtins.length (builtins.genList (x: x) 1000000000)"
    yield "sorts a million", "builtins.sort (a: b: a > b) (builtins.genList (x: x) 1000000)"
    yield "a hard regex", 'builtins.match "((a|b)*a(a|b){18})*c" "' + "ab" * 5000 + '"'
    yield "replaces in a long string", "builtins.replaceStrings [ \"a\" \"b\" ] [ \"bb\" \"aa\" ] (builtins.concatStringsSep \"\" (builtins.genList (x: \"ab\") 1000000))"
    yield "recurses a million deep", "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 1000000"
    yield "a value a million deep", "builtins.foldl' (a: n: { inherit a; }) { } (builtins.genList (x: x) 1000000)"
    yield "a million parentheses", "(" * deep + "1" + ")" * deep
    yield "a million open lists", "[ " * deep
    yield "a million sets in each other", "{ a = " * deep + "1" + "; }" * deep
    yield "a million operators", "1" + " + 1" * deep
    yield "a path of a million names", "x: x" + ".a" * deep
    yield "an import of itself", "import ./hard.nix"
    lines = "".join(f'  pkg-{i} = {{ name = "p{i}"; version = "{i}.0"; deps = [ pkg-{i // 2} ]; }};\n' for i in range(75_000))
    yield "5 MB of sets", "rec {\n" + lines + "}\n"
    yield "5 MB of a string", '"' + "a b ${toString 1} " * 260_000 + '"'
    yield "5 MB on one line", "[ " + "{ a = 1; } " * 450_000 + "]"
    yield "random text", "".join(chr(random.choice([random.randrange(1, 128), random.randrange(1, 0xD800)])) for _ in range(500_000))
    alphabet = "{}[]()<>;:=.,\"'$\\/*#+-|&!?@ \nab1"
    yield "random signs", "".join(random.choice(alphabet) for _ in range(1_000_000))


def hostile(binary, folder):
    print(f"{'text':32} {'MB':>5} {'opened':>8} {'at most':>8} {'elsewhere':>9} {'edited':>8} {'MiB':>6}")
    for name, text in texts():
        server = Editor(binary, folder)
        hard, easy = f"file://{folder}/hard.nix", f"file://{folder}/easy.nix"
        server.put(easy, "{ a = 1; }")
        server.timed("hover", easy, 0, 2)
        with open(f"{folder}/hard.nix", "w", encoding="utf-8", errors="replace") as file:
            file.write(text[:1000])
        server.put(hard, text)
        # What is asked of the text itself, and of another, right after it was opened and while it is evaluated.
        own, other, edited = [], [], []
        requests = ["hover", "completion", "documentSymbol", "definition", "foldingRange", "semanticTokens/full"]
        begin = time.perf_counter()
        number = 0
        while time.perf_counter() - begin < 7:
            request = requests[number % len(requests)]
            own.append((server.timed(request, hard, 0, 3)[0], request))
            other.append(server.timed(["hover", "completion"][number % 2], easy, 0, 2)[0])
            number += 1
            time.sleep(0.04)
        version = 1
        for _ in range(5):
            at = {"line": 0, "character": 0}
            server.change(hard, version := version + 1, {"range": {"start": at, "end": at}, "text": " "})
            edited.append(server.timed("hover", hard, 0, 3)[0])
            time.sleep(0.3)
        worst = max(own)
        late = max(worst[0], max(other), max(edited))
        print(
            f"{name:32} {len(text) / 1e6:5.1f} {own[0][0]:8.1f} {worst[0]:8.1f} {max(other):9.1f} {max(edited):8.1f}"
            f" {server.memory('VmHWM'):6}{verdict(late)} {' '.join(it for it in requests if any(a > GOAL and b == it for a, b in own))}",
            flush=True,
        )
        server.process.kill()


def main():
    binary, wanted = sys.argv[1], sys.argv[2:] or ["storm", "hostile"]
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        if "storm" in wanted:
            for delay, work in [(150, 2_000), (1, 2_000), (1, 2_000_000)]:
                storm(binary, folder, delay, work)
        if "hostile" in wanted:
            hostile(binary, folder)


if __name__ == "__main__":
    main()
