//! From the text of a page to its sessions.

use crate::text::suggest;

use super::{Block, Case, MARK, Page, PageError, Program};

/// The file that a program without a name lies in.
const PROGRAM: &str = "program.nix";

/// What is between two headings.
#[derive(Default)]
struct Section {
    title: String,
    line: usize,
    program: Program,
    /// Whether it says what the program is.
    has_program: bool,
    has_settings: bool,
    blocks: Vec<Block>,
}

/// A fenced block.
struct Fence<'a> {
    opening: usize,
    closing: usize,
    info: &'a str,
}

impl Page {
    /// Reads a page.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PageError> {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut cases: Vec<Case> = Vec::new();
        let mut section = Section::default();
        let mut at = 0;
        while at < lines.len() {
            if let Some(title) = heading(&lines[at]) {
                finish(std::mem::take(&mut section), &mut cases)?;
                section.title = title.to_owned();
                section.line = at + 1;
            }
            let Some(fence) = fence(&lines, at)? else {
                at += 1;
                continue;
            };
            at = fence.closing + 1;
            section.take(&lines, &fence)?;
        }
        finish(section, &mut cases)?;
        Ok(Self { lines, cases })
    }
}

fn error<T>(line: usize, message: impl Into<String>) -> Result<T, PageError> {
    Err(PageError { line: line + 1, message: message.into() })
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    ((1..=6).contains(&level) && title.starts_with(' ')).then(|| title.trim().trim_matches('`'))
}

/// The fenced block that begins at a line, if one does.
fn fence(lines: &[String], opening: usize) -> Result<Option<Fence<'_>>, PageError> {
    let line = &lines[opening];
    let info = line.trim_start_matches('`');
    let n = line.len() - info.len();
    if n < 3 || info.contains('`') {
        return Ok(None);
    }
    let is_end = |it: &String| it.trim_end().len() >= n && it.trim_end().bytes().all(|byte| byte == b'`');
    match lines[opening + 1..].iter().position(is_end) {
        Some(found) => Ok(Some(Fence { opening, closing: opening + 1 + found, info: info.trim() })),
        None => error(opening, "this block has no end"),
    }
}

/// A section that was read to its end. Without a program of its own it has that of the session before, with its own files
/// laid over it.
fn finish(section: Section, cases: &mut Vec<Case>) -> Result<(), PageError> {
    let Some(first) = section.blocks.first() else { return Ok(()) };
    let mut program = section.program;
    if !section.has_program {
        let Some(before) = cases.last() else {
            return error(first.opening, "no program is above: a ```nix block, or a ```program block with a file");
        };
        let own = std::mem::take(&mut program.files);
        if section.has_settings {
            program.file.clone_from(&before.program.file);
            program.files.clone_from(&before.program.files);
        } else {
            program = before.program.clone();
        }
        program.files.retain(|it| !own.iter().any(|newer| newer.0 == it.0));
        program.files.extend(own);
    }
    let title = if section.title.is_empty() { "(no heading)".to_owned() } else { section.title };
    cases.push(Case { title, line: section.line.max(1), program, blocks: section.blocks });
    Ok(())
}

impl Section {
    fn take(&mut self, lines: &[String], fence: &Fence<'_>) -> Result<(), PageError> {
        let content = &lines[fence.opening + 1..fence.closing];
        let (language, name) = fence.info.split_once(char::is_whitespace).unwrap_or((fence.info, ""));
        match language {
            "nix" => self.file(name.trim(), content, fence.opening),
            "program" => {
                self.has_settings = true;
                for (i, line) in content.iter().enumerate() {
                    self.setting(line).or_else(|it| error(fence.opening + 1 + i, it))?;
                }
                Ok(())
            }
            "debug" => {
                let is_first = self.blocks.is_empty();
                let commands = commands(content, fence.opening + 1, is_first)?;
                self.blocks.push(Block { opening: fence.opening, closing: fence.closing, commands });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn file(&mut self, name: &str, content: &[String], line: usize) -> Result<(), PageError> {
        let path = if name.is_empty() { PROGRAM } else { name };
        if self.program.files.iter().any(|it| it.0 == path) {
            return error(line, format!("{path} is there already"));
        }
        if name.is_empty() {
            if self.has_program {
                return error(line, "the program is named already");
            }
            PROGRAM.clone_into(&mut self.program.file);
            self.has_program = true;
        }
        let mut text = content.join("\n");
        text.push('\n');
        self.program.files.push((path.to_owned(), text));
        Ok(())
    }

    fn setting(&mut self, line: &str) -> Result<(), String> {
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        let Some((key, value)) = line.split_once(':') else {
            return Err(format!("'{line}' is not NAME: VALUE"));
        };
        let (key, value) = (key.trim(), value.trim());
        let program = &mut self.program;
        match key {
            "file" => {
                if self.has_program {
                    return Err("the program is named already".to_owned());
                }
                self.has_program = true;
                value.clone_into(&mut program.file);
            }
            "attr" => value.clone_into(&mut program.attr),
            "arg" => program.args.push(pair(value)?),
            "argstr" => program.argstrs.push(pair(value)?),
            "include" => program.includes.push(value.to_owned()),
            "requires" => program.requires.extend(value.split_whitespace().map(str::to_owned)),
            "features" => program.features.extend(value.split_whitespace().map(str::to_owned)),
            "entry" => program.runs_at_once = !choice(value, "stop", "run")?,
            "value" => program.is_shallow = !choice(value, "whole", "outermost")?,
            "depth" => {
                let depth = value.parse().map_err(|_| format!("'{value}' is not a number of frames"))?;
                program.max_depth = Some(depth);
            }
            _ => return Err(unknown(key)),
        }
        Ok(())
    }
}

const KEYS: [&str; 10] =
    ["file", "attr", "arg", "argstr", "include", "requires", "features", "entry", "value", "depth"];

fn unknown(key: &str) -> String {
    let near = suggest::best_matches(KEYS.iter().map(|it| it.as_bytes()), key.as_bytes());
    let hint = suggest::did_you_mean(&near).unwrap_or_else(|| format!("There are {}.", KEYS.join(", ")));
    format!("there is no setting '{key}'. {hint}")
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("'{text}' is not NAME = VALUE"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn choice(value: &str, yes: &str, no: &str) -> Result<bool, String> {
    match value {
        it if it == yes => Ok(true),
        it if it == no => Ok(false),
        _ => Err(format!("'{value}' is neither {yes} nor {no}")),
    }
}

/// What is said in a block. Before the first command of a session stands what is told when it begins.
fn commands(content: &[String], line: usize, is_first: bool) -> Result<Vec<String>, PageError> {
    let mut commands = Vec::new();
    for (i, text) in content.iter().enumerate() {
        match text.strip_prefix(MARK).or_else(|| (text == MARK.trim_end()).then_some("")) {
            Some(command) => commands.push(command.trim().to_owned()),
            None if commands.is_empty() && !is_first => {
                return error(line + i, "a block that goes on begins with a command: > COMMAND");
            }
            None => {}
        }
    }
    Ok(commands)
}
