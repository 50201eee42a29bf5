//! Images: what a program computed, kept for the programs that begin with it.

use std::fs::File;
use std::io::BufWriter;
use std::os::unix::fs::MetadataExt as _;
use std::process::ExitCode;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{ArgAction, Args, Subcommand, ValueEnum};
use nixscope_engine::session::{Image, Journal, Refused, write_image};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Vm;
use nixscope_engine::world::{CanonPath, Mappable, Recorder};
use nixscope_lsp::live::{ImageOf, look_at, path_literal};
use rustix::fs::XattrFlags;
use serde::{Deserialize, Serialize};

use crate::args::{self, Language, Limits, Programs};
use crate::machine::{Outside, Purpose, Setup};
use crate::options::{Argument, Input, Options};
use crate::settings::Settings;
use crate::{record, run, terminal};

pub(crate) const EXAMPLES: &str = "Examples:
  nixscope image build -o pkgs.img -E 'import ./nixpkgs { }'
  nixscope image build -o pkgs.img ./nixpkgs --force stdenv.drvPath
  nixscope image build -o pkgs.img ./nixpkgs --force '*.drvPath'
  nixscope image build -o pkgs.dbg -E 'import ./nixpkgs { }' --for-debugging
  nixscope image info pkgs.img
  nixscope eval --image pkgs.img -A bash.drvPath";

/// What `nixscope image` is told.
#[derive(Debug, Args)]
pub(crate) struct ImageArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Compute a value and keep it, with all that was read and computed for it.
    Build(Box<BuildArgs>),
    /// Tell of what an image is, and what it depends on.
    Info {
        /// The image.
        #[arg(value_name = "FILE")]
        file: String,
    },
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// Where the image goes
    #[arg(short = 'o', long = "output", id = "image", value_name = "FILE")]
    image: String,
    /// Also compute what is at this attribute path of the value, and with it what others share with it; may be given
    /// several times. With a `*` for a name it is every attribute's, as far as it is there and does not fail
    #[arg(long, value_name = "PATH")]
    force: Vec<String>,
    /// Build it for `nixscope debug` and `nixscope dap`, which keep every name; `nixscope eval` does not take it then
    #[arg(long)]
    for_debugging: bool,
    #[command(flatten)]
    programs: Programs,
    /// Keep what is at this attribute path, such as a.b.0."c d"
    #[arg(short = 'A', long = "attr", value_name = "PATH")]
    attr: Option<String>,
    /// Give functions that take it the argument NAME with the value of EXPR
    #[arg(long, num_args = 2, value_names = ["NAME", "EXPR"], action = ArgAction::Append)]
    arg: Vec<String>,
    /// Give functions that take it the argument NAME with the string TEXT
    #[arg(long, num_args = 2, value_names = ["NAME", "TEXT"], action = ArgAction::Append)]
    argstr: Vec<String>,
    #[command(flatten)]
    outside: args::Outside,
    #[command(flatten)]
    language: Language,
    #[command(flatten)]
    limits: Limits,
}

/// Which image a program begins with.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images")]
pub(crate) struct ImageChoice {
    /// Begin with what this image has computed; without a PROGRAM, it is the image's value that is evaluated
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Option<String>,
    /// What to do about an image that is not what computing would give by now: refuse it, ignore that, or build it anew
    #[arg(long, value_name = "WHAT", default_value = "refuse", requires = "image")]
    pub(crate) image_stale: Stale,
}

impl ImageChoice {
    /// What is asked for of programs, or of the image if there are none.
    pub(crate) fn into_options(self, programs: Programs, settings: Settings, warnings: Vec<String>) -> Options {
        let is_of_image = self.image.is_some() && programs.is_empty();
        let mut options = programs.into_options(settings, warnings);
        if is_of_image {
            options.inputs.clear();
        }
        options.image = self.image.map(|it| (it, self.image_stale));
        options
    }
}

/// What is done about an image that is not what computing would give by now: it is said what changed, and the end; or
/// it is taken all the same, and nothing is asked again; or it is built anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stale {
    #[default]
    Refuse,
    Ignore,
    Rebuild,
}

/// What an image was made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct About {
    /// What editors want to know stands first.
    of: ImageOf,
    options: Options,
    setup: Setup,
    forced: Vec<String>,
    is_for_debugging: bool,
}

/// A machine that has what an image has, and the image's value.
pub(crate) struct Start {
    pub vm: Vm,
    pub value: Value,
}

/// An image that a program began with: where it is, and a number that others do not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    path: String,
    identity: u64,
}

/// Does what `nixscope image` is told. What went wrong was told.
#[must_use]
pub(crate) fn image(args: ImageArgs, settings: Settings, warnings: Vec<String>) -> ExitCode {
    let result = match args.what {
        What::Build(args) => {
            let path = args.image.clone();
            let (forced, is_for_debugging) = (args.force.clone(), args.for_debugging);
            let mut options = args.into_options(settings, warnings);
            record::prepare(&mut options).and_then(|setup| {
                let of = ImageOf::new(program_of(&options, &setup));
                let about = About { of, options, setup, forced, is_for_debugging };
                build(&about, &path)
            })
        }
        What::Info { file } => info(&file).map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        terminal::tell_error(&error);
        ExitCode::FAILURE
    })
}

impl BuildArgs {
    fn into_options(self, settings: Settings, warnings: Vec<String>) -> Options {
        let mut options = self.programs.into_options(settings, warnings);
        self.outside.apply(&mut options);
        for (name, value) in args::flag_settings(&self.language) {
            options.set(name, &value);
        }
        self.limits.apply(&mut options);
        options.attr_paths = self.attr.into_iter().collect();
        options.add_args(self.arg, Argument::Expr);
        options.add_args(self.argstr, Argument::Str);
        options
    }
}

/// The expression whose value an image has, and where relative paths in it start.
fn program_of(options: &Options, setup: &Setup) -> Option<(String, String)> {
    let is_all = options.attr_paths.iter().all(String::is_empty) && options.args.is_empty();
    let folder = setup.folder.to_text().into_owned();
    match &options.inputs[..] {
        [Input::Expr(text)] if is_all => Some((text.clone(), folder)),
        [Input::File(name)] if is_all && name.starts_with('<') => Some((format!("import {name}"), folder)),
        [Input::File(name)] if is_all => {
            let path = CanonPath::new_at(name.as_bytes(), &setup.folder);
            Some((format!("import {}", path_literal(&path.to_text())), folder))
        }
        _ => None,
    }
}

/// Computes, and writes an image. A failure of the program was told.
fn build(about: &About, path: &str) -> Result<ExitCode, String> {
    let begin = SystemTime::now();
    let recorder = Recorder::new(about.setup.outside(), false);
    let entries = recorder.entries();
    let purpose = if about.is_for_debugging { Purpose::Debug } else { Purpose::Run };
    let fingerprint = about.setup.machine(purpose).fingerprint();
    let outside = Box::new(recorder);
    let Some(Start { vm, value }) = run::prelude(&about.options, &about.setup, purpose, outside, &about.forced) else {
        return Ok(ExitCode::FAILURE);
    };
    let entries = std::mem::take(&mut *entries.lock().unwrap_or_else(PoisonError::into_inner));
    let journal = Journal::new(&entries, &mut about.setup.outside(), &mut look_at, settled(begin));
    let about = postcard::to_allocvec(about).map_err(|it| format!("what was run cannot be written down: {it}"))?;
    // Whoever reads the image meanwhile reads the whole old one.
    let unfinished = format!("{path}.{}.part", std::process::id());
    let written = File::create(&unfinished).map_err(|it| it.to_string()).and_then(|file| {
        let mut out = BufWriter::new(&file);
        write_image(&vm, value, &journal, (&about, fingerprint), &mut out).map_err(|it| it.to_string())?;
        drop(out);
        // Where files cannot be marked, what is in them is summed each time.
        let _ = mark_of(&file).map(|it| rustix::fs::fsetxattr(&file, MARK, &it, XattrFlags::empty()));
        std::fs::rename(&unfinished, path).map_err(|it| it.to_string())
    });
    written.map(|()| ExitCode::SUCCESS).map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        format!("writing '{path}': {error}")
    })
}

/// The machine that programs begin with which want an image, in an outside that has what was put in its store, and which
/// image it is.
///
/// # Errors
/// If there is no such image, or it is not what is wanted.
pub(crate) fn take_up(
    (path, stale): (&str, Stale),
    options: &Options,
    setup: &Setup,
    purpose: Purpose,
    outside: &mut Outside,
) -> Result<(Start, Used), String> {
    let (about, image) = open(path)?;
    let used = |image: &Image<Mappable<File>>| Used { path: absolute(path, setup), identity: image.identity() };
    let mut vm = setup.machine(purpose);
    let first = used(&image);
    let reason = match reason_against(&about, &image, &vm) {
        Some(reason) => reason,
        None => {
            let mut look = look_at;
            let look = (stale != Stale::Ignore).then_some(&mut look as _);
            match image.take_up(&mut vm, outside, look) {
                Ok(value) => return Ok((Start { vm, value }, first)),
                Err(Refused::Stale(reason)) => reason,
                Err(Refused::Damaged(error)) => return Err(format!("'{path}': {error}")),
            }
        }
    };
    if stale != Stale::Rebuild {
        return Err(format!(
            "the image '{path}' is out of date: {reason}\n\
             build it again, or say what to do with --image-stale"
        ));
    }
    let asked = Options { settings: options.settings.clone(), includes: options.includes.clone(), ..about.options };
    let anew = About {
        of: ImageOf::new(about.of.program),
        setup: Setup::of(&asked, &about.setup.folder),
        options: asked,
        forced: about.forced,
        is_for_debugging: purpose == Purpose::Debug,
    };
    if build(&anew, path)? != ExitCode::SUCCESS {
        return Err(format!("the image '{path}' could not be built again"));
    }
    let image = open(path)?.1;
    let used = used(&image);
    let value = image.take_up(&mut vm, outside, None).map_err(|it| format!("'{path}': {it}"))?;
    Ok((Start { vm, value }, used))
}

/// The machine of an image that a program began with which was put down, whatever the outside says by now.
///
/// # Errors
/// If the image is gone, or is another one by now.
pub(crate) fn take_up_again(used: &Used, setup: &Setup, outside: &mut Outside) -> Result<Start, String> {
    let path = &used.path;
    let (_, image) = open(path)?;
    if image.identity() != used.identity {
        return Err(format!("the program began with the image '{path}', which is another one by now"));
    }
    let mut vm = setup.machine(Purpose::Debug);
    let value = image.take_up(&mut vm, outside, None).map_err(|it| format!("'{path}': {it}"))?;
    Ok(Start { vm, value })
}

fn absolute(path: &str, setup: &Setup) -> String {
    CanonPath::new_at(path.as_bytes(), &setup.folder).to_text().into_owned()
}

/// Why an image is not for a machine, whatever the outside says.
fn reason_against(about: &About, image: &Image<Mappable<File>>, vm: &Vm) -> Option<String> {
    about.of.difference().or_else(|| image.difference(vm).map(str::to_owned))
}

fn open(path: &str) -> Result<(About, Image<Mappable<File>>), String> {
    let failed = |it: std::io::Error| format!("opening '{path}': {it}");
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let is_known = is_marked(&file);
    let image = Image::open(Mappable { file, is_known }, length).map_err(|it| format!("'{path}': {it}"))?;
    let about = postcard::from_bytes(&image.about)
        .map_err(|_| format!("'{path}': it was not written by this version of nixscope"))?;
    Ok((about, image))
}

/// The attribute of a file that says what was known of it when it was written. Copies do not have it.
const MARK: &str = "user.nixscope.written";

/// What is other for a file that was written to since: its length, and when that was.
fn mark_of(file: &File) -> Option<[u8; 24]> {
    let it = file.metadata().ok()?;
    let mut mark = [0; 24];
    for (part, number) in mark.chunks_exact_mut(8).zip([it.size().cast_signed(), it.mtime(), it.mtime_nsec()]) {
        part.copy_from_slice(&number.to_le_bytes());
    }
    Some(mark)
}

/// Whether nobody has written to a file since we did.
fn is_marked(file: &File) -> bool {
    let mut mark = [0; 24];
    let found = rustix::fs::fgetxattr(file, MARK, &mut mark);
    found.is_ok_and(|n| n == mark.len()) && mark_of(file) == Some(mark)
}

/// Tells of what an image is, so that one knows before giving it away.
fn info(path: &str) -> Result<(), String> {
    let (about, image) = open(path)?;
    let mut out = format!("built by nixscope {} in {}\n", about.of.version, about.setup.folder.to_text());
    if about.is_for_debugging {
        out.push_str("for debugging\n");
    }
    for path in &about.forced {
        out.push_str(&format!("with {path}\n"));
    }
    for question in image.journal.questions() {
        out.push_str(&question);
        out.push('\n');
    }
    terminal::print(out.as_bytes()).map_err(|it| format!("writing to standard output: {it}"))
}

/// The clocks of file systems may tick this seldom: what changed more recently may change again and have the same time.
const TICK: Duration = Duration::from_secs(2);

/// The second before which a file was last changed that was there for a while when something began.
fn settled(begin: SystemTime) -> i64 {
    let before = begin.checked_sub(TICK).and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    before.and_then(|it| i64::try_from(it.as_secs()).ok()).unwrap_or(i64::MIN)
}
