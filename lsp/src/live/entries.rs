//! Which expression runs a file, so that what is in it has values: found by how the file and those around it are written.
//!
//! | the file | is run by |
//! |---|---|
//! | says so itself, or a setting does | that expression |
//! | `flake.nix` | its outputs, with the inputs that are on this machine |
//! | needs nothing it has no default for | itself |
//! | is named by a file around it | that file, in turn run by one of these |
//! | takes what a package takes | `callPackage` of the package set around it, or of `<nixpkgs>` |
//! | takes what a module takes | `evalModules` of the library there |
//! | takes what an overlay takes | the package set with it |
//! | is read by the package set around it | that set |

use nixscope_engine::session::live::Way;
use nixscope_engine::world::CanonPath;

use crate::ide::{self, Document, Files, Formals, Shape};
use crate::state::Snapshot;

use super::{calls, flake};

/// One way to run a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is called among those of one file: the same as long as it is the same way.
    pub id: String,
    /// What kind it is.
    pub kind: EntryKind,
    /// What a person calls it.
    pub label: String,
    /// How the file is run.
    pub way: Way,
    /// An expression for the package set the file belongs to, if there is one.
    pub packages: Option<String>,
}

/// What kind of way it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The file itself.
    File,
    /// A package of a package set.
    Package,
    /// A module that is evaluated.
    Module,
    /// The outputs of a flake.
    Flake,
    /// Another file that names this one.
    Importer,
    /// What a setting says.
    Setting,
    /// What a comment in the file says.
    Comment,
}

impl Entry {
    /// What somebody says a file is run by. Relative paths start at `folder`.
    #[must_use]
    pub fn said(kind: EntryKind, text: String, folder: &str) -> Self {
        Self {
            id: format!("{}:{text}", kind.name()),
            kind,
            label: text.clone(),
            way: Way::Expression { text, folder: folder.to_owned(), through: Vec::new() },
            packages: None,
        }
    }

    /// The expression that runs the file; none if it runs by itself.
    #[must_use]
    pub fn expression(&self) -> Option<&str> {
        match &self.way {
            Way::Itself => None,
            Way::Expression { text, .. } => Some(text),
        }
    }
}

impl EntryKind {
    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Package => "package",
            Self::Module => "module",
            Self::Flake => "flake",
            Self::Importer => "importer",
            Self::Setting => "setting",
            Self::Comment => "comment",
        }
    }
}

/// How many files are gone through from one that runs by itself.
const MAX_THROUGH: usize = 4;
/// How many files of a directory are asked whether they name another.
const MAX_BESIDE: usize = 200;
/// How many ways of one file are tried.
const MAX_ENTRIES: usize = 8;
/// What modules are called with.
const OF_MODULES: &[&str] =
    &["config", "options", "lib", "pkgs", "modulesPath", "utils", "inputs", "self", "specialArgs"];

/// The ways to run a file, the likeliest first.
#[must_use]
pub(super) fn entries(now: &Snapshot, path: &str, doc: &Document) -> Vec<Entry> {
    let mut found = Vec::new();
    let folder = folder_of(path);
    if let Some(text) = ide::entry_comment(doc) {
        found.push(Entry::said(EntryKind::Comment, text, folder));
    }
    for (pattern, text) in &now.config.live.entries {
        if is_match(pattern, path, &now.roots) {
            let folder = now.roots.iter().find(|it| is_below(path, it)).map_or(folder, String::as_str);
            found.push(Entry::said(EntryKind::Setting, text.clone(), folder));
        }
    }
    let search = Search { now };
    found.extend(search.ways(path, doc, &mut vec![path.to_owned()]));
    let mut ids: Vec<String> = Vec::new();
    found.retain(|it| {
        let is_new = !ids.contains(&it.id);
        ids.push(it.id.clone());
        is_new
    });
    found.truncate(MAX_ENTRIES);
    found
}

struct Search<'a> {
    now: &'a Snapshot,
}

impl Search<'_> {
    fn ways(&self, path: &str, doc: &Document, trail: &mut Vec<String>) -> Vec<Entry> {
        let shape = ide::shape(doc);
        if path.ends_with("/flake.nix") && shape.keys.iter().any(|it| it == "outputs") {
            return vec![self.flake(path), itself()];
        }
        if needs_nothing(&shape) {
            let mut found = vec![itself()];
            if shape.is_function || shape.is_from_elsewhere {
                found.extend(self.by_importers(path, trail));
            }
            // What is written elsewhere may be a package.
            if !shape.is_function && shape.is_from_elsewhere {
                found.extend(self.package(path));
            }
            return found;
        }
        let mut found = self.by_importers(path, trail);
        if shape.params.len() > 1 {
            found.extend(self.package_set(path));
        }
        match &shape.formals {
            Some(formals) if is_module(formals, &shape) => found.extend(self.module(path)),
            Some(_) => found.extend(self.package(path)),
            None if is_overlay(&shape) => found.extend(self.overlay(path)),
            None => {}
        }
        if shape.params.len() == 1 {
            found.extend(self.package_set(path));
        }
        found.push(itself());
        found
    }

    fn flake(&self, path: &str) -> Entry {
        let folder = folder_of(path);
        Entry {
            id: "flake".to_owned(),
            kind: EntryKind::Flake,
            label: "outputs".to_owned(),
            way: Way::Expression {
                text: flake::expression(folder, &self.now.config.live.nix_path),
                folder: folder.to_owned(),
                through: Vec::new(),
            },
            packages: None,
        }
    }

    /// The ways of files around that name this one.
    fn by_importers(&self, path: &str, trail: &mut Vec<String>) -> Vec<Entry> {
        let mut found = Vec::new();
        if trail.len() > MAX_THROUGH {
            return found;
        }
        for importer in self.importers(path) {
            if trail.contains(&importer) || found.len() >= MAX_ENTRIES {
                continue;
            }
            let Some(doc) = self.now.document(&importer) else { continue };
            trail.push(importer.clone());
            let ways = self.ways(&importer, &doc, trail);
            trail.pop();
            let needs_call = ide::shape(&doc).is_function;
            for entry in ways.into_iter().take(2) {
                let (text, folder, mut through) = match entry.way {
                    // A function that nobody can call leads nowhere.
                    Way::Itself if needs_call && !needs_nothing(&ide::shape(&doc)) => continue,
                    Way::Itself => {
                        let call = if needs_call { " { }" } else { "" };
                        (format!("import {}{call}", literal(&importer)), folder_of(&importer).to_owned(), Vec::new())
                    }
                    Way::Expression { text, folder, through } => (text, folder, through),
                };
                through.push(CanonPath::new(super::world::real(&importer).as_bytes()));
                let name = self.short(&importer);
                found.push(Entry {
                    id: format!("importer:{name}:{}", entry.id),
                    kind: EntryKind::Importer,
                    label: match entry.kind {
                        EntryKind::File => name,
                        _ => format!("{name} by {}", entry.label),
                    },
                    way: Way::Expression { text, folder, through },
                    packages: entry.packages,
                });
            }
        }
        found
    }

    /// Files that name this one: those around it, or else others of the workspace, which take longer to find.
    fn importers(&self, path: &str) -> Vec<String> {
        let mut candidates: Vec<String> = Vec::new();
        for (depth, folder) in ide::around(path).enumerate() {
            if depth < 2 {
                let beside = self.now.entries(folder).into_iter().filter(|it| it.name.ends_with(".nix"));
                candidates.extend(beside.take(MAX_BESIDE).map(|it| format!("{folder}/{}", it.name)));
            } else {
                candidates.extend(["default.nix", "flake.nix"].map(|it| format!("{folder}/{it}")));
            }
            if self.now.roots.iter().any(|it| it == folder) {
                break;
            }
        }
        // What gathers others is named so; `flake.nix` gathers most.
        candidates.sort_by_key(|it| (!it.ends_with("/default.nix"), !it.ends_with("/flake.nix")));
        let names =
            |it: &String| self.now.document(it).is_some_and(|doc| !ide::mentions(&doc, self.now, path).is_empty());
        let is_other = |it: &String| it != path;
        let mut found: Vec<String> = candidates.into_iter().filter(is_other).filter(names).take(MAX_ENTRIES).collect();
        if found.is_empty() {
            found = self.now.importers(path).into_iter().map(|it| it.0).filter(is_other).collect();
            found.dedup();
            found.truncate(MAX_ENTRIES);
        }
        found
    }

    /// The package set that a file belongs to, or the one of the settings, as an expression that gives it; and its root.
    fn packages(&self, path: &str) -> Option<(String, String)> {
        let around = ide::packages_around(self.now, path).map(str::to_owned);
        let root = around.or_else(|| self.now.nixpkgs()).or_else(|| flake::input_near(path, "nixpkgs"))?;
        Some((format!("import {} {{ }}", literal(&root)), root))
    }

    fn package(&self, path: &str) -> Vec<Entry> {
        let Some((packages, root)) = self.packages(path) else { return Vec::new() };
        let mut found = Vec::new();
        let mut add = |attr: &str| {
            found.push(Entry {
                id: format!("package:{attr}"),
                kind: EntryKind::Package,
                label: attr.to_owned(),
                way: by(format!("({packages}).{attr}")),
                packages: Some(packages.clone()),
            });
        };
        let below = path.strip_prefix(&format!("{root}/pkgs/")).unwrap_or_default();
        let parts: Vec<&str> = below.split('/').collect();
        if let ["by-name", _, name, "package.nix" | "default.nix"] = parts[..] {
            add(&attribute(name));
        } else if is_below(path, &root) {
            let all = format!("{root}/pkgs/top-level/all-packages.nix");
            if let Some(doc) = self.now.document(&all) {
                for mention in ide::mentions(&doc, self.now, path).into_iter().take(2) {
                    if !mention.bound_to.is_empty() {
                        add(&mention.bound_to.iter().map(|it| attribute(it)).collect::<Vec<_>>().join("."));
                    }
                }
            }
        }
        // Packages of an interpreter are called by its own.
        let of = if path.contains("/python-modules/") { "python3Packages." } else { "" };
        found.push(Entry {
            id: "package".to_owned(),
            kind: EntryKind::Package,
            label: format!("{of}callPackage"),
            way: by(format!("({packages}).{of}callPackage {} {{ }}", literal(path))),
            packages: Some(packages.clone()),
        });
        let below = path.strip_prefix(&root).unwrap_or(path);
        found.extend(calls::with_what_there_is(&packages, path, below).into_iter().map(|(of, text)| Entry {
            id: format!("{of}package with what there is"),
            kind: EntryKind::Package,
            label: format!("{of}callPackage with what there is"),
            way: by(text),
            packages: Some(packages.clone()),
        }));
        found
    }

    fn overlay(&self, path: &str) -> Option<Entry> {
        let (packages, _) = self.packages(path)?;
        Some(Entry {
            id: "overlay".to_owned(),
            kind: EntryKind::Package,
            label: "overlay".to_owned(),
            way: by(calls::overlaid(&packages, path)),
            packages: Some(packages),
        })
    }

    /// The package set itself, of which nobody knows by which paths it reads the file.
    fn package_set(&self, path: &str) -> Option<Entry> {
        let (packages, _) = self.packages(path).filter(|it| is_below(path, &it.1))?;
        Some(Entry {
            id: "packages".to_owned(),
            kind: EntryKind::Package,
            label: "the package set".to_owned(),
            way: by(packages.clone()),
            packages: Some(packages),
        })
    }

    /// The library that a file can use which lies in its tree, or that of the package set.
    fn library(&self, path: &str, root: Option<&str>) -> Option<String> {
        let has = |folder: &str| {
            ["default.nix", "modules.nix"].iter().all(|it| self.now.kind(&format!("{folder}/{it}")).is_some())
        };
        let around = ide::around(path).flat_map(|it| [it.to_owned(), format!("{it}/lib")]).find(|it| has(it));
        around.or_else(|| Some(format!("{}/lib", root?)))
    }

    fn module(&self, path: &str) -> Vec<Entry> {
        let (packages, root) = self.packages(path).unzip();
        let Some(lib) = self.library(path, root.as_deref()) else { return Vec::new() };
        let pkgs =
            packages.as_ref().map(|it| format!("_module.args.pkgs = lib.mkDefault ({it}); ")).unwrap_or_default();
        let text = format!(
            "let lib = import {}; in lib.evalModules {{ modules = [ {} {{ _module.check = false; {pkgs}}} ]; }}",
            literal(&lib),
            literal(path)
        );
        vec![Entry {
            id: "module".to_owned(),
            kind: EntryKind::Module,
            label: "evalModules".to_owned(),
            way: by(text),
            packages,
        }]
    }

    /// A path as it is seen from the workspace.
    fn short(&self, path: &str) -> String {
        let root = self.now.roots.iter().find(|it| is_below(path, it));
        let below = root.and_then(|it| path.strip_prefix(it.as_str()));
        below.map_or(path, |it| it.trim_start_matches('/')).to_owned()
    }
}

fn itself() -> Entry {
    Entry {
        id: "file".to_owned(),
        kind: EntryKind::File,
        label: "the file itself".to_owned(),
        way: Way::Itself,
        packages: None,
    }
}

fn by(text: String) -> Way {
    Way::Expression { text, folder: "/".to_owned(), through: Vec::new() }
}

/// Whether a file has a value without anything from outside.
fn needs_nothing(shape: &Shape) -> bool {
    let has_defaults = || shape.formals.as_ref().is_some_and(|it| it.names.iter().all(|it| it.1));
    !shape.is_function || (shape.params.len() == 1 && has_defaults())
}

/// Whether a function takes what an overlay takes: what the set will be, and what it was.
fn is_overlay(shape: &Shape) -> bool {
    let is = |at: usize, names: &[&str]| shape.params.get(at).is_some_and(|it| names.contains(&it.as_str()));
    shape.params.len() == 2 && is(0, &["final", "self", "pkgs"]) && is(1, &["prev", "super", "previous", "old"])
}

/// Whether a function takes and gives what a module does.
fn is_module(formals: &Formals, shape: &Shape) -> bool {
    let has = |name: &str| shape.keys.iter().any(|it| it == name);
    let says_so = has("config") || has("options") || has("imports");
    let takes = |name: &str| formals.names.iter().any(|it| it.0 == name);
    let all_known = formals.names.iter().all(|it| OF_MODULES.contains(&it.0.as_str()));
    formals.is_open && !shape.keys.is_empty() && (says_so || takes("config") || (takes("pkgs") && all_known))
}

/// A path as an expression.
#[must_use]
pub fn literal(path: &str) -> String {
    format!("(/. + {})", string(path))
}

/// A text as an expression.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${"))
}

/// A name as it is written in an attribute path.
pub(super) fn attribute(name: &str) -> String {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_');
    let is_word = begins && bytes.all(|it| it.is_ascii_alphanumeric() || b"_-'".contains(&it));
    if is_word { name.to_owned() } else { string(name) }
}

pub(super) fn folder_of(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|it| folder.ends_with('/') || it.starts_with('/'))
}

/// Whether a pattern such as `hosts/*.nix` means a file, seen from one of the folders of the workspace.
fn is_match(pattern: &str, path: &str, roots: &[String]) -> bool {
    let below = roots.iter().filter(|it| is_below(path, it)).map(|it| path[it.len()..].trim_start_matches('/'));
    let Ok(pattern) = globset::GlobBuilder::new(pattern).literal_separator(true).build() else { return false };
    let pattern = pattern.compile_matcher();
    below.chain([path]).any(|it| pattern.is_match(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, path, expected) in [
            ("hosts/*.nix", "hosts/a.nix", true),
            ("hosts/*.nix", "hosts/a/b.nix", false),
            ("hosts/**", "hosts/a/b.nix", true),
            ("**/module.nix", "a/b/module.nix", true),
            ("**/module.nix", "module.nix", true),
            ("a", "ab", false),
            ("{", "a", false),
            ("/w/a.nix", "a.nix", true),
        ] {
            assert_eq!(is_match(pattern, &format!("/w/{path}"), &["/w".to_owned()]), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn names_and_paths() {
        assert_eq!(literal("/a b/${c}"), "(/. + \"/a b/\\${c}\")");
        assert_eq!((attribute("a-b"), attribute("3d")), ("a-b".to_owned(), "\"3d\"".to_owned()));
        assert!(is_below("/a/b", "/a") && is_below("/a", "/") && !is_below("/ab", "/a"));
    }
}
