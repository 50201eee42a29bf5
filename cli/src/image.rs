//! Images: what a program computed, kept for the programs that begin with it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::BufWriter;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::process::ExitCode;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{ArgAction, Args, Subcommand, ValueEnum};
use nixscope_engine::session::{Image, Journal, Stamp, write_image};
use nixscope_engine::value::Value;
use nixscope_engine::vm::Vm;
use nixscope_engine::world::{CanonPath, Recorder};
use serde::{Deserialize, Serialize};

use crate::args::{self, Language, Limits, Programs};
use crate::machine::{Outside, Purpose, Setup};
use crate::options::{Argument, Options};
use crate::settings::Settings;
use crate::{record, run, terminal};

pub(crate) const EXAMPLES: &str = "Examples:
  nixscope image build -o pkgs.img -E 'import ./nixpkgs { }'
  nixscope image build -o pkgs.img ./nixpkgs --force stdenv.drvPath
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
    /// several times
    #[arg(long, value_name = "PATH")]
    force: Vec<String>,
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
    #[arg(long, value_name = "FILE", conflicts_with = "wait_for_debugger")]
    pub(crate) image: Option<String>,
    /// What to do about an image that is not what computing would give by now: refuse it, ignore that, or build it anew
    #[arg(long, value_name = "WHAT", default_value = "refuse", requires = "image")]
    pub(crate) image_stale: Stale,
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
    version: String,
    options: Options,
    setup: Setup,
    forced: Vec<String>,
}

/// A machine that has what an image has, and the image's value.
pub(crate) struct Start {
    pub vm: Vm,
    pub value: Value,
}

/// Does what `nixscope image` is told. What went wrong was told.
#[must_use]
pub(crate) fn image(args: ImageArgs, settings: Settings, warnings: Vec<String>) -> ExitCode {
    let result = match args.what {
        What::Build(args) => {
            let path = args.image.clone();
            let forced = args.force.clone();
            let mut options = args.into_options(settings, warnings);
            record::prepare(&mut options).and_then(|setup| {
                let about = About { version: env!("CARGO_PKG_VERSION").to_owned(), options, setup, forced };
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

/// Computes, and writes an image. A failure of the program was told.
fn build(about: &About, path: &str) -> Result<ExitCode, String> {
    let begin = SystemTime::now();
    let recorder = Recorder::new(about.setup.outside(), false);
    let entries = recorder.entries();
    let fingerprint = about.setup.machine(Purpose::Run).fingerprint();
    let Some(Start { vm, value }) = run::prelude(&about.options, &about.setup, Box::new(recorder), &about.forced)
    else {
        return Ok(ExitCode::FAILURE);
    };
    let entries = std::mem::take(&mut *entries.lock().unwrap_or_else(PoisonError::into_inner));
    let journal = Journal::new(&entries, &mut about.setup.outside(), &mut |path| settled_stamp(path, begin));
    let about = postcard::to_allocvec(about).map_err(|it| format!("what was run cannot be written down: {it}"))?;
    // Whoever reads the image meanwhile reads the whole old one.
    let unfinished = format!("{path}.{}.part", std::process::id());
    let written = File::create(&unfinished).map_err(|it| it.to_string()).and_then(|file| {
        let mut out = BufWriter::new(file);
        write_image(&vm, value, &journal, (&about, fingerprint), &mut out).map_err(|it| it.to_string())?;
        std::fs::rename(&unfinished, path).map_err(|it| it.to_string())
    });
    written.map(|()| ExitCode::SUCCESS).map_err(|error| {
        let _ = std::fs::remove_file(&unfinished);
        format!("writing '{path}': {error}")
    })
}

/// The machine that programs begin with which want an image, in an outside that has what was put in its store.
///
/// # Errors
/// If there is no such image, or it is not what is wanted.
pub(crate) fn take_up(
    (path, stale): (&str, Stale),
    options: &Options,
    setup: &Setup,
    outside: &mut Outside,
) -> Result<Start, String> {
    let (about, image) = open(path)?;
    let mut vm = setup.machine(Purpose::Run);
    let (mut image, reason) = match reason_against(&about, &image, setup, &vm) {
        Some(reason) => (image, Some(reason)),
        None if stale == Stale::Ignore => {
            image.journal.mount(outside);
            (image, None)
        }
        None => {
            let changed = image.journal.check(outside, &mut stamp_of).err();
            (image, changed.map(|it| it.to_string()))
        }
    };
    if let Some(reason) = reason {
        if stale != Stale::Rebuild {
            return Err(format!(
                "the image '{path}' is out of date: {reason}\n\
                 build it again, or say what to do with --image-stale"
            ));
        }
        let asked = Options { settings: options.settings.clone(), includes: options.includes.clone(), ..about.options };
        let setup = Setup::of(&asked, &about.setup.folder);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let about = About { version, options: asked, setup, forced: about.forced };
        if build(&about, path)? != ExitCode::SUCCESS {
            return Err(format!("the image '{path}' could not be built again"));
        }
        image = open(path)?.1;
        image.journal.mount(outside);
    }
    let value = image.restore(&mut vm).map_err(|it| format!("'{path}': {it}"))?;
    Ok(Start { vm, value })
}

/// Why an image is not for a machine, whatever the outside says.
fn reason_against(about: &About, image: &Image<File>, setup: &Setup, vm: &Vm) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    if about.version != version {
        return Some(format!("nixscope {} wrote it, and this is {version}", about.version));
    }
    if let Some(what) = about.setup.difference(setup) {
        return Some(format!("{what} is another one"));
    }
    (!image.is_for(vm)).then(|| "another build of nixscope wrote it".to_owned())
}

fn open(path: &str) -> Result<(About, Image<File>), String> {
    let failed = |it: std::io::Error| format!("opening '{path}': {it}");
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let image = Image::open(file, length).map_err(|it| format!("'{path}': {it}"))?;
    let about = postcard::from_bytes(&image.about)
        .map_err(|_| format!("'{path}': it was not written by this version of nixscope"))?;
    Ok((about, image))
}

/// Tells of what an image is, so that one knows before giving it away.
fn info(path: &str) -> Result<(), String> {
    let (about, image) = open(path)?;
    let mut out = format!("built by nixscope {} in {}\n", about.version, about.setup.folder.to_text());
    for path in &about.forced {
        out.push_str(&format!("with {path}\n"));
    }
    for question in image.journal.questions() {
        out.push_str(&question);
        out.push('\n');
    }
    terminal::print(out.as_bytes()).map_err(|it| format!("writing to standard output: {it}"))
}

/// What tells a file from what it may become.
fn stamp_of(path: &CanonPath) -> Option<Stamp> {
    let it = std::fs::symlink_metadata(OsStr::from_bytes(path.as_bytes())).ok()?;
    Some(Stamp {
        size: it.size(),
        modified: (it.mtime(), it.mtime_nsec()),
        changed: (it.ctime(), it.ctime_nsec()),
        identity: (it.dev(), it.ino()),
    })
}

/// The clocks of file systems may tick this seldom: what changed more recently may change again and have the same time.
const TICK: Duration = Duration::from_secs(2);

/// The same, of a file that was there for a while when something began.
fn settled_stamp(path: &CanonPath, begin: SystemTime) -> Option<Stamp> {
    let before = begin.checked_sub(TICK)?.duration_since(UNIX_EPOCH).ok()?;
    let before = i64::try_from(before.as_secs()).ok()?;
    stamp_of(path).filter(|it| it.changed.0 < before && it.modified.0 < before)
}
