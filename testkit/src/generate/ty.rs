//! What kind of value a generated term should have. A wish, not a promise: errors are wanted too.

use super::rng::Rng;

/// A kind of value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// Whatever.
    Any,
    /// Nothing that can be used: a name that hides another.
    Hidden,
    Int,
    Float,
    Bool,
    Null,
    Path,
    Str,
    /// A string that a builtin expects to be of a certain form.
    Text(Form),
    List(Box<Ty>),
    /// A set with these names, and perhaps others.
    Set(Vec<(String, Ty)>),
    /// A set with any names, all of one kind.
    Attrs(Box<Ty>),
    Fn(Box<Ty>, Box<Ty>),
    /// A variable of a signature.
    Var(usize),
}

/// What a string says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Regex,
    Json,
    Toml,
    Version,
    Algorithm,
    Name,
    StoreName,
    Context,
}

/// How many variables a signature may have.
pub(super) const N_VARS: usize = 2;

impl Ty {
    pub(super) fn list(item: Ty) -> Self {
        Self::List(Box::new(item))
    }

    pub(super) fn function(from: Ty, to: Ty) -> Self {
        Self::Fn(Box::new(from), Box::new(to))
    }

    /// A kind, not nested deeper than `depth`.
    pub(super) fn random(rng: &mut Rng, depth: usize) -> Self {
        let n = if depth == 0 { 9 } else { 15 };
        match rng.below(n) {
            0..=2 => Self::Int,
            3 | 4 => Self::Str,
            5 => Self::Bool,
            6 => Self::Float,
            7 => Self::Null,
            8 => Self::Path,
            9 | 10 => Self::list(Self::random(rng, depth - 1)),
            11 | 12 => {
                let n = rng.below(4);
                let mut names: Vec<String> = (0..n).map(|_| rng.pick(super::ATTRS).to_owned()).collect();
                names.sort();
                names.dedup();
                Self::Set(names.into_iter().map(|name| (name, Self::random(rng, depth - 1))).collect())
            }
            13 => Self::Attrs(Box::new(Self::random(rng, depth - 1))),
            _ => Self::function(Self::random(rng, depth - 1), Self::random(rng, depth - 1)),
        }
    }

    /// Whether a value of this kind will do where `wanted` is. Variables of `self` get what they stand for.
    pub(super) fn fits(&self, wanted: &Self, vars: &mut [Option<Self>; N_VARS]) -> bool {
        match (self, wanted) {
            (Self::Hidden, _) => false,
            (_, Self::Any) | (Self::Text(_), Self::Str) => true,
            (Self::Var(n), wanted) => match &vars[*n] {
                Some(bound) => bound == wanted,
                None => {
                    vars[*n] = Some(wanted.clone());
                    true
                }
            },
            (Self::Set(_) | Self::Attrs(_), Self::Attrs(all)) if **all == Self::Any => true,
            (Self::List(own), Self::List(wanted)) | (Self::Attrs(own), Self::Attrs(wanted)) => own.fits(wanted, vars),
            (Self::Fn(from, to), Self::Fn(wanted_from, wanted_to)) => {
                from.fits(wanted_from, vars) && to.fits(wanted_to, vars)
            }
            (Self::Set(own), Self::Set(wanted)) => wanted.iter().all(|it| own.contains(it)),
            (own, wanted) => own == wanted,
        }
    }

    /// With variables replaced by what they stand for, chosen now if nothing was.
    pub(super) fn bound(&self, rng: &mut Rng, vars: &mut [Option<Self>; N_VARS]) -> Self {
        match self {
            Self::Var(n) => vars[*n].get_or_insert_with(|| Self::random(rng, 1)).clone(),
            Self::List(item) => Self::list(item.bound(rng, vars)),
            Self::Attrs(item) => Self::Attrs(Box::new(item.bound(rng, vars))),
            Self::Fn(from, to) => Self::function(from.bound(rng, vars), to.bound(rng, vars)),
            Self::Set(attrs) => Self::Set(attrs.iter().map(|(name, ty)| (name.clone(), ty.bound(rng, vars))).collect()),
            other => other.clone(),
        }
    }
}
