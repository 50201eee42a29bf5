//! Command lines in the pages of the documentation: each prints what the page says.
//!
//! They stand in blocks called `console`, each after `$ `, and below each what it prints. `cd` holds for the lines after it.

use std::path::Path;

use crate::{Place, check};

/// The pages that have some, from the root.
const PAGES: &[&str] = &["README.md", "docs/tutorial.md"];

/// What their command lines use.
const FOLDERS: &[&str] = &["docs", "examples"];

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
            // A page does not tell whether the last line has an end.
            Some(command) => {
                out.push_str(&place.run(&format!("cd {folder} && {command}")).replace("[no line break]", ""));
            }
            None => {}
        }
    }
    out
}

#[test]
fn command_lines_print_what_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace");
    let place = Place::new("pages");
    let home = place.folder.join("files");
    std::fs::create_dir_all(&home).expect("the folder can be made");
    for folder in FOLDERS {
        std::os::unix::fs::symlink(root.join(folder), home.join(folder)).expect("a link can be made");
    }
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page)).expect("the page is there");
        assert!(text.contains("\n```console\n$ "), "{page} has no command lines");
        check(&text, &answered(&place, &text));
    }
}
