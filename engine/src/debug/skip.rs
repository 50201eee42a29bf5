//! What is not stepped through: "just my code".

use crate::source::Origin;
use crate::vm::Vm;

use super::pattern::PathPattern;

/// What is not stepped through. Breakpoints in it hold all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Skips {
    /// Files by their paths.
    pub paths: Vec<PathPattern>,
    /// Whether also the texts that come with the evaluator are stepped through.
    pub with_internal: bool,
}

impl Skips {
    /// Whether the code of a body is passed through.
    #[must_use]
    pub fn passes(&self, vm: &Vm, body: u32) -> bool {
        let Some(unit) = vm.unit_of(body) else { return true };
        match &vm.sources.file(unit.module.file).origin {
            Origin::File(path) => self.paths.iter().any(|it| it.matches(path)),
            Origin::Internal(_) => !self.with_internal,
            Origin::String | Origin::Stdin => false,
        }
    }
}
