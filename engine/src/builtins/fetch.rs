//! What is fetched from elsewhere. Arguments are checked as Nix checks them; then only what is in the store already can
//! be had, since nothing here uses the network.

use crate::ir::Symbol;
use crate::source::Pos;
use crate::store::{ContentMethod, Hash, HashAlgorithm, HashFormat, StorePath, check_name as check_store_name};
use crate::value::{Tag, Value};
use crate::vm::{Blame, COERCE, Fault, FaultKind, Frame, IF_VALUE, Native, Need, Next, START, Vm, arg};
use crate::world::{CanonPath, NoteKind, Request};

use super::attrs::check_name;
use super::flake_ref::{self, Attr, Attrs};
use super::flakes::attr_of;

/// The builtins of this family.
pub(super) const TABLE: &[Native] = &[
    Native::steps(
        "fetchurl",
        &[arg("arg", Need::Lazy, "")],
        download,
        "The file at a URL, as a path in the store. *arg* is the URL, or a set with `url`, and perhaps `sha256` and \
         `name`. What is not in the store yet cannot be had.",
    )
    .whys(DOWNLOAD_WHYS)
    .explaining(explain_download),
    Native::steps(
        "fetchTarball",
        &[arg("args", Need::Lazy, "")],
        download,
        "The contents of the archive at a URL, as a path in the store. *args* is the URL, or a set with `url`, and \
         perhaps `sha256` and `name`. What is not in the store yet cannot be had.",
    )
    .everywhere()
    .whys(DOWNLOAD_WHYS)
    .explaining(explain_download),
    Native::steps(
        "fetchGit",
        &[arg("args", Need::Lazy, "")],
        fetch_tree,
        "A git repository, as a set with `outPath` and facts about the commit. Its arguments are checked; it cannot be \
         had.",
    )
    .everywhere()
    .whys(&["while evaluating the first argument passed to 'fetchGit'"]),
    Native::steps(
        "fetchTree",
        &[arg("input", Need::Lazy, "")],
        fetch_tree,
        "A tree of files from elsewhere. Its arguments are checked; it cannot be had.",
    )
    .feature_everywhere("fetch-tree")
    .whys(&["while evaluating the first argument passed to 'fetchTree'"]),
    Native::steps(
        "fetchMercurial",
        &[arg("args", Need::Lazy, "")],
        fetch_mercurial,
        "A Mercurial repository. Its arguments are checked; it cannot be had.",
    )
    .everywhere()
    .whys(&["while evaluating the first argument passed to builtins.fetchMercurial"])
    .explaining(explain_mercurial),
    Native::pure(
        "fetchClosure",
        &[arg("args", Need::Attrs, "while evaluating the argument passed to builtins.fetchClosure")],
        |_, _| Err(cannot_fetch("a store path")),
        "A store path from a binary cache. It cannot be had.",
    )
    .feature("fetch-closure"),
];

const DOWNLOAD_WHYS: &[&str] = &["while evaluating the url we should fetch"];

const FORCED: u32 = START + 1;
const ATTR: u32 = START + 2;
const COERCED: u32 = START + 3;
const NOTED: u32 = START + 4;
const EXPECTED: u32 = START + 5;

// Slots: the argument, the index of the attribute at hand, then what was found in it.
const INDEX: u32 = 1;
const URL: u32 = 2;
const NAME: u32 = 3;
const HASH: u32 = 4;

/// What is said instead of fetching.
pub(super) fn cannot_fetch(what: &str) -> Fault {
    Fault::new(FaultKind::Outside, format!("cannot fetch {what}: nixscope does not use the network"))
}

fn fault(text: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Eval, text)
}

/// The name by which this builtin was called.
fn who(vm: &Vm, frame: &Frame) -> &'static str {
    vm.native(frame.code).name
}

/// The attribute at hand, and its value.
fn attr_at_hand(vm: &Vm, frame: &Frame) -> Option<(Symbol, Pos, Value)> {
    let index = vm.slot(frame, INDEX).payload() as usize;
    vm.heap.own_attrs(vm.slot(frame, 0)).get(index).copied()
}

fn explain_download(vm: &Vm, frame: &Frame, _: Blame, fault: &mut Fault) {
    if frame.pc == ATTR
        && let Some((name, pos, _)) = attr_at_hand(vm, frame)
    {
        let why = match vm.heap.symbols.bytes(name) {
            b"url" => "while evaluating the url we should fetch",
            b"sha256" => "while evaluating the sha256 of the content we should fetch",
            b"name" => "while evaluating the name of the content we should fetch",
            _ => return,
        };
        fault.push_trace(pos, why);
    }
}

/// Starts with the argument forced: its set, if it is one, has its attributes taken one after the other.
fn begin(vm: &mut Vm, frame: &mut Frame) -> bool {
    let v = vm.pop();
    let is_set = v.is_attrs();
    let v = if is_set { vm.heap.flatten(v) } else { v };
    vm.set_slot(frame, 0, v);
    for slot in [Value::raw(0), Value::NULL, Value::NULL, Value::NULL] {
        vm.push(slot);
    }
    is_set
}

fn advance(vm: &mut Vm, frame: &Frame) {
    let index = vm.slot(frame, INDEX).payload();
    vm.set_slot(frame, INDEX, Value::raw(index + 1));
}

fn download(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc = FORCED;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        FORCED => {
            if begin(vm, frame) {
                return next_download_attr(vm, frame);
            }
            let url = vm.slot(frame, 0);
            frame.why = 1;
            check_name(vm, url)?;
            frame.why = 0;
            vm.set_slot(frame, URL, url);
            check_download(vm, frame)
        }
        ATTR => {
            let v = vm.pop();
            if let Some((name, pos, _)) = attr_at_hand(vm, frame) {
                check_name(vm, v).map_err(|it| it.at(pos))?;
                let slot = match vm.heap.symbols.bytes(name) {
                    b"url" => URL,
                    b"name" => NAME,
                    _ => HASH,
                };
                vm.set_slot(frame, slot, v);
            }
            advance(vm, frame);
            next_download_attr(vm, frame)
        }
        NOTED => {
            vm.answer_other().into_done()?;
            look_for_download(vm, frame)
        }
        _ => {
            let found = vm.answer_stat()?;
            match expected_path(vm, frame)? {
                Some(path) if found.is_some() => Ok(Next::Return(vm.store_path_string(path))),
                _ => Err(cannot_fetch(&format!("'{}'", vm.heap.text(vm.slot(frame, URL))))),
            }
        }
    }
}

fn next_download_attr(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = FORCED;
    match attr_at_hand(vm, frame) {
        Some((name, _, v)) => {
            if !matches!(vm.heap.symbols.bytes(name), b"url" | b"sha256" | b"name") {
                let name = vm.heap.symbols.text(name);
                return Err(fault(format!("unsupported argument '{name}' to '{}'", who(vm, frame))));
            }
            frame.pc = ATTR;
            vm.push(v);
            Ok(Next::Force)
        }
        None if vm.slot(frame, URL) == Value::NULL => Err(fault("'url' argument required")),
        None => check_download(vm, frame),
    }
}

/// The name of what is fetched, and whether it was given.
fn download_name(vm: &Vm, frame: &Frame) -> (String, bool) {
    let (url, name) = (vm.slot(frame, URL), vm.slot(frame, NAME));
    let given = if name == Value::NULL { String::new() } else { vm.heap.text(name) };
    if !given.is_empty() {
        return (given, true);
    }
    if name == Value::NULL && who(vm, frame) == "fetchTarball" {
        return ("source".into(), false);
    }
    let url = vm.heap.text(url);
    let trimmed = url.trim_end_matches('/');
    (trimmed.rsplit('/').next().unwrap_or_default().to_owned(), name != Value::NULL)
}

fn check_download(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let who = who(vm, frame);
    let (name, is_given) = download_name(vm, frame);
    if let Err(error) = check_store_name(&name) {
        let advice = if is_given {
            format!("Please change the value for the 'name' attribute passed to '{who}', so")
        } else if vm.slot(frame, 0).is_attrs() {
            format!("Please add a valid 'name' attribute to the argument for '{who}', so")
        } else {
            format!("Please pass an attribute set with 'url' and 'name' attributes to '{who}',  so")
        };
        let url = vm.heap.text(vm.slot(frame, URL));
        return Err(fault(format!(
            "invalid store path name when fetching URL '{url}': {error}. {advice} that it can create a valid store path."
        )));
    }
    let hash = vm.slot(frame, HASH);
    if hash == Value::NULL {
        if vm.settings.is_pure {
            return Err(fault(format!("in pure evaluation mode, '{who}' requires a 'sha256' argument")));
        }
        return Err(cannot_fetch(&format!("'{}'", vm.heap.text(vm.slot(frame, URL)))));
    }
    let parsed = expected_hash(vm, hash)?;
    if vm.heap.bytes(hash).is_empty() {
        let text = format!("found empty hash, assuming '{}'", parsed.format(HashFormat::Sri)).into_bytes().into();
        frame.pc = NOTED;
        return Ok(vm.ask(Request::Note { kind: NoteKind::Warning, text }));
    }
    look_for_download(vm, frame)
}

fn look_for_download(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = EXPECTED;
    let path = expected_path(vm, frame)?.map_or_else(CanonPath::root, |it| CanonPath::new(it.as_str().as_bytes()));
    Ok(vm.ask(Request::Stat(path)))
}

fn expected_hash(vm: &Vm, hash: Value) -> Result<Hash, Fault> {
    Hash::parse_allow_empty(&vm.heap.text(hash), Some(HashAlgorithm::Sha256)).map_err(|it| fault(it.to_string()))
}

fn expected_path(vm: &Vm, frame: &Frame) -> Result<Option<StorePath>, Fault> {
    let hash = vm.slot(frame, HASH);
    if hash == Value::NULL {
        return Ok(None);
    }
    let method = if who(vm, frame) == "fetchTarball" { ContentMethod::Nar } else { ContentMethod::Flat };
    let (name, _) = download_name(vm, frame);
    let path = StorePath::fixed(&name, method, &expected_hash(vm, hash)?, &[]);
    path.map(Some).map_err(|it| fault(it.to_string()))
}

/// `fetchGit` and `fetchTree`.
fn fetch_tree(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    let who = who(vm, frame);
    match frame.pc {
        START => {
            frame.pc = FORCED;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        FORCED => {
            if begin(vm, frame) {
                let has_type = vm.heap.attr(vm.slot(frame, 0), vm.names.type_).is_some();
                return match (who, has_type) {
                    ("fetchGit", true) => Err(fault("unexpected argument 'type'")),
                    ("fetchTree", false) => Err(fault("argument 'type' is missing in call to 'fetchTree'")),
                    _ => next_tree_attr(vm, frame),
                };
            }
            frame.pc = COERCED;
            frame.why = 1 | IF_VALUE;
            vm.push(vm.slot(frame, 0));
            vm.push(Value::raw(0));
            Ok(Next::Native(COERCE, 2))
        }
        COERCED => {
            frame.why = 0;
            let url = vm.heap.text(vm.top());
            if who == "fetchGit" {
                let url = flake_ref::git_url(&url).map_err(fault)?;
                return Err(cannot_fetch(&format!("'{url}'")));
            }
            let has_flakes = vm.settings.has_feature("flakes");
            if !has_flakes {
                let text = "passing a string argument to 'fetchTree' requires the 'flakes' experimental feature";
                return Err(fault(text));
            }
            flake_ref::parse(&url, has_flakes).map_err(fault)?;
            Err(cannot_fetch(&format!("'{url}'")))
        }
        _ => {
            let v = vm.pop();
            if let Some((name, ..)) = attr_at_hand(vm, frame) {
                check_tree_attr(vm, who, name, v)?;
            }
            advance(vm, frame);
            next_tree_attr(vm, frame)
        }
    }
}

fn check_tree_attr(vm: &Vm, who: &str, name: Symbol, v: Value) -> Result<(), Fault> {
    let name = vm.heap.symbols.text(name);
    match v.tag() {
        Tag::Str | Tag::Sym | Tag::Path | Tag::Bool => Ok(()),
        Tag::Int | Tag::BigInt => match vm.heap.as_int(v) {
            Some(n) if n < 0 => Err(fault(format!("negative value given for '{who}' argument '{name}': {n}"))),
            _ => Ok(()),
        },
        _ if name == "publicKeys" => super::derivation_outputs::require_feature(vm, "verified-fetches", ""),
        _ => {
            let found = vm.type_phrase(v);
            let text =
                format!("argument '{name}' to '{who}' is {found} while a string, Boolean or integer is expected");
            Err(Fault::new(FaultKind::Type, text))
        }
    }
}

fn next_tree_attr(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    if let Some((_, _, v)) = attr_at_hand(vm, frame) {
        frame.pc = ATTR;
        vm.push(v);
        return Ok(Next::Force);
    }
    frame.pc = FORCED;
    let who = who(vm, frame);
    let mut attrs: Attrs = Attrs::new();
    for (name, _, v) in vm.heap.own_attrs(vm.slot(frame, 0)) {
        if let Some(attr) = attr_of(vm, vm.heap.peek(v)) {
            attrs.insert(vm.heap.symbols.text(name).into_owned(), attr);
        }
    }
    if who == "fetchGit" {
        attrs.insert("type".into(), Attr::Str("git".into()));
    } else if attrs.contains_key("name") {
        return Err(fault("argument 'name' isn’t supported in call to 'fetchTree'"));
    }
    flake_ref::check(&mut attrs, vm.settings.has_feature("flakes")).map_err(fault)?;
    let what = match flake_ref::show(&attrs, vm.settings.has_feature("flakes")) {
        Ok(url) => format!("'{url}'"),
        Err(text) => return Err(fault(text)),
    };
    Err(cannot_fetch(&what))
}

fn explain_mercurial(vm: &Vm, frame: &Frame, blame: Blame, fault: &mut Fault) {
    if frame.pc == ATTR
        && let Some((name, pos, _)) = attr_at_hand(vm, frame)
    {
        let why = match vm.heap.symbols.bytes(name) {
            b"url" if blame != Blame::Value => return,
            b"url" => "while evaluating the `url` attribute passed to builtins.fetchMercurial",
            b"rev" => "while evaluating the `rev` attribute passed to builtins.fetchMercurial",
            _ => "while evaluating the `name` attribute passed to builtins.fetchMercurial",
        };
        fault.push_trace(pos, why);
    }
}

fn fetch_mercurial(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    match frame.pc {
        START => {
            frame.pc = FORCED;
            vm.push(vm.slot(frame, 0));
            Ok(Next::Force)
        }
        FORCED => {
            if begin(vm, frame) {
                return next_mercurial_attr(vm, frame);
            }
            frame.pc = COERCED;
            frame.why = 1 | IF_VALUE;
            vm.push(vm.slot(frame, 0));
            vm.push(Value::raw(0));
            Ok(Next::Native(COERCE, 2))
        }
        COERCED => Err(cannot_fetch(&format!("'{}'", vm.heap.text(vm.top())))),
        _ => {
            let v = vm.pop();
            if let Some((name, pos, _)) = attr_at_hand(vm, frame) {
                match vm.heap.symbols.bytes(name) {
                    b"url" => vm.set_slot(frame, URL, v),
                    _ => check_name(vm, v).map_err(|it| it.at(pos))?,
                }
            }
            advance(vm, frame);
            next_mercurial_attr(vm, frame)
        }
    }
}

fn next_mercurial_attr(vm: &mut Vm, frame: &mut Frame) -> Result<Next, Fault> {
    frame.pc = FORCED;
    match attr_at_hand(vm, frame) {
        Some((name, pos, v)) => match vm.heap.symbols.bytes(name) {
            b"url" => {
                frame.pc = ATTR;
                vm.push(v);
                vm.push(Value::raw(0));
                Ok(Next::Native(COERCE, 2))
            }
            b"rev" | b"name" => {
                frame.pc = ATTR;
                vm.push(v);
                Ok(Next::Force)
            }
            _ => {
                let name = vm.heap.symbols.text(name);
                Err(fault(format!("unsupported argument '{name}' to 'fetchMercurial'")).at(pos))
            }
        },
        None => match vm.slot(frame, URL) {
            url if url != Value::NULL && !vm.heap.bytes(url).is_empty() => {
                Err(cannot_fetch(&format!("'{}'", vm.heap.text(url))))
            }
            _ => Err(fault("'url' argument required")),
        },
    }
}
