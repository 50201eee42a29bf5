//! The command line of `nix-instantiate`, for when we are called by that name. Turns words into [`Options`], with Nix's
//! messages for those it does not know. Never evaluates.

use crate::options::{Argument, Input, Options, Output, Task, USUAL_VERBOSITY};
use crate::settings::{self, Settings, Shape};

/// What the words ask for.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// To do something with programs.
    Run(Box<Options>),
    /// To say how the command is used.
    Help,
    /// To say which version it is.
    Version,
}

/// Reads the words after the command's name.
///
/// # Errors
/// What Nix says of words it cannot make sense of.
pub(crate) fn read(words: Vec<String>, settings: Settings, warnings: Vec<String>) -> Result<Wanted, String> {
    let mut reader = Reader {
        rest: words,
        options: Options { with_locations: true, verbosity: USUAL_VERBOSITY, settings, warnings, ..Options::default() },
        words: Vec::new(),
        wants_eval: false,
        are_exprs: false,
        reads_stdin: false,
    };
    reader.rest.reverse();
    let mut only_words = false;
    while let Some(word) = reader.rest.pop() {
        match word.as_str() {
            "--" if !only_words => only_words = true,
            "--help" if !only_words => return Ok(Wanted::Help),
            "--version" if !only_words => return Ok(Wanted::Version),
            _ if !only_words && word.starts_with('-') => reader.flag(&word)?,
            _ => reader.words.push(word),
        }
    }
    // Who calls a program by its usual name counts on it to give up where the usual program does, or soon after.
    reader.options.settings.max_call_depth.get_or_insert(MAX_DEPTH);
    Ok(reader.finish())
}

/// How many frames may wait for each other. Nix counts calls, up to 10,000; a call of Nix is a few frames here.
const MAX_DEPTH: usize = 50_000;

struct Reader {
    /// What is left to read, the next word last.
    rest: Vec<String>,
    options: Options,
    words: Vec<String>,
    wants_eval: bool,
    are_exprs: bool,
    reads_stdin: bool,
}

impl Reader {
    fn flag(&mut self, flag: &str) -> Result<(), String> {
        let flag = self.split_short_flags(flag);
        let options = &mut self.options;
        match flag.as_str() {
            "-" => self.reads_stdin = true,
            "--expr" | "-E" => self.are_exprs = true,
            "--eval" | "--eval-only" => self.wants_eval = true,
            "--parse" | "--parse-only" => options.task = Task::Parse,
            "--find-file" => options.task = Task::FindFile,
            "--attr" | "-A" => {
                let path = self.argument(&flag)?;
                self.options.attr_paths.push(path);
            }
            "--raw" => options.output = Output::Raw,
            "--xml" => options.output = Output::Xml,
            "--json" => options.output = Output::Json,
            "--no-location" => options.with_locations = false,
            "--strict" => options.is_strict = true,
            "--add-root" => drop(self.argument(&flag)?),
            "--impure" => options.settings.pure_eval = false,
            "--verbose" | "-v" => options.verbosity = options.verbosity.saturating_add(1).min(7),
            "--quiet" => options.verbosity = options.verbosity.saturating_sub(1),
            "--debug" => options.verbosity = 6,
            "--read-write-mode" | "--dry-run" | "--indirect" | "--no-build-output" | "-Q" | "-K" | "-k"
            | "--readonly-mode" | "--no-gc-warning" | "--repair" => {}
            "--arg" => {
                let [name, expr] = self.values(&flag)?;
                self.set_arg(name, Argument::Expr(expr));
            }
            "--argstr" => {
                let [name, text] = self.values(&flag)?;
                self.set_arg(name, Argument::Str(text));
            }
            "--arg-from-file" => {
                let [name, path] = self.values(&flag)?;
                self.set_arg(name, Argument::File(path));
            }
            "--arg-from-stdin" => {
                let [name] = self.values(&flag)?;
                self.set_arg(name, Argument::Stdin);
            }
            "--include" | "-I" => {
                let [path] = self.values(&flag)?;
                self.options.includes.push(path);
            }
            "--option" => {
                let [name, value] = self.values(&flag)?;
                match self.options.settings.set(&name, &value) {
                    Ok(warnings) => self.options.warnings.extend(warnings),
                    Err(warning) => self.options.warnings.push(warning),
                }
            }
            "--eval-store" | "--log-format" | "--max-jobs" | "-j" => drop(self.values::<1>(&flag)?),
            "--override-flake" => drop(self.values::<2>(&flag)?),
            _ => self.setting(&flag)?,
        }
        Ok(())
    }

    /// A flag that sets a setting.
    fn setting(&mut self, flag: &str) -> Result<(), String> {
        let unknown = || format!("unrecognised flag '{flag}'");
        let name = flag.strip_prefix("--").ok_or_else(unknown)?;
        let words_of = |name: &str| name.strip_prefix("extra-").is_some_and(|it| shape_is(it, Shape::Words));
        let (name, value) = match settings::shape(name) {
            Some(Shape::Switch) => (name, "true".to_owned()),
            Some(_) => (name, self.values::<1>(flag)?[0].clone()),
            None if words_of(name) => (name, self.values::<1>(flag)?[0].clone()),
            None => {
                let name = name.strip_prefix("no-").filter(|it| shape_is(it, Shape::Switch)).ok_or_else(unknown)?;
                (name, "false".to_owned())
            }
        };
        let warnings = self.options.settings.set(name, &value)?;
        self.options.warnings.extend(warnings);
        Ok(())
    }

    /// The first flag of several written as one; the others are read next.
    fn split_short_flags(&mut self, word: &str) -> String {
        let mut letters = word.char_indices().skip(1);
        let Some((_, first)) = letters.next().filter(|it| it.1.is_ascii_alphabetic()) else { return word.to_owned() };
        let mut more = Vec::new();
        for (at, letter) in letters {
            if !letter.is_ascii_alphabetic() {
                more.push(word[at..].to_owned());
                break;
            }
            more.push(format!("-{letter}"));
        }
        self.rest.extend(more.into_iter().rev());
        format!("-{first}")
    }

    fn argument(&mut self, flag: &str) -> Result<String, String> {
        self.rest.pop().ok_or_else(|| format!("'{flag}' requires an argument"))
    }

    fn values<const N: usize>(&mut self, flag: &str) -> Result<[String; N], String> {
        let given = self.rest.len();
        if given < N {
            return Err(format!("flag '{flag}' requires {N} argument(s), but only {given} were given"));
        }
        Ok(std::array::from_fn(|_| self.rest.pop().expect("there are as many as were counted")))
    }

    fn set_arg(&mut self, name: String, argument: Argument) {
        self.options.args.retain(|it| it.0 != name);
        self.options.args.push((name, argument));
    }

    fn finish(self) -> Wanted {
        let Self { mut options, words, wants_eval, are_exprs, reads_stdin, .. } = self;
        if options.task == Task::Eval && !wants_eval {
            options.task = Task::Instantiate;
        }
        let has_words = !words.is_empty();
        if reads_stdin && options.task != Task::FindFile {
            options.inputs.push(Input::Stdin);
        } else if !has_words && !are_exprs && options.task != Task::FindFile {
            options.inputs.push(Input::File("./default.nix".into()));
        }
        let is_expr = are_exprs && options.task != Task::FindFile;
        options.inputs.extend(words.into_iter().map(|it| if is_expr { Input::Expr(it) } else { Input::File(it) }));
        Wanted::Run(Box::new(options))
    }
}

fn shape_is(name: &str, wanted: Shape) -> bool {
    settings::shape(name) == Some(wanted)
}
