//! Command lines in the pages of the documentation: each prints what the page says.
//!
//! They stand in blocks called `console`, each after `$ `, and below each what it prints. `cd` holds for the lines after it.

use std::path::Path;

use crate::{Place, check};

/// The pages that have some.
const PAGES: &[&str] = &["tutorial.md"];

/// A page with what its command lines print now.
fn answered(place: &Place, text: &str) -> String {
    let mut out = String::new();
    let (mut is_console, mut folder) = (false, String::from("."));
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        }
        let command = line.strip_prefix("$ ").filter(|_| is_console);
        if !is_console || line.starts_with("```") || command.is_some() {
            out.push_str(line);
            out.push('\n');
        }
        match command {
            Some(command) if command.starts_with("cd ") => command["cd ".len()..].clone_into(&mut folder),
            Some(command) => out.push_str(&place.run(&format!("cd {folder} && {command}"))),
            None => {}
        }
    }
    out
}

#[test]
fn command_lines_print_what_the_page_says() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let place = Place::new("pages");
    let home = place.folder.join("files");
    std::fs::create_dir_all(&home).expect("the folder can be made");
    std::os::unix::fs::symlink(docs.canonicalize().expect("it is there"), home.join("docs"))
        .expect("a link can be made");
    for page in PAGES {
        let text = std::fs::read_to_string(docs.join(page)).expect("the page is there");
        assert!(text.contains("\n$ "), "{page} has no command lines");
        check(&text, &answered(&place, &text));
    }
}
