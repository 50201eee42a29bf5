//! Transcripts of the command line: what is typed, and what is printed.
//!
//! In a transcript, a line `→ REQUEST` is sent to a debug adapter, see [`dap`]. A line `$ COMMAND` is run by `sh`, and what it prints on both outputs follows, then `[N]` if it
//! ended with another exit code than 0. `nix-instantiate.txt` was recorded from Nix 2.34.8 and must not be renewed
//! from what we print; the others are renewed by `UPDATE_GOLDEN=1 cargo test -p nixscope-cli`.

mod dap;
mod package;
mod pages;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of its own for each test, with the commands and some files in it.
struct Place {
    folder: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let commands = folder.join("bin");
        std::fs::create_dir_all(&commands).expect("the folder can be made");
        for command in ["nixscope", "nix-instantiate"] {
            let link = commands.join(command);
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nixscope"), link).expect("a link can be made");
        }
        let folder = folder.canonicalize().expect("the folder is there");
        Self { folder }
    }

    /// One of our commands, by its path.
    fn program(&self, name: &str) -> String {
        self.folder.join("bin").join(name).to_string_lossy().into_owned()
    }

    /// The folder that commands run in, which is called `/test` in transcripts.
    fn home(&self) -> PathBuf {
        let home = self.folder.join("files");
        std::fs::create_dir_all(&home).expect("the folder can be made");
        home
    }

    /// A command that sees nothing of this machine but this place.
    fn command(&self, program: &str) -> Command {
        let (home, path) = (self.home(), format!("{}:/usr/bin:/bin", self.folder.join("bin").display()));
        let mut command = Command::new(program);
        command.current_dir(&home).env_clear().env("PATH", path).env("HOME", &home).env("NIX_CONF_DIR", &home);
        command
    }

    /// Runs a command; gives what it prints and how it ends.
    fn run(&self, command: &str) -> String {
        let home = self.home();
        let output = self
            .command("sh")
            .args(["-c", &format!("{{ {command}\n}} 2>&1")])
            .stdin(Stdio::null())
            .output()
            .expect("there is a shell");
        let mut text = String::from_utf8_lossy(&output.stdout).replace(&*home.to_string_lossy(), "/test");
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str("[no line break]\n");
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => writeln!(text, "[{code}]").expect("a string takes all"),
            None => text.push_str("[killed]\n"),
        }
        text
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs a transcript again; gives what it would be now.
fn replay(name: &str) -> (PathBuf, String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{name}.txt"));
    let recorded = std::fs::read_to_string(&path).expect("there is such a transcript");
    let place = Place::new(name);
    let mut replayed = String::new();
    let mut client: Option<dap::Client> = None;
    for line in recorded.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            let _ = writeln!(replayed, "{line}");
            replayed.push_str(&place.run(command));
        } else if let Some(request) = line.strip_prefix("→ ") {
            let home = place.home().to_string_lossy().into_owned();
            if request.starts_with("launch") {
                client = Some(dap::Client::begin(place.command(&place.program("nixscope")).arg("dap")));
            }
            let client = client.as_mut().expect("a session begins with `launch`");
            let told = client.play(&request.replace("/test/", &format!("{home}/")));
            let _ = write!(replayed, "{line}\n{}", told.replace(&home, "/test"));
        } else if line.starts_with('#') {
            let _ = writeln!(replayed, "{line}");
        }
    }
    (path, recorded, replayed)
}

fn check(recorded: &str, replayed: &str) {
    if recorded == replayed {
        return;
    }
    let steps = |text: &str| -> Vec<String> { text.split("\n$ ").map(str::to_owned).collect() };
    let mut report = String::new();
    for (expected, found) in steps(recorded).iter().zip(&steps(replayed)).filter(|(a, b)| a != b) {
        let _ = writeln!(report, "\n==== expected\n{expected}\n==== found\n{found}");
    }
    panic!("the transcript differs:{report}");
}

#[test]
fn as_nix_instantiate() {
    let (_, recorded, replayed) = replay("nix-instantiate");
    check(&recorded, &replayed);
}

/// Compares with a transcript of ours, or renews it.
fn check_own(name: &str) {
    let (path, recorded, replayed) = replay(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, replayed).expect("the transcript can be written");
        return;
    }
    check(&recorded, &replayed);
}

#[test]
fn as_nixscope() {
    check_own("nixscope");
}

#[test]
fn debugging() {
    check_own("debug");
}

#[test]
fn recording() {
    check_own("record");
}

#[test]
fn images() {
    check_own("image");
}

#[test]
fn adapting() {
    check_own("dap");
}

#[test]
fn checking() {
    check_own("check");
}
