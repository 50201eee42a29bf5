//! What the environment says: `nix.conf`, `NIX_CONFIG`, `NIX_PATH` and channels. Never prints.

use std::path::{Path, PathBuf};

use crate::settings::Settings;

/// The settings of this machine and user, with what there is to warn about.
pub(crate) fn settings() -> (Settings, Vec<String>) {
    let mut settings = Settings::default();
    let mut warnings = Vec::new();
    let folder = std::env::var_os("NIX_CONF_DIR").filter(|it| !it.is_empty());
    let folder = folder.map_or_else(|| PathBuf::from("/etc/nix"), PathBuf::from);
    let mut text = String::new();
    for path in user_files().iter().chain([&folder.join("nix.conf")]).rev() {
        if let Ok(found) = std::fs::read_to_string(path) {
            with_includes(&found, path, 0, &mut text, &mut warnings);
        }
    }
    text.push_str(&std::env::var("NIX_CONFIG").unwrap_or_default());
    warnings.extend(settings.read_conf(&text));
    if let Ok(path) = std::env::var("NIX_PATH") {
        settings.nix_path = Some(split_nix_path(&path));
    }
    settings.abort_on_warn |= std::env::var("NIX_ABORT_ON_WARN").is_ok_and(|it| matches!(&*it, "1" | "yes" | "true"));
    (settings, warnings)
}

/// How many files may include each other.
const MAX_INCLUDES: usize = 32;

/// Adds the lines of a file of settings to `out`, with those of the files that it includes.
fn with_includes(text: &str, path: &Path, depth: usize, out: &mut String, warnings: &mut Vec<String>) {
    for line in text.lines() {
        let words: Vec<&str> = line.split('#').next().unwrap_or("").split_ascii_whitespace().collect();
        let (name, may_miss) = match *words {
            ["include", name] => (name, false),
            ["!include", name] => (name, true),
            _ => {
                out.push_str(line);
                out.push('\n');
                continue;
            }
        };
        let included = path.parent().unwrap_or(path).join(name);
        match std::fs::read_to_string(&included) {
            Ok(text) if depth < MAX_INCLUDES => with_includes(&text, &included, depth + 1, out, warnings),
            Ok(_) => warnings.push(format!("file '{}' includes itself", included.display())),
            Err(_) if may_miss => {}
            Err(_) => {
                warnings.push(format!("file '{}' included from '{}' not found", included.display(), path.display()));
            }
        }
    }
}

/// Where users keep settings, the most important file first.
fn user_files() -> Vec<PathBuf> {
    if let Some(files) = std::env::var_os("NIX_USER_CONF_FILES") {
        return std::env::split_paths(&files).collect();
    }
    let home = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(Path::new(&home).join(".config"))
    });
    let others = std::env::var_os("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".into());
    home.into_iter().chain(std::env::split_paths(&others)).map(|it| it.join("nix/nix.conf")).collect()
}

/// Where `<name>` is looked for: what the command line says, then settings, then channels. Each as prefix and path.
pub(crate) fn search_path(includes: &[String], settings: &Settings) -> Vec<(String, String)> {
    if settings.pure_eval {
        return Vec::new();
    }
    let channels = if settings.restrict_eval { Vec::new() } else { channels() };
    let set = settings.nix_path.iter().flatten();
    includes.iter().chain(set).chain(&channels).map(|it| split_entry(it)).collect()
}

fn split_entry(entry: &str) -> (String, String) {
    let (prefix, path) = entry.split_once('=').unwrap_or(("", entry));
    (prefix.to_owned(), path.to_owned())
}

/// Channels that are there.
fn channels() -> Vec<String> {
    let mut found = Vec::new();
    if let Some(home) = std::env::var_os("HOME") {
        let path = Path::new(&home).join(".nix-defexpr/channels");
        found.extend(path.exists().then(|| path.to_string_lossy().into_owned()));
    }
    let state = std::env::var_os("NIX_STATE_DIR").unwrap_or_else(|| "/nix/var/nix".into());
    let root = Path::new(&state).join("profiles/per-user/root/channels");
    let nixpkgs = root.join("nixpkgs");
    found.extend(nixpkgs.exists().then(|| format!("nixpkgs={}", nixpkgs.to_string_lossy())));
    found.extend(root.exists().then(|| root.to_string_lossy().into_owned()));
    found
}

/// Whether Nix takes it for an address rather than a path.
pub(crate) fn is_pseudo_url(text: &str) -> bool {
    const SCHEMES: [&str; 7] = ["http", "https", "file", "channel", "git", "s3", "ssh"];
    text.starts_with("channel:") || text.split_once("://").is_some_and(|(scheme, _)| SCHEMES.contains(&scheme))
}

/// The entries of `NIX_PATH`: colons separate them, but not the one in an address.
fn split_nix_path(path: &str) -> Vec<String> {
    let mut entries = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let mut end = rest.find(':').unwrap_or(rest.len());
        let start = rest[..end].rfind('=').map_or(0, |it| it + 1);
        if end < rest.len() && (is_pseudo_url(&rest[start..]) || rest[start..].starts_with("flake:")) {
            end = rest[end + 1..].find(':').map_or(rest.len(), |it| end + 1 + it);
        }
        entries.push(rest[..end].to_owned());
        rest = rest.get(end + 1..).unwrap_or("");
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nix_path_is_split() {
        let cases: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("a:b=c", &["a", "b=c"]),
            ("nixpkgs=https://x.org/y:foo", &["nixpkgs=https://x.org/y", "foo"]),
            ("a=channel:nixos-unstable:/b", &["a=channel:nixos-unstable", "/b"]),
            ("a=flake:nixpkgs:/b:", &["a=flake:nixpkgs", "/b"]),
            ("a::b", &["a", "", "b"]),
        ];
        for (path, expected) in cases {
            assert_eq!(split_nix_path(path), expected, "{path}");
        }
    }
}
