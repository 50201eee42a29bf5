"""Drives `nixscope dap` with dap-python, which checks every message it gets against types of its own."""

import os
import shutil
import subprocess
import sys
import tempfile

from dap import Client
from dap.handler import Handler

PROGRAM = os.path.join(os.environ["E2E"], "demo.nix")


class Answers(Handler):
    """What dap-python 0.5.0 has wrong: it looks for the envelope of an answer without a body in that body, and takes
    the numbers of breakpoints that were hit for texts."""

    def handle_event(self, event):
        if event.event == "stopped":
            event.body["hitBreakpointIds"] = [str(it) for it in event.body.get("hitBreakpointIds", [])]
        return super().handle_event(event)

    def handle_response(self, response):
        if response.success and not response.body:
            assert self.client._pending_requests.pop(response.request_seq).command == response.command
            return response
        return super().handle_response(response)


class Session:
    """A client and the adapter it talks to."""

    def __init__(self):
        argv = [os.environ["NIXSCOPE"], "dap"]
        self.adapter = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.client = Client("nix")
        self.client.handler = Answers(self.client)
        self.heard = []

    def wait(self, name):
        """Reads until a message of this type was heard, and gives it."""
        while True:
            for message in self.heard:
                assert type(message).__name__ != "ErrorResponse", message
                if type(message).__name__ == name:
                    self.heard.remove(message)
                    return message
            self.send()
            data = self.adapter.stdout.read1(1 << 16)
            assert data, f"the adapter is gone, and there was no {name}: {self.heard}"
            self.heard.extend(self.client.receive(data))

    def send(self):
        self.adapter.stdin.write(self.client.send())
        self.adapter.stdin.flush()

    def frame(self):
        self.client.stack_trace(1)
        return self.wait("StackTraceResponse").stackFrames[0]


def record(folder):
    """Writes a run of a copy of the program down; gives the copy and the recording."""
    copy, recording = os.path.join(folder, "demo.nix"), os.path.join(folder, "run.nixtrace")
    shutil.copy(PROGRAM, copy)
    subprocess.run([os.environ["NIXSCOPE"], "record", "-o", recording, copy], check=True, stdout=subprocess.DEVNULL)
    return copy, recording


def debug_recording(recording):
    """The place where a breakpoint in the recorded program stops it, as the client is told."""
    session = Session()
    client = session.client
    session.wait("Initialized")
    client.send_request("launch", {"recording": recording})
    session.wait("InitializedEvent")
    client.set_breakpoints({"path": os.path.join(os.path.dirname(recording), "demo.nix")}, [{"line": 2}])
    session.wait("SetBreakpointsResponse")
    client.configuration_done()
    assert session.wait("StoppedEvent").reason == "breakpoint"
    frame = session.frame()
    assert frame.line == 2, frame
    wanted = {"path": frame.source.path}
    client.send_request("source", {"sourceReference": frame.source.sourceReference or 0, "source": wanted})
    text = session.wait("SourceResponse").content
    client.disconnect()
    session.send()
    assert session.adapter.wait(timeout=20) == 0
    return frame.source, text


def recordings():
    """A recorded run is debugged where its files are, and where they are not: then their texts are handed out."""
    with tempfile.TemporaryDirectory() as folder:
        copy, recording = record(folder)
        with open(copy, encoding="utf-8") as file:
            text = file.read()
        source, given = debug_recording(recording)
        assert source.path == copy and not source.sourceReference and given == text, source
        os.remove(copy)
        source, given = debug_recording(recording)
        assert source.path == copy and source.sourceReference and given == text, source


def main():
    recordings()
    session = Session()
    client = session.client
    capabilities = session.wait("Initialized")
    assert capabilities.supportsStepBack and capabilities.supportsDataBreakpoints, capabilities
    client.send_request("launch", {"program": PROGRAM, "stopOnEntry": True})
    session.wait("InitializedEvent")
    breakpoint = {"line": 3, "column": 21, "condition": "n == 2"}
    client.set_breakpoints({"path": PROGRAM}, [breakpoint])
    assert session.wait("SetBreakpointsResponse").breakpoints[0].verified
    client.configuration_done()
    assert session.wait("StoppedEvent").reason == "entry"

    client.continue_(1)
    stopped = session.wait("StoppedEvent")
    assert stopped.reason == "breakpoint", stopped
    frame = session.frame()
    assert frame.line == 3, frame
    client.scopes(frame.id)
    scope = session.wait("ScopesResponse").scopes[0]
    client.variables(scope.variablesReference)
    variables = session.wait("VariablesResponse").variables
    assert [(it.name, it.value) for it in variables] == [("n", "2")], variables
    client.evaluate("double n", frame_id=frame.id, context="repl")
    assert session.wait("EvaluateResponse").result == "4"
    client.step_in(1)
    assert session.wait("StoppedEvent").reason == "step"
    assert session.frame().line == 2
    client.continue_(1)
    assert session.wait("ExitedEvent").exitCode == 0
    session.wait("TerminatedEvent")
    client.disconnect()
    session.send()
    assert session.adapter.wait(timeout=20) == 0


if __name__ == "__main__":
    sys.exit(main())
