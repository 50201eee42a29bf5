//! Nix's settings: which there are, which mean something here, and how their values are read. Never prints.

use std::collections::BTreeSet;

use nixscope_engine::lower::{Lint, Rules};

/// What settings say.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Settings {
    /// `show-trace`.
    pub show_trace: bool,
    /// `max-call-depth`.
    pub max_call_depth: Option<usize>,
    /// `pure-eval`.
    pub pure_eval: bool,
    /// `restrict-eval`.
    pub restrict_eval: bool,
    /// `trace-verbose`.
    pub trace_verbose: bool,
    /// `allow-import-from-derivation`.
    pub allow_import_from_derivation: bool,
    /// `abort-on-warn`.
    pub abort_on_warn: bool,
    /// `eval-system`, or else `system`.
    pub eval_system: String,
    /// `system`.
    pub system: String,
    /// `nix-path`; none if it was not set.
    pub nix_path: Option<Vec<String>>,
    /// `allowed-uris`.
    pub allowed_uris: Vec<String>,
    /// `experimental-features`.
    pub features: Vec<String>,
    /// `lint-url-literals` and its like.
    pub rules: Rules,
    /// Names that mean nothing, to be warned about in the end.
    pub unknown: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            show_trace: false,
            max_call_depth: None,
            pure_eval: false,
            restrict_eval: false,
            trace_verbose: false,
            allow_import_from_derivation: true,
            abort_on_warn: false,
            eval_system: String::new(),
            system: native_system(),
            nix_path: None,
            allowed_uris: Vec::new(),
            features: Vec::new(),
            rules: Rules::default(),
            unknown: BTreeSet::new(),
        }
    }
}

/// How a setting's value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `true` or `false`; as a flag, without value.
    Switch,
    /// A number.
    Number,
    /// Words.
    Words,
    /// Any text.
    Text,
}

/// Settings that do something here.
const KNOWN: &[(&str, Shape)] = &[
    ("abort-on-warn", Shape::Switch),
    ("allow-import-from-derivation", Shape::Switch),
    ("allowed-uris", Shape::Words),
    ("eval-system", Shape::Text),
    ("experimental-features", Shape::Words),
    ("lint-absolute-path-literals", Shape::Text),
    ("lint-short-path-literals", Shape::Text),
    ("lint-url-literals", Shape::Text),
    ("max-call-depth", Shape::Number),
    ("nix-path", Shape::Words),
    ("pure-eval", Shape::Switch),
    ("restrict-eval", Shape::Switch),
    ("show-trace", Shape::Switch),
    ("system", Shape::Text),
    ("trace-verbose", Shape::Switch),
];

/// Settings of Nix that are about building, fetching and the store: accepted, since scripts pass them, and of no
/// consequence for evaluation.
const ELSEWHERE: &[(Shape, &str)] = &[
    (
        Shape::Switch,
        "accept-flake-config allow-dirty allow-dirty-locks allow-new-privileges allow-symlinked-store \
         allow-unsafe-native-code-during-evaluation always-allow-substitutes auto-allocate-uids auto-optimise-store \
         build-compress-log build-fallback build-keep-log build-use-substitutes builders-use-substitutes \
         compress-build-log debugger-on-trace debugger-on-warn env-keep-derivations eval-cache fallback filter-syscalls \
         fsync-metadata fsync-store-paths gc-keep-derivations gc-keep-outputs http2 ignore-try impersonate-linux-26 \
         keep-build-log keep-derivations keep-env-derivations keep-failed keep-going keep-outputs \
         nix-shell-always-looks-for-shell-nix nix-shell-shebang-arguments-relative-to-script preallocate-contents \
         print-missing require-drop-supplementary-groups require-sigs run-diff-hook sandbox-fallback substitute \
         sync-before-registering trace-function-calls trace-import-from-derivation trust-tarballs-from-git-forges \
         use-case-hack use-cgroups use-registries use-sqlite-wal use-xdg-base-directories warn-dirty",
    ),
    (
        Shape::Number,
        "build-cores build-max-log-size build-timeout connect-timeout cores download-attempts download-buffer-size \
         download-speed eval-attrset-update-layer-rhs-threshold eval-profiler-frequency gc-reserved-space \
         http-connections log-lines max-build-log-size max-free max-silent-time max-substitution-jobs min-free \
         min-free-check-interval nar-buffer-size narinfo-cache-meta-ttl narinfo-cache-negative-ttl \
         narinfo-cache-positive-ttl stalled-download-timeout tarball-ttl timeout warn-large-path-threshold",
    ),
    (
        Shape::Words,
        "access-tokens allowed-impure-host-deps allowed-users binary-cache-public-keys binary-caches external-builders \
         extra-platforms hashed-mirrors ignored-acls impure-env plugin-files sandbox-paths secret-key-files \
         substituters system-features trusted-binary-caches trusted-public-keys trusted-substituters trusted-users",
    ),
    (
        Shape::Text,
        "bash-prompt bash-prompt-prefix bash-prompt-suffix build-dir build-hook build-poll-interval build-users-group \
         builders commit-lock-file-summary diff-hook eval-profile-file eval-profiler flake-registry id-count \
         json-log-path max-jobs netrc-file post-build-hook pre-build-hook sandbox sandbox-build-dir \
         sandbox-dev-shm-size ssl-cert-file start-id store upgrade-nix-store-path-url user-agent-suffix",
    ),
];

/// Names of the experimental features Nix 2.34 knows.
const FEATURES: &[&str] = &[
    "auto-allocate-uids",
    "blake3-hashes",
    "build-dynamic-derivations",
    "ca-derivations",
    "cgroups",
    "configurable-impure-env",
    "daemon-trust-override",
    "dynamic-derivations",
    "external-builders",
    "fetch-closure",
    "fetch-tree",
    "flakes",
    "git-hashing",
    "impure-derivations",
    "local-overlay-store",
    "mounted-ssh-store",
    "nix-command",
    "no-url-literals",
    "parse-toml-timestamps",
    "pipe-operators",
    "read-only-local-store",
    "recursive-nix",
    "verified-fetches",
];

/// How a setting is written, if there is one of that name.
#[must_use]
pub(crate) fn shape(name: &str) -> Option<Shape> {
    let known = KNOWN.iter().find(|it| it.0 == name).map(|it| it.1);
    known.or_else(|| ELSEWHERE.iter().find(|it| it.1.split(' ').any(|it| it == name)).map(|it| it.0))
}

impl Settings {
    /// Sets a setting, `extra-` in front of whose name adds to it. Gives what there is to warn about.
    ///
    /// # Errors
    /// What Nix says of such a setting or value.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<Vec<String>, String> {
        let (name, adds) = match (shape(name), name.strip_prefix("extra-")) {
            (None, Some(rest)) if shape(rest) == Some(Shape::Words) => (rest, true),
            _ => (name, false),
        };
        let Some(shape) = shape(name) else {
            self.unknown.insert(name.to_owned());
            return Ok(Vec::new());
        };
        let is_on = if shape == Shape::Switch { switch(name, value)? } else { false };
        match name {
            "abort-on-warn" => self.abort_on_warn = is_on,
            "allow-import-from-derivation" => self.allow_import_from_derivation = is_on,
            "allowed-uris" => replace(&mut self.allowed_uris, words(value), adds),
            "eval-system" => value.clone_into(&mut self.eval_system),
            "experimental-features" => return Ok(self.set_features(value, adds)),
            "lint-absolute-path-literals" => self.rules.absolute_paths = lint(name, value)?,
            "lint-short-path-literals" => self.rules.short_paths = lint(name, value)?,
            "lint-url-literals" => self.rules.url_literals = lint(name, value)?,
            "max-call-depth" => self.max_call_depth = Some(number(name, value)?),
            "nix-path" => replace(self.nix_path.get_or_insert_default(), words(value), adds),
            "pure-eval" => self.pure_eval = is_on,
            "restrict-eval" => self.restrict_eval = is_on,
            "show-trace" => self.show_trace = is_on,
            "system" => value.clone_into(&mut self.system),
            "trace-verbose" => self.trace_verbose = is_on,
            _ if shape == Shape::Number => drop(number(name, value.trim_end_matches(['k', 'K', 'M', 'G', 'T']))?),
            _ => {}
        }
        Ok(Vec::new())
    }

    fn set_features(&mut self, value: &str, adds: bool) -> Vec<String> {
        let mut names = words(value);
        names.sort_unstable();
        let (known, unknown) = names.into_iter().partition(|it| FEATURES.contains(&it.as_str()));
        replace(&mut self.features, known, adds);
        unknown.into_iter().map(|it: String| format!("unknown experimental feature '{it}'")).collect()
    }

    /// Reads settings as they are written in `nix.conf`. Gives what there is to warn about.
    pub(crate) fn read_conf(&mut self, text: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or("");
            let Some((name, value)) = line.split_once('=') else {
                if !line.trim().is_empty() {
                    warnings.push(format!("syntax error in configuration line '{line}'"));
                }
                continue;
            };
            match self.set(name.trim(), &words(value).join(" ")) {
                Ok(more) => warnings.extend(more),
                Err(warning) => warnings.push(warning),
            }
        }
        warnings
    }

    /// What `builtins.currentSystem` is.
    #[must_use]
    pub(crate) fn current_system(&self) -> &str {
        if self.eval_system.is_empty() { &self.system } else { &self.eval_system }
    }
}

fn replace(list: &mut Vec<String>, words: Vec<String>, adds: bool) {
    if !adds {
        list.clear();
    }
    list.extend(words);
}

fn words(value: &str) -> Vec<String> {
    value.split_ascii_whitespace().map(str::to_owned).collect()
}

fn switch(name: &str, value: &str) -> Result<bool, String> {
    match value {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("Boolean setting '{name}' has invalid value '{value}'")),
    }
}

fn number(name: &str, value: &str) -> Result<usize, String> {
    value.parse().map_err(|_| format!("setting '{name}' has invalid value '{value}'"))
}

fn lint(name: &str, value: &str) -> Result<Lint, String> {
    match value {
        "ignore" => Ok(Lint::Ignore),
        "warn" => Ok(Lint::Warn),
        "fatal" => Ok(Lint::Fatal),
        _ => Err(format!("option '{name}' has invalid value '{value}' (expected 'ignore', 'warn', or 'fatal')")),
    }
}

/// What Nix calls the machine it was built for.
fn native_system() -> String {
    let os = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let arch = if std::env::consts::ARCH == "x86" { "i686" } else { std::env::consts::ARCH };
    format!("{arch}-{os}")
}
