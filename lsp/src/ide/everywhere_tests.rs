//! Every feature at every offset of texts that are no programs, and of programs that are deeper than any stack: there is
//! always an answer, in good time.

use std::hint::black_box;

use nixscope_engine::syntax::Features;

use super::tests::{Memory, fixture};
use super::*;

fn ask_everything(doc: &Document, files: &dyn Files, offset: u32) {
    black_box(definition(doc, files, offset));
    black_box(references(doc, files, offset));
    black_box(document_highlight(doc, offset));
    let _ = black_box(prepare_rename(doc, files, offset));
    let _ = black_box(rename(doc, files, offset, "new"));
    black_box(completion(doc, files, offset));
    black_box(hover(doc, files, offset));
    black_box(selection_ranges(doc, offset));
    black_box(signature_help(doc, files, offset));
    black_box(linked_editing(doc, offset));
    black_box(callables(doc, files, offset));
    black_box(incoming_calls(doc, files, Some(offset)));
    black_box(outgoing_calls(doc, files, Some(offset)));
    black_box(code_actions(doc, TextRange::at(offset)));
    black_box(code_actions(doc, TextRange::new(offset, offset.saturating_add(7))));
}

fn ask_of_all(doc: &Document, files: &dyn Files) {
    black_box(diagnostics(doc));
    black_box(document_symbols(doc));
    black_box(incoming_calls(doc, files, None));
    black_box(outgoing_calls(doc, files, None));
    black_box(source_actions(doc));
    black_box(workspace_symbols(doc, "a"));
    black_box(folding_ranges(doc));
    black_box(semantic_tokens(doc, None));
    black_box(document_links(doc, files));
}

#[test]
fn broken_texts() {
    let texts: &[&[u8]] = &[
        b"",
        b" ",
        b"{ a = lib.; b = 2; }",
        b"let a = 1; inherit (a) b \"c\" ${d}; in a.b.${c}.\"d\" or ",
        b"{ a, b ? a, a, ... }@b: with a; rec { inherit a; a.b = a; a = { c = b; }; } // { inherit (x",
        b"''\n  ${a + \"b ${c",
        b"f { a.b = ; c",
        b"let in in let { } inherit; = ; : @ { }",
        b"a: b: a b ./c /d <e> ~/f http://g ? h.${i} 'j",
        b"\xff\xfe{ \xc3 = \"\x80${\xe2}\"; }\x00 a",
        b"(import ./main.nix).a.b + callPackage ./main.nix { a = 1; }",
        b"let a = a.a; b = b // b; c = c c; in a.x b.x (c c).x",
        b"if a then let b = \xc3\xa9; in",
        b"/** a */ # b\n# c\r\n/* d",
    ];
    for text in texts {
        for cut in 0..=text.len() {
            let doc = Document::new(Some("/main.nix"), &text[..cut], Features { pipe_operators: cut % 2 == 0 });
            let files = Memory::default();
            ask_of_all(&doc, &files);
            for offset in [0, cut / 2, cut, cut + 1, u32::MAX as usize] {
                ask_everything(&doc, &files, offset as u32);
            }
        }
        let it = fixture(&String::from_utf8_lossy(text));
        for offset in 0..=text.len() as u32 {
            ask_everything(&it.doc, &it.files, offset);
        }
    }
}

#[test]
fn deep_texts() {
    const DEPTH: usize = 5_000;
    let nests = [
        ("(", "1", ")"),
        ("[ ", "", "]"),
        ("{ a = ", "1", "; }"),
        ("rec { a = ", "a", "; }"),
        ("let a = ", "1", "; in a"),
        ("let a = a; in ", "a", ""),
        ("a: ", "a", ""),
        ("{ a, b ? a }: ", "a", ""),
        ("with a; ", "b", ""),
        ("f (", "1", ")"),
        ("\"${", "1", "}\""),
        ("a.", "b", ""),
        ("{ inherit (", "a", ") b; }"),
        ("if a then ", "b", " else c"),
        ("a // ", "b", ""),
        ("x ", "y", ""),
        ("builtins.", "map", ""),
    ];
    for (open, inner, close) in nests {
        for n_closed in [0, DEPTH] {
            let text = format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(n_closed));
            let doc = Document::new(Some("/main.nix"), text.as_bytes(), Features::default());
            let middle = (open.len() * DEPTH) as u32;
            ask_of_all(&doc, &NoFiles);
            for offset in [0, middle / 2, middle, text.len() as u32] {
                ask_everything(&doc, &NoFiles, offset);
            }
        }
    }
}
