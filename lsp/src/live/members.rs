//! Names that may stand at a place, by what the values there really have.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use nixscope_engine::value::Value;
use rustc_hash::FxHashMap;

use crate::ide::{Base, BaseKind, Completion, CompletionKind, Completions, Step, TextRange};
use crate::state::{Open, Snapshot};

use super::kept::Asked;
use super::{LiveText, leads};

/// What names offered belong to, to say more of them when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The document.
    pub uri: String,
    /// Places that are the value it is an attribute of, in bytes of the text that was evaluated. None for options.
    pub of: Vec<(u32, u32)>,
    /// The attribute path from there.
    pub path: Vec<String>,
    /// Of options, what leads there from the definitions of a module.
    pub key: Vec<Step>,
}

/// How many answers an editor may still ask more about.
const MAX_OFFERED: usize = 16;

/// More of what was offered last, by number: an editor asks for it of the one name that somebody looks at.
#[derive(Debug, Default)]
pub struct Offered(Mutex<VecDeque<(u64, Arc<Offer>)>>);

/// More of the names of one answer.
#[derive(Debug, Default)]
pub struct Offer {
    /// Where those are from that values have.
    pub origin: Option<Origin>,
    /// What is said of some, in Markdown, by their place in the answer.
    pub docs: FxHashMap<u64, String>,
}

impl Offered {
    /// The number of what is offered now.
    pub fn note(&self, offer: Offer) -> u64 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = last.back().map_or(0, |it| it.0 + 1);
        last.push_back((number, Arc::new(offer)));
        if last.len() > MAX_OFFERED {
            last.pop_front();
        }
        number
    }

    /// What was offered by a number, if that is not long ago.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Arc<Offer>> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().find(|it| it.0 == number).map(|it| Arc::clone(&it.1))
    }
}

/// Adds the attributes that values have to what may stand at a place, if they may be meant by what is typed. Where they come
/// from.
pub fn extend(now: &Snapshot, open: &Open, found: &mut Completions, typed: &str) -> Option<Origin> {
    let base = found.base.clone()?;
    let live = now.live.text(&open.uri)?;
    let kept = live.kept.clone()?;
    kept.ask(|asked| {
        if base.kind == BaseKind::Key {
            return options(asked, open, base, found, typed);
        }
        let origins = origins(&live, open, &base);
        for origin in origins {
            let Some(set) = value(asked, &origin) else { continue };
            if asked.is_empty(set) {
                continue;
            }
            add(found, &asked.members(set, typed), base.kind);
            return Some(origin);
        }
        None
    })
}

/// What is said of an attribute that was offered.
#[must_use]
pub fn about(now: &Snapshot, origin: &Origin, label: &str) -> Option<String> {
    let live = now.live.text(&origin.uri)?;
    live.kept.clone()?.ask(|asked| {
        if origin.of.is_empty() {
            let sets = asked.option_sets(&origin.key);
            let set = sets.into_iter().find(|it| asked.has(*it, label))?;
            return leads::about(now, asked, set, label);
        }
        let set = value(asked, origin)?;
        leads::about(now, asked, set, label)
    })
}

fn origins(live: &LiveText, open: &Open, base: &Base) -> Vec<Origin> {
    let before = |it: &TextRange| {
        let start = live.before(&open.text, it.start)?;
        Some((start, start + (it.end - it.start)))
    };
    let origin = |of: Vec<(u32, u32)>| Origin { uri: open.uri.clone(), of, path: base.path.clone(), key: Vec::new() };
    let of = base.of.iter().map(|places| places.iter().filter_map(before).collect::<Vec<_>>());
    of.filter(|it| !it.is_empty()).map(origin).collect()
}

/// The set that names belong to.
fn value(asked: &mut Asked, origin: &Origin) -> Option<Value> {
    let start = origin.of.iter().find_map(|it| asked.at(*it)).map(|it| it.value)?;
    asked.along(start, &origin.path).filter(|it| it.is_attrs())
}

/// Adds the options that may be defined at a place.
fn options(asked: &mut Asked, open: &Open, base: Base, found: &mut Completions, typed: &str) -> Option<Origin> {
    let mut members: Vec<super::Member> = Vec::new();
    for set in asked.option_sets(&base.key) {
        for member in asked.option_members(set, typed) {
            if !members.iter().any(|it| it.name == member.name) {
                members.push(member);
            }
        }
    }
    if members.is_empty() {
        return None;
    }
    add(found, &members, base.kind);
    Some(Origin { uri: open.uri.clone(), of: Vec::new(), path: Vec::new(), key: base.key })
}

fn add(found: &mut Completions, members: &[super::Member], kind: BaseKind) {
    let known: rustc_hash::FxHashSet<&str> = members.iter().map(|it| it.name.as_str()).collect();
    // What a value really has is told once, with what it is.
    let mut others: Vec<Completion> = Vec::new();
    let mut docs = FxHashMap::default();
    for item in std::mem::take(&mut found.items) {
        if known.contains(item.label.as_str()) && kind != BaseKind::Variable {
            docs.insert(item.label.clone(), item.doc);
        } else {
            others.push(item);
        }
    }
    let seen: rustc_hash::FxHashSet<String> = others.iter().map(|it| it.label.clone()).collect();
    let item = |it: &super::Member| {
        let is_function = matches!(it.type_name, "function" | "built-in function");
        Completion {
            label: it.name.clone(),
            insert: written(&it.name),
            kind: if is_function { CompletionKind::Function } else { CompletionKind::Attribute },
            detail: match it.type_name {
                "thunk" => String::new(),
                _ if is_function || it.text.is_empty() => it.type_name.to_owned(),
                _ => it.text.clone(),
            },
            doc: docs.get(&it.name).cloned().flatten(),
        }
    };
    let is_word = |it: &&super::Member| kind != BaseKind::Variable || written(&it.name) == it.name;
    let new: Vec<Completion> = members.iter().filter(is_word).filter(|it| !seen.contains(&it.name)).map(item).collect();
    found.items = match kind {
        BaseKind::Attribute => new.into_iter().chain(others).collect(),
        BaseKind::Variable | BaseKind::Key => others.into_iter().chain(new).collect(),
    };
}

/// A name as it is written in an attribute path.
fn written(name: &str) -> String {
    super::entries::attribute(name)
}
