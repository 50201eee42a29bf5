//! Pages, well and badly written.

use crate::vm::Limits;
use crate::world::Memory;

use super::{Page, Surroundings, run};

/// A page with the answers that came.
fn blessed(text: &str) -> String {
    let page = match Page::parse(text) {
        Ok(page) => page,
        Err(error) => return format!("error: {error}"),
    };
    let limits = Limits { max_depth: 10_000, max_heap: 1 << 30 };
    let env = |name: &str| (name == "LIB").then(|| "/lib".to_owned());
    let surroundings = Surroundings { folder: "/page", env: &env, limits };
    let mut world = Memory::new();
    world.file("/lib/one.nix", "1").file("/page/two.nix", "2");
    let outcomes: Vec<_> = page.cases.iter().map(|it| Some(run(it, &surroundings, world.clone()))).collect();
    page.text_with(&outcomes)
}

#[test]
fn answers_are_filled_in() {
    let page =
        "# A\n\nprose\n\n```nix\n1 + 1\n```\n```debug\nwrong\n> p 3\nwrong\n> c\n```\nmore\n```debug\n> c\n```\n";
    let expected = "# A\n\nprose\n\n```nix\n1 + 1\n```\n```debug\nentry: program.nix:1:1\n  1 | 1 + 1\n    | ^^^^^\n> p 3\n3\n> c\nthe program gave 2\n```\nmore\n```debug\n> c\nthe program is over; `back` and `reverse-continue` go back\n```\n";
    assert_eq!(blessed(page), expected);
    assert_eq!(blessed(expected), expected);
}

#[test]
fn programs_are_named_in_many_ways() {
    let check = |page: &str, last: &str| {
        let text = blessed(page);
        assert!(text.contains(last), "{text}");
    };
    check("```program\nfile: two.nix\n```\n```debug\n> c\n```", "> c\nthe program gave 2\n");
    check("```nix lib/x.nix\n{ y }: y\n```\n```nix\nimport ./lib/x.nix { y = 7; }\n```\n```debug\n> c\n```", "gave 7");
    check("```program\nrequires: LIB\nfile: $LIB/one.nix\nentry: run\n```\n```debug\n> sources\n```", "  $LIB/one.nix");
    check(
        "```program\nrequires: LIB\ninclude: l=$LIB\n```\n```nix\nimport <l/one.nix>\n```\n```debug\n> c\n```",
        "gave 1",
    );
    check("```program\nrequires: NO\n```\n```nix\n1\n```\n```debug\nas before\n```", "as before");
    check(
        "```nix\n{ a.b = { x, z }: x + z; }\n```\n```program\nattr: a.b\narg: x = 1 + 1\nargstr: z = 1\nentry: run\n```\n```debug\n```",
        "cannot add a string to an integer",
    );
    check("## A\n```nix\n5\n```\n```debug\n```\n## B\n```debug\n> c\n```", "> c\nthe program gave 5");
    check(
        "## A\n```nix x.nix\n5\n```\n```nix\nimport ./x.nix\n```\n```debug\n```\n## B\n```nix x.nix\n6\n```\n```debug\n> c\n```",
        "> c\nthe program gave 6",
    );
    check("```nix\n1 +\n```\n```debug\n> c\n```", "the session is over");
}

#[test]
fn lines_that_look_like_commands_are_told_apart() {
    let text = blessed("```nix\nbuiltins.trace \"> x\\n```\" 1\n```\n```debug\n> c\n> p \"a\" + \">\"\n```");
    assert!(text.contains("```debug\nentry"), "{text}");
    let again = blessed(&text);
    assert_eq!(again, text);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        ("```debug\n> c\n```", "error: line 1: no program is above: a ```nix block, or a ```program block with a file"),
        ("\n```nix\n1", "error: line 2: this block has no end"),
        ("```nix\n1\n```\n```nix\n2\n```", "error: line 4: program.nix is there already"),
        ("```program\nfle: x\n```", "error: line 2: there is no setting 'fle'. Did you mean file?"),
        ("```program\nentry: no\n```", "error: line 2: 'no' is neither stop nor run"),
        ("```program\narg: x\n```", "error: line 2: 'x' is not NAME = VALUE"),
        (
            "```nix\n1\n```\n```debug\n```\n```debug\nx\n```",
            "error: line 7: a block that goes on begins with a command: > COMMAND",
        ),
    ];
    for (page, expected) in cases {
        assert_eq!(blessed(page), expected, "{page}");
    }
}
