//! Texts, what formatting them changes, and what it does not.

use std::sync::Arc;

use expect_test::{Expect, expect};

use crate::config::Config;
use crate::ide::{Edit, TextRange};
use crate::state::{Open, Snapshot, State, Sync};

const URI: &str = "file:///main.nix";

fn opened(text: &str, config: &str) -> (Arc<Snapshot>, Arc<Open>) {
    let state = State::default();
    let config = Config::read(&serde_json::from_str(config).expect("a value"));
    state.update(|now| now.configure(config));
    let path = Some("/main.nix".to_owned());
    state.sync(Sync::Open { uri: URI.to_owned(), path, version: 1, text: text.to_owned() });
    let now = state.snapshot();
    let open = Arc::clone(now.open(URI).expect("it is open"));
    (now, open)
}

async fn edits(text: &str, config: &str, within: Option<TextRange>) -> Result<Vec<Edit>, String> {
    let (now, open) = opened(text, config);
    super::edits(&now, &open, within).await
}

/// The text with each change in it as `[old|new]`. A range is between `<<` and `>>`.
async fn check(text: &str, expected: Expect) {
    check_as(text, "{}", expected).await;
}

async fn check_as(text: &str, config: &str, expected: Expect) {
    let start = text.find("<<");
    let text = text.replacen("<<", "", 1);
    let end = text.find(">>");
    let text = text.replacen(">>", "", 1);
    let within = start.zip(end).map(|(start, end)| TextRange::new(start as u32, end as u32));
    let shown = match edits(&text, config, within).await {
        Err(why) => format!("error: {why}\n"),
        Ok(edits) => {
            let mark = |it: &Edit| {
                let old = &text[it.range.start as usize..it.range.end as usize];
                Edit::replace(it.range, format!("[{old}|{}]", it.text).replace('\n', "↵"))
            };
            let marked: Vec<Edit> = edits.iter().map(mark).collect();
            super::changes::made(&text, &marked)
        }
    };
    expected.assert_eq(&shown);
}

#[tokio::test]
async fn only_what_differs_changes() {
    check(
        "{ a = 1; }\n",
        expect![[r"
        { a = 1; }
    "]],
    )
    .await;
    check(
        "{\n  a=1;\n  b = 2;\n    c = 3;\n\n\n}\n",
        expect![[r#"
            {
              a[| ]=[| ]1;
              b = 2;
              [  |]c = 3;
            [↵|]
            }
        "#]],
    )
    .await;
    check("{ a = 1; }", expect!["{ a = 1; }[|↵]"]).await;
    check("# ä\n{ä=\"ä\";}\n", expect![[r#"
        error: a text with syntax errors is not formatted; line 2: syntax error, unexpected invalid token, expecting 'inherit'
    "#]]).await;
    check(
        "{\n  a = \"ä\"   ;\n  b =   2;\n}\n",
        expect![[r#"
        {
          a = "ä"[   |];
          b = [  |]2;
        }
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_range() {
    check(
        "{\n  a=1;\n  <<b=2;>>\n  c=3;\n}\n",
        expect![[r#"
            {
              a=1;
              b[| ]=[| ]2;
              c=3;
            }
        "#]],
    )
    .await;
    check(
        "{\n  a=1;\n<<  b=2;\n>>  c=3;\n}\n",
        expect![[r#"
            {
              a=1;
              b[| ]=[| ]2;
              c=3;
            }
        "#]],
    )
    .await;
    check(
        "{\n  a=1;\n  b = [\n    <<1>> 2 ];\n  c=3;\n}\n",
        expect![[r#"
            {
              a=1;
              b = [
                1[|↵   ] 2[|↵ ] ];
              c=3;
            }
        "#]],
    )
    .await;
    check(
        "{\n  a = 1;\n  <<b = 2;>>\n  c=3;\n}\n",
        expect![[r#"
        {
          a = 1;
          b = 2;
          c=3;
        }
    "#]],
    )
    .await;
    check(
        "{a=1;<<b=2;>>}\n",
        expect![[r#"
            {[|↵  ]a[| ]=[| ]1;[|↵  ]b[| ]=[| ]2;[|↵]}
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_formatted() {
    check(
        "{ a = ; }\n",
        expect![[r#"
        error: a text with syntax errors is not formatted; line 1: syntax error, unexpected ';'
    "#]],
    )
    .await;
    check(
        "{\n  a = 1\n}\n",
        expect![[r#"
        error: a text with syntax errors is not formatted; line 3: syntax error, unexpected '}', expecting ';'
    "#]],
    )
    .await;
    check(
        &format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)),
        expect![[r#"
        error: expressions that are 5002 deep inside each other are not formatted
    "#]],
    )
    .await;
    check(
        &format!("a{}", ".b".repeat(500)),
        expect![[r#"
        error: a path of 500 attributes is not formatted
    "#]],
    )
    .await;
}

/// What the formatter recurses on, as deep as it may be.
#[tokio::test]
async fn as_deep_as_it_may_be() {
    let deep = |before: &str, middle: &str, after: &str, n: usize| {
        format!("{}{middle}{}\n", before.repeat(n), after.repeat(n))
    };
    let texts = [
        deep("a ++ ", "a", "", 590),
        deep("a + ", "a", "", 590),
        deep("", "f", " a", 590),
        deep("", "f", " { a = 1; }", 590),
        deep("[ ", "1", " ]", 500),
        deep("{ a = ", "1", "; }", 290),
        deep("x: ", "1", "", 500),
        deep("{ a ? ", "1", " }: a", 180),
        deep("if a then b else ", "1", "", 500),
        deep("f (x: g { a = [ ", "1", " ]; })", 70),
        deep("\"${", "a", "}\"", 250),
        deep("let a = ", "1", "; in a", 290),
    ];
    for text in texts {
        let (now, open) = opened(&text, r#"{ "format": { "timeLimit": 60000 } }"#);
        let after = super::format(&now, open.document(), &text).await;
        assert!(after.is_ok(), "{after:?} of {text:.40}…");
    }
}

#[tokio::test]
async fn commands() {
    let config = r#"{ "format": { "command": ["sed", "s/a/b/"] } }"#;
    check_as(
        "{\n  a = 1;\n}\n",
        config,
        expect![[r#"
        {
          [a|b] = 1;
        }
    "#]],
    )
    .await;
    check_as(
        "{ a = ; }\n",
        config,
        expect![[r#"
        error: a text with syntax errors is not formatted; line 1: syntax error, unexpected ';'
    "#]],
    )
    .await;
    let config = r#"{ "format": { "command": ["sh", "-c", "echo no such luck >&2; exit 3"] } }"#;
    check_as(
        "1",
        config,
        expect![[r#"
        error: sh: no such luck
    "#]],
    )
    .await;
    check_as(
        "1",
        r#"{ "format": { "command": ["no-such-program"] } }"#,
        expect![[r#"
        error: cannot run no-such-program: No such file or directory (os error 2)
    "#]],
    )
    .await;
    check_as(
        "1",
        r#"{ "format": { "command": ["true"] } }"#,
        expect![[r#"
        error: the formatter gave an empty text
    "#]],
    )
    .await;
    let config = r#"{ "format": { "command": ["sleep", "600"], "timeLimit": 20 } }"#;
    check_as(
        "1",
        config,
        expect![[r#"
        error: sleep took longer than 20 ms
    "#]],
    )
    .await;
}
