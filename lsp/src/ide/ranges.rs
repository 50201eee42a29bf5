//! What belongs together on the page: ranges to fold, and ranges that a selection grows by.

use nixscope_engine::syntax::SyntaxKind;

use super::{Document, TextRange};

/// A range that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the first to the last byte of it; it has several lines.
    pub range: TextRange,
    /// Whether it consists of comments.
    pub is_comment: bool,
}

/// How many ranges can be folded away; of more, the longest.
const MAX_FOLDS: usize = 10_000;
/// How many ranges a selection grows by at most.
const MAX_RANGES: usize = 500;

/// What can be folded.
#[must_use]
pub fn folding_ranges(doc: &Document) -> Vec<Fold> {
    let tree = doc.tree();
    let mut found: Vec<Fold> = Vec::new();
    let ends: Vec<u32> = memchr::memchr_iter(b'\n', doc.text()).map(|it| it as u32).collect();
    let is_long =
        |range: TextRange| ends.get(ends.partition_point(|it| *it < range.start)).is_some_and(|it| *it < range.end);
    // Lines that are comments, as long as nothing but blanks on one line is between them.
    let mut comments: Option<TextRange> = None;
    let mut lines: Vec<TextRange> = Vec::new();
    for node in tree.all() {
        let range = tree.range(node);
        match tree.kind(node) {
            SyntaxKind::TOKEN_COMMENT if doc.slice(range).starts_with(b"#") => {
                comments = Some(TextRange::new(comments.map_or(range.start, |it| it.start), range.end));
                continue;
            }
            SyntaxKind::TOKEN_WHITESPACE if doc.slice(range).iter().filter(|&&it| it == b'\n').count() <= 1 => continue,
            _ => {}
        }
        lines.extend(comments.take());
        let (range, is_comment) = match tree.kind(node) {
            SyntaxKind::TOKEN_COMMENT => (range, true),
            SyntaxKind::NODE_ATTR_SET
            | SyntaxKind::NODE_LEGACY_LET
            | SyntaxKind::NODE_LIST
            | SyntaxKind::NODE_PATTERN
            | SyntaxKind::NODE_PAREN
            | SyntaxKind::NODE_INHERIT
            | SyntaxKind::NODE_STRING => (range, false),
            SyntaxKind::NODE_LET_IN => {
                let end = tree.token(node, SyntaxKind::TOKEN_IN).map_or(range.end, |it| tree.range(it).start);
                (TextRange::new(range.start, end), false)
            }
            _ => continue,
        };
        if is_long(range) {
            found.push(Fold { range, is_comment });
        }
    }
    lines.extend(comments);
    found.extend(lines.into_iter().filter(|&it| is_long(it)).map(|range| Fold { range, is_comment: true }));
    if found.len() > MAX_FOLDS {
        found.sort_by_key(|it| std::cmp::Reverse(it.range.end - it.range.start));
        found.truncate(MAX_FOLDS);
    }
    found.sort_by_key(|it| (it.range.start, std::cmp::Reverse(it.range.end)));
    found
}

/// How many ranges are told of one place. Editors get them nested, and not all of them read what is nested deep.
const MAX_TOLD: usize = 50;

/// The ranges around an offset, the innermost first; each covers the one before.
#[must_use]
pub fn selection_ranges(doc: &Document, offset: u32) -> Vec<TextRange> {
    let tree = doc.tree();
    let whole = TextRange::new(0, doc.text().len() as u32);
    let Some(token) = tree.touched(offset) else { return vec![whole] };
    let mut found: Vec<TextRange> = Vec::new();
    let is_text = matches!(tree.kind(token), SyntaxKind::TOKEN_STRING_CONTENT | SyntaxKind::TOKEN_COMMENT);
    if is_text && let Some(word) = word_at(doc, tree.range(token), offset) {
        found.push(word);
    }
    for node in tree.ancestors(token).take(MAX_RANGES) {
        let range = tree.range(node);
        if tree.kind(node) == SyntaxKind::NODE_STRING {
            // What is between the quotes comes before them.
            let quote = |kind| tree.token(node, kind).map(|it| tree.range(it));
            if let (Some(start), Some(end)) =
                (quote(SyntaxKind::TOKEN_STRING_START), quote(SyntaxKind::TOKEN_STRING_END))
            {
                found.push(TextRange::new(start.end, end.start.max(start.end)));
            }
        }
        found.push(range);
    }
    found.push(whole);
    let mut grown: Vec<TextRange> = Vec::new();
    for range in found {
        if !range.is_empty() && grown.last().is_none_or(|it| *it != range && range.covers(*it)) {
            grown.push(range);
        }
    }
    if grown.is_empty() {
        return vec![whole];
    }
    // Of very many those close to the cursor are told, and some of the others.
    let step = grown.len().saturating_sub(MAX_TOLD / 2).div_ceil(MAX_TOLD / 2).max(1);
    let last = grown.len() - 1;
    let is_told = |i: usize| i < MAX_TOLD / 2 || (last - i).is_multiple_of(step);
    grown.into_iter().enumerate().filter(|it| is_told(it.0)).map(|it| it.1).collect()
}

fn word_at(doc: &Document, range: TextRange, offset: u32) -> Option<TextRange> {
    let is_word = |it: &&u8| it.is_ascii_alphanumeric() || !it.is_ascii() || b"_-'".contains(it);
    let offset = offset.clamp(range.start, range.end);
    let before = doc.slice(TextRange::new(range.start, offset)).iter().rev().take_while(is_word).count() as u32;
    let after = doc.slice(TextRange::new(offset, range.end)).iter().take_while(is_word).count() as u32;
    (before + after > 0).then(|| TextRange::new(offset - before, offset + after))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::{document, fixture};
    use super::*;

    #[test]
    fn folds() {
        let doc = document("/main.nix", "# one\n# two\nlet\n  a = [\n  ];\nin /* x\n*/ {\n  b = ''\n  '';\n}\n");
        let shown: Vec<String> = folding_ranges(&doc)
            .iter()
            .map(|it| {
                format!("{}{}", doc.show(it.range).replace('\n', "↵"), if it.is_comment { " (comment)" } else { "" })
            })
            .collect();
        expect![[r#"
            # one↵# two (comment)
            let↵  a = [↵  ];↵
            [↵  ]
            /* x↵*/ (comment)
            {↵  b = ''↵  '';↵}
            ''↵  ''"#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn selections() {
        fn check(text: &str, expected: Expect) {
            let it = fixture(text);
            let shown: Vec<String> =
                selection_ranges(&it.doc, it.offset).iter().map(|&range| it.doc.show(range)).collect();
            expected.assert_eq(&shown.join(" | "));
        }
        check(
            "{ a = f $0x.y [ 1 ]; }",
            expect!["x | x.y | f x.y | f x.y [ 1 ] | a = f x.y [ 1 ]; | { a = f x.y [ 1 ]; }"],
        );
        check(
            "{ a = \"one t$0wo ${x}\"; }",
            expect![[
                r#"two | one two  | one two ${x} | "one two ${x}" | a = "one two ${x}"; | { a = "one two ${x}"; }"#
            ]],
        );
        check("$0", expect![[""]]);
        let deep = document("/main.nix", &format!("{}1{}", "[ ".repeat(400), " ]".repeat(400)));
        let ranges = selection_ranges(&deep, 800);
        assert!(ranges.len() <= MAX_TOLD + 1 && ranges.last() == Some(&TextRange::new(0, 1601)), "{ranges:?}");
    }
}
