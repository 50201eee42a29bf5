//! Which part of a program's value is wanted, and where the search path finds a name.

use crate::value::Value;
use crate::vm::{AtEnd, Fault, FaultKind};
use crate::world::{CanonPath, World};

use super::Session;

impl<W: World> Session<W> {
    /// What lies at an attribute path, forced. Functions on the way are called with `args`, a set, if they have patterns.
    ///
    /// # Errors
    /// If there is nothing, or the program fails.
    pub fn choose(&mut self, v: Value, path: &str, args: Value) -> Result<Value, Fault> {
        self.vm.start_choose(v, path, args, AtEnd::default())?;
        self.run()
    }

    /// Where the search path finds a name.
    ///
    /// # Errors
    /// If it does not.
    pub fn find_file(&mut self, name: &str) -> Result<CanonPath, Fault> {
        let not_found = || {
            let hint = "(add it using $NIX_PATH or -I)";
            Fault::new(FaultKind::Throw, format!("file '{name}' was not found in the Nix search path {hint}"))
        };
        let native = self.vm.builtin("findFile").ok_or_else(not_found)?;
        let path = self.vm.global("__nixPath").ok_or_else(not_found)?;
        let name = self.vm.heap.plain_string(name.as_bytes());
        let found = self.call_native(native, &[path, name])?;
        Ok(CanonPath::new(self.vm.heap.bytes(found)))
    }

    /// Calls a function that takes a set apart with those of `args` it wants, and gives the value; gives anything else
    /// as it is, forced. A set that can be called is called first.
    ///
    /// # Errors
    /// If an argument is missing, or the program fails.
    pub fn auto_call(&mut self, v: Value, args: Value) -> Result<Value, Fault> {
        self.vm.start_choose(v, "", args, AtEnd { calls: true, is_deep: false })?;
        self.run()
    }
}
