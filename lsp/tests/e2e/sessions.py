"""Sessions as three editors have them: each with its own capabilities, and with types that check every message."""

import asyncio
import os
import subprocess

import pytest
import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEXT = """\
let
  add = a: b: a + b;
in
{
  port = 8000 + 80;
  sum = add 1 2;
}
"""


@pytest_lsp.fixture(
    config=ClientServerConfig(server_command=[os.environ["NIXSCOPE"], "lsp"]),
    params=["visual-studio-code", "neovim", "emacs"],
)
async def client(request, lsp_client: LanguageClient, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workspace")
    lsp_client.folder = folder
    # What an editor answers to that this client does not.
    for asked in [t.CLIENT_REGISTER_CAPABILITY, t.WORKSPACE_INLAY_HINT_REFRESH, t.WORKSPACE_CODE_LENS_REFRESH]:
        lsp_client.feature(asked)(lambda params: None)
    lsp_client.statuses = []
    lsp_client.feature("nixscope/status")(lambda params: lsp_client.statuses.append(params))
    settings = {"live": {"image": "pkgs.img"}}
    lsp_client.set_configuration({"nixscope": settings})
    params = t.InitializeParams(
        capabilities=client_capabilities(request.param),
        workspace_folders=[t.WorkspaceFolder(uri=folder.as_uri(), name="workspace")],
        initialization_options={"statusNotifications": True, **settings},
    )
    await lsp_client.initialize_session(params)
    yield
    await lsp_client.shutdown_session()


def open_document(client, name, text):
    uri = (client.folder / name).as_uri()
    document = t.TextDocumentItem(uri=uri, language_id="nix", version=1, text=text)
    client.text_document_did_open(t.DidOpenTextDocumentParams(text_document=document))
    return uri


def change(client, uri, version, line, start, end, text):
    where = t.Range(start=t.Position(line=line, character=start), end=t.Position(line=line, character=end))
    client.text_document_did_change(
        t.DidChangeTextDocumentParams(
            text_document=t.VersionedTextDocumentIdentifier(uri=uri, version=version),
            content_changes=[t.TextDocumentContentChangePartial(range=where, text=text)],
        )
    )


async def diagnostics(client, uri, version):
    """What is said of a version of a document."""
    while True:
        told = await client.wait_for_notification(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        if told.uri == uri and told.version == version:
            return told.diagnostics


async def hover(client, uri, line, character):
    params = t.HoverParams(
        text_document=t.TextDocumentIdentifier(uri=uri), position=t.Position(line=line, character=character)
    )
    answer = await client.text_document_hover_async(params)
    return answer.contents.value if answer else ""


@pytest.mark.asyncio
async def test_typing(client: LanguageClient):
    uri = open_document(client, "a.nix", TEXT)
    assert not await diagnostics(client, uri, 1)
    change(client, uri, 2, 4, 9, 20, "")
    found = await diagnostics(client, uri, 2)
    assert found and found[0].severity == t.DiagnosticSeverity.Error
    change(client, uri, 3, 4, 9, 9, "8000 + 81;")
    while await diagnostics(client, uri, 3):
        pass


@pytest.mark.asyncio
async def test_values(client: LanguageClient):
    uri = open_document(client, "b.nix", TEXT)
    told = ""
    while "8080" not in told:
        told = await hover(client, uri, 4, 3)
    assert "integer" in told


@pytest.mark.asyncio
async def test_faults(client: LanguageClient):
    uri = open_document(client, "c.nix", "{ a = 1 + { }; }")
    found = []
    while not found:
        found = await diagnostics(client, uri, 1)
    assert "cannot add a set to an integer" in found[0].message
    assert found[0].source == "nixscope"


@pytest.mark.asyncio
async def test_names(client: LanguageClient):
    uri = open_document(client, "d.nix", TEXT)
    document = t.TextDocumentIdentifier(uri=uri)
    position = t.Position(line=5, character=9)
    found = await client.text_document_definition_async(t.DefinitionParams(text_document=document, position=position))
    first = found[0] if isinstance(found, list) else found
    target = first.target_selection_range if isinstance(first, t.LocationLink) else first.range
    assert target.start == t.Position(line=1, character=2)
    edit = await client.text_document_rename_async(
        t.RenameParams(text_document=document, position=position, new_name="plus")
    )
    assert len(edit.changes[uri]) == 2
    symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(text_document=document))
    assert {"add", "port", "sum"} <= {it.name for it in symbols}
    found = await client.text_document_completion_async(
        t.CompletionParams(text_document=document, position=position)
    )
    assert "add" in {it.label for it in found.items}


@pytest.mark.asyncio
async def test_formatting(client: LanguageClient):
    uri = open_document(client, "f.nix", "{\n  a=1;\n  b = 2;\n}\n")
    document = t.TextDocumentIdentifier(uri=uri)
    options = t.FormattingOptions(tab_size=2, insert_spaces=True)
    edits = await client.text_document_formatting_async(t.DocumentFormattingParams(document, options))
    assert [it.range.start.line for it in edits] == [1, 1]
    third = t.Range(start=t.Position(line=2, character=0), end=t.Position(line=2, character=9))
    edits = await client.text_document_range_formatting_async(
        t.DocumentRangeFormattingParams(document, third, options)
    )
    assert not edits


@pytest.mark.asyncio
async def test_actions(client: LanguageClient):
    uri = open_document(client, "g.nix", "let a = 1; in { b = (2); }\n")
    everywhere = t.Range(start=t.Position(line=0, character=4), end=t.Position(line=0, character=4))
    params = t.CodeActionParams(t.TextDocumentIdentifier(uri=uri), everywhere, t.CodeActionContext(diagnostics=[]))
    found = await client.text_document_code_action_async(params)
    titles = [it.title for it in found]
    assert "Remove `a`" in titles and "Remove what is not needed" in titles
    for chosen in found:
        if chosen.edit is None:
            chosen = await client.code_action_resolve_async(chosen)
        assert chosen.edit.changes[uri]


@pytest.mark.asyncio
async def test_calls(client: LanguageClient):
    uri = open_document(client, "h.nix", TEXT)
    place = t.CallHierarchyPrepareParams(t.TextDocumentIdentifier(uri=uri), t.Position(line=1, character=3))
    items = await client.text_document_prepare_call_hierarchy_async(place)
    assert [it.name for it in items] == ["add"]
    calls = await client.call_hierarchy_incoming_calls_async(t.CallHierarchyIncomingCallsParams(items[0]))
    assert [it.from_.name for it in calls] == ["sum"]
    calls = await client.call_hierarchy_outgoing_calls_async(t.CallHierarchyOutgoingCallsParams(calls[0].from_))
    assert [it.to.name for it in calls] == ["add"]


@pytest.mark.asyncio
async def test_a_file_gets_another_name(client: LanguageClient):
    (client.folder / "part").mkdir(exist_ok=True)
    (client.folder / "part" / "default.nix").write_text("{ }")
    uri = open_document(client, "i.nix", "import ./part")
    old, new = (client.folder / "part").as_uri(), (client.folder / "piece").as_uri()
    edit = await client.workspace_will_rename_files_async(t.RenameFilesParams(files=[t.FileRename(old, new)]))
    assert [it.new_text for it in edit.changes[uri]] == ["./piece"]


SET = "{ }: let pkgs = { n = 5; callPackage = p: a: import p (pkgs // a); }; in pkgs"


@pytest.mark.asyncio
async def test_image(client: LanguageClient):
    (client.folder / "pkgs" / "top-level").mkdir(parents=True)
    (client.folder / "default.nix").write_text(SET)
    command = [os.environ["NIXSCOPE"], "image", "build", "--for-debugging", "-o", "pkgs.img", "-E", "import ./. { }"]
    subprocess.run(command, cwd=client.folder, check=True)
    uri = open_document(client, "pkgs/a.nix", "{ n, ... }:\n{ m = n + 1; }\n")
    while not [it for it in client.statuses if it.uri == uri and it.state == "done" and it.isFromImage]:
        await asyncio.sleep(0.01)
    assert "6" in await hover(client, uri, 1, 2)
