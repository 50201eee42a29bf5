//! Options of modules: where the way to a definition leads among them, through the types of options that hold others.
//!
//! Types are asked as the library that made them means it: a type has `getSubOptions`, and the types it is made of are its
//! `nestedTypes`. Of types that allow several things, the first comes first.

use std::time::{Duration, Instant};

use nixscope_engine::value::Value;

use crate::ide::Step;

use super::kept::{Asked, Member};

/// How many places a way may lead to.
const MAX_PLACES: usize = 8;
/// How many types are looked through until there is one that holds something.
const MAX_TYPES: usize = 32;
/// How long is spent to say what options are.
const PATIENCE: Duration = Duration::from_millis(60);
/// How many options are said more of than their names.
const MAX_TOLD: usize = 300;
/// Where the library tells options of a set that takes others, too.
const OTHERS: &str = "_freeformOptions";

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// To a set of options, and the type of what else is allowed there.
    Options(Value, Option<Value>),
    /// To something of a type.
    Typed(Value),
}

/// What a type holds.
enum Holds {
    /// Attributes of a type.
    Attributes(Value),
    /// Elements of a type.
    Elements(Value),
    /// What functions give.
    Results(Value),
    /// Options.
    Options(Place),
}

impl Asked {
    /// The sets of options that may be defined where steps lead, the likeliest first.
    pub fn option_sets(&mut self, steps: &[Step]) -> Vec<Value> {
        let mut found = Vec::new();
        for place in self.places(steps) {
            match place {
                Place::Options(set, others) => {
                    found.push(set);
                    if let Some(others) = others {
                        found.extend(self.sets_of(others));
                    }
                }
                Place::Typed(of) => found.extend(self.sets_of(of)),
            }
        }
        found
    }

    /// The set and the name in it of the option that steps lead to.
    pub fn option_at(&mut self, steps: &[Step]) -> Option<(Value, String)> {
        let (Step::Name(name), before) = steps.split_last()? else { return None };
        let sets = self.option_sets(before);
        let has = |it: &Value| self.has(*it, name);
        Some((sets.into_iter().find(has)?, name.clone()))
    }

    /// Where an option is declared: the file, and the line and column there, from 1, if that is known.
    pub fn declared(&mut self, option: Value) -> Vec<(String, Option<(u32, u32)>)> {
        let mut found = Vec::new();
        for place in self.elements_along(option, &["declarationPositions"]) {
            let Some(file) = self.text_along(place, &["file"]) else { continue };
            let line = self.number_along(place, &["line"]).zip(self.number_along(place, &["column"]));
            found.push((file, line));
        }
        if found.is_empty() {
            let files = self.elements_along(option, &["declarations"]);
            found.extend(files.into_iter().filter_map(|it| Some((self.text_of(it)?, None))));
        }
        found
    }

    /// The options in a set, with what their types are called.
    pub fn option_members(&mut self, set: Value, typed: &str) -> Vec<Member> {
        let mut members = self.members(set, typed);
        members.retain(|it| it.name != OTHERS);
        // What modules have of themselves is seldom meant.
        members.sort_by_key(|it| it.name.starts_with('_'));
        let begin = Instant::now();
        for member in members.iter_mut().take(MAX_TOLD) {
            if begin.elapsed() > PATIENCE {
                break;
            }
            let Some(v) = self.along(set, std::slice::from_ref(&member.name)) else { continue };
            if self.is_option(v) {
                member.type_name = "option";
                member.text = self.text_along(v, &["type", "description"]).unwrap_or_default();
            } else if v.is_attrs() {
                (member.type_name, member.text) = ("options", String::new());
            }
        }
        members
    }

    fn is_option(&mut self, v: Value) -> bool {
        self.text_along(v, &["_type"]).as_deref() == Some("option")
    }

    fn places(&mut self, steps: &[Step]) -> Vec<Place> {
        let Some(options) = self.options() else { return Vec::new() };
        let mut at = vec![Place::Options(options, self.of_others())];
        for step in steps {
            let mut next = Vec::new();
            for place in at {
                for it in self.after(place, step) {
                    if !next.contains(&it) && next.len() < MAX_PLACES {
                        next.push(it);
                    }
                }
            }
            at = next;
        }
        at
    }

    fn after(&mut self, place: Place, step: &Step) -> Vec<Place> {
        let of = match place {
            Place::Options(set, others) => return self.after_options(set, others, step),
            Place::Typed(of) => of,
        };
        let mut found = Vec::new();
        for holds in self.holds(of) {
            match (holds, step) {
                (Holds::Attributes(of), Step::Name(_) | Step::Any)
                | (Holds::Elements(of), Step::Element)
                | (Holds::Results(of), Step::Call) => found.push(Place::Typed(of)),
                (Holds::Options(Place::Options(set, others)), step) => {
                    found.extend(self.after_options(set, others, step));
                }
                // A list of what is merged.
                (Holds::Attributes(_), Step::Element) => found.push(place),
                _ => {}
            }
        }
        found
    }

    fn after_options(&mut self, set: Value, others: Option<Value>, step: &Step) -> Vec<Place> {
        let here = Place::Options(set, others);
        let of_others = |asked: &mut Self| match others {
            Some(others) => asked.after(Place::Typed(others), step),
            None => Vec::new(),
        };
        let name = match step {
            Step::Name(name) => name,
            Step::Any => return of_others(self),
            // A module may be a function.
            Step::Element | Step::Call => return vec![here],
        };
        if !self.has(set, name) {
            // A module may say so that what follows is its definitions.
            return if name == "config" { vec![here] } else { of_others(self) };
        }
        match self.along(set, std::slice::from_ref(name)) {
            Some(v) if self.is_option(v) => self.along(v, &["type".to_owned()]).map(Place::Typed).into_iter().collect(),
            Some(v) if v.is_attrs() => vec![Place::Options(v, None)],
            _ => Vec::new(),
        }
    }

    /// The type of definitions that nobody declared options for.
    fn of_others(&mut self) -> Option<Value> {
        let path = ["config", "_module", "freeformType"].map(str::to_owned);
        self.configuration().and_then(|it| self.along(it, &path)).filter(|it| it.is_attrs())
    }

    /// The sets of options that a value of a type may define.
    fn sets_of(&mut self, of: Value) -> Vec<Value> {
        let set = |it| match it {
            Holds::Options(Place::Options(set, _)) => Some(set),
            _ => None,
        };
        self.holds(of).into_iter().filter_map(set).collect()
    }

    /// What values of a type hold, of each of the types that it may be.
    fn holds(&mut self, of: Value) -> Vec<Holds> {
        let mut found = Vec::new();
        let mut left = vec![of];
        for _ in 0..MAX_TYPES {
            let Some(of) = left.pop() else { break };
            let name = self.text_along(of, &["name"]).unwrap_or_default();
            let mut nested = |name: &str| {
                let path = ["nestedTypes", name].map(str::to_owned);
                self.along(of, &path).filter(|it| it.is_attrs())
            };
            match (name.as_str(), nested("elemType")) {
                ("attrsOf" | "lazyAttrsOf" | "attrsWith" | "loaOf", Some(of)) => found.push(Holds::Attributes(of)),
                ("listOf" | "nonEmptyListOf", Some(of)) => found.push(Holds::Elements(of)),
                ("functionTo", Some(of)) => found.push(Holds::Results(of)),
                (_, Some(of)) => left.push(of),
                (_, None) => {
                    let parts = ["coercedType", "finalType", "right", "left"];
                    let parts: Vec<Value> = parts.into_iter().filter_map(&mut nested).collect();
                    let others = nested("freeformType");
                    if parts.is_empty() {
                        found.extend(self.own_options(of, others));
                    }
                    left.extend(parts);
                }
            }
        }
        found
    }

    fn own_options(&mut self, of: Value, others: Option<Value>) -> Option<Holds> {
        let options = self.along(of, &["getSubOptions".to_owned()])?;
        let options =
            self.call(options, &[Value::EMPTY_LIST]).filter(|it| it.is_attrs() && *it != Value::EMPTY_ATTRS)?;
        Some(Holds::Options(Place::Options(options, others)))
    }
}
