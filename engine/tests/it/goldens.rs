//! Many small expressions, each as Nix evaluates it.

use nixscope_testkit::goldens;

use crate::machine::{evaluate, folder};

#[test]
fn expressions_become_what_nix_makes_of_them() {
    goldens::check(&folder("goldens"), evaluate);
}
