#!/usr/bin/env python3
"""How long the language server takes: bench/lsp.py [--image IMAGE] [--beside COMMAND] [--wait SECONDS] NIXSCOPE TREE [FILE TEXT]...

Opens files of TREE and asks about names in them, picked by a fixed seed, each question once. Then, for each FILE and the
first place where TEXT stands in it: from opening to the first hover with a value, and hovers after that, in five servers,
which begin with IMAGE; with one, only that is measured. Another server is asked the same names. Servers are let alone for
SECONDS before names are asked about.
Only the standard library is used.
"""

import json
import os
import queue
import random
import re
import shlex
import subprocess
import sys
import threading
import time

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")
REQUESTS = ["hover", "definition", "documentHighlight", "completion", "references", "rename"]
FILES = ["lib/lists.nix", "lib/default.nix", "lib/modules.nix", "pkgs/top-level/default.nix"]
PLACES = 75


class Server:
    # Seconds that an answer is waited for.
    patience = 60

    def __init__(self, command, tree, live=True, image=""):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.log = []
        self.answers = queue.Queue()
        self.number = 0
        threading.Thread(target=self.read, daemon=True).start()
        uri = "file://" + tree
        folders = [{"uri": uri, "name": "tree"}]
        options = {"live": live if isinstance(live, dict) else {"enable": live, "image": image}}
        self.ask("initialize", {"processId": None, "rootUri": uri, "workspaceFolders": folders, "capabilities": {}, "initializationOptions": options})
        self.tell("initialized", {})

    def read(self):
        out = self.process.stdout
        while header := out.readline():
            length = int(header.split(b":")[1])
            out.readline()
            body = out.read(length)
            arrival = time.perf_counter()
            message = json.loads(body)
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})
            elif "id" in message:
                message["arrival"] = arrival
                self.answers.put(message)
            else:
                self.heard(message)

    def heard(self, message):
        """Takes what the server tells without being asked."""
        if message["method"] == "window/logMessage":
            self.log.append(message["params"]["message"])

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        while True:
            answer = self.answers.get(timeout=self.patience)
            if answer["id"] == self.number:
                self.arrival = answer["arrival"]
                return answer.get("result")

    def open(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        uri = "file://" + path
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "nix", "version": 1, "text": text}})
        return uri, text

    def at(self, request, uri, text, offset):
        line = text.count("\n", 0, offset)
        character = offset - (text.rfind("\n", 0, offset) + 1)
        params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
        if request == "references":
            params["context"] = {"includeDeclaration": True}
        if request == "rename":
            params["newName"] = "aNewName"
        begin = time.perf_counter()
        answer = self.ask("textDocument/" + request, params)
        return answer, (self.arrival - begin) * 1000

    def end(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            fields = dict(it.split(":", 1) for it in status)
        self.process.kill()
        return int(fields["VmHWM"].split()[0]) // 1024, int(fields["RssAnon"].split()[0]) // 1024


def percentile(times, of):
    times = sorted(times)
    return times[min(len(times) - 1, len(times) * of // 100)]


def main():
    args, options = sys.argv[1:], {"--image": "", "--beside": "", "--wait": "0"}
    while args[0] in options:
        options[args[0]], args = args[1], args[2:]
    image = options["--image"] and os.path.realpath(options["--image"])
    own, tree = [args[0], "lsp"], os.path.realpath(args[1])
    runs = [("evaluation on", own, True), ("evaluation off", own, False)]
    if options["--beside"]:
        runs.append((options["--beside"], shlex.split(options["--beside"]), False))
    for name, command, live in [] if image else runs:
        random.seed(1)
        server = Server(command, tree, live)
        time.sleep(float(options["--wait"]))
        taken = {it: [] for it in REQUESTS}
        answered = dict.fromkeys(REQUESTS, 0)
        for file in FILES:
            uri, text = server.open(os.path.join(tree, file))
            time.sleep(2)
            names = [it.start() for it in NAME.finditer(text)]
            for offset in random.sample(names, min(PLACES, len(names))):
                for request in REQUESTS:
                    answer, time_taken = server.at(request, uri, text, offset)
                    taken[request].append(time_taken)
                    answered[request] += bool(answer)
        print(f"{name}: peak {server.end()[0]} MiB")
        for request, times in taken.items():
            told = f"{answered[request]} of {len(times)} answered"
            print(f"  {request:20} p50 {percentile(times, 50):7.1f} ms   p95 {percentile(times, 95):7.1f} ms   {told}")
    for file, wanted in zip(args[2::2], args[3::2]):
        first, later, memory = [], [], []
        for _ in range(5):
            server = Server(own, tree, True, image)
            begin = time.perf_counter()
            uri, text = server.open(os.path.join(tree, file))
            offset = text.index(wanted) + len(wanted) - 1
            while " \u00b7 by " not in json.dumps(server.at("hover", uri, text, offset)[0], ensure_ascii=False):
                time.sleep(0.005)
            first.append((time.perf_counter() - begin) * 1000)
            later += [server.at("hover", uri, text, offset)[1] for _ in range(40)]
            memory.append(server.end())
            print(*server.log, sep="\n", end="" if not server.log else "\n")
        peak, kept = (percentile([it[i] for it in memory], 50) for i in range(2))
        print(f"{file}: first value {percentile(first, 50):.0f} ms, then p50 {percentile(later, 50):.1f} ms, p95 {percentile(later, 95):.1f} ms; peak {peak} MiB, {kept} MiB of its own at the end")


if __name__ == "__main__":
    main()
