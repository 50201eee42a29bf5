//! Expressions that call a file as a package set would. What they give a file is what the set has, and nothing else.

use super::entries::{attribute, literal};

/// How an argument is told of that the package set does not have.
pub(super) const ABSENT: &str = "is not in the package set";

/// The name of the set of a package set that a file may belong to, as its place tells: `netbsd` below a folder of
/// `by-name/ne/netbsd`, that of an interpreter for what is customarily its own. `below` is the path of the file, seen from
/// the package set.
fn scope(below: &str) -> Option<&str> {
    if below.contains("/python-modules/") {
        return Some("python3Packages");
    }
    let mut parts = below.split('/').skip_while(|it| *it != "by-name").skip(2);
    let name = parts.next()?;
    // What lies beside the package itself is no member of it.
    (parts.count() > 1).then_some(name)
}

/// Ways to call the file with what there is of its arguments; one that is nowhere fails when it is needed. Each is what it
/// is of, and the expression.
pub(super) fn with_what_there_is(packages: &str, path: &str, below: &str) -> Vec<(String, String)> {
    let of_scope = scope(below).map(|name| {
        let found = format!(
            "let all = pkgs.{0} or pkgs; in if all ? callPackage then all else pkgs.{0}Packages or pkgs",
            attribute(name)
        );
        (format!("{name}."), found)
    });
    let of_all = (String::new(), "pkgs".to_owned());
    of_scope.into_iter().chain([of_all]).map(|(of, scope)| (of, call(packages, path, &scope))).collect()
}

fn call(packages: &str, path: &str, scope: &str) -> String {
    format!(
        "let pkgs = {packages}; file = {file}; wants = builtins.functionArgs (import file); scope = {scope}; \
         is_absent = name: !wants.${{name}} && !(scope ? ${{name}}) && !(pkgs ? ${{name}}); \
         absent = name: {{ inherit name; value = throw \"'${{name}}' {ABSENT}\"; }}; \
         in scope.callPackage file \
         (builtins.listToAttrs (map absent (builtins.filter is_absent (builtins.attrNames wants))))",
        file = literal(path),
    )
}

/// The package set with the file as an overlay.
pub(super) fn overlaid(packages: &str, path: &str) -> String {
    format!(
        "let pkgs = {packages}; by = f: let final = pkgs // f final pkgs; in final; \
         in (pkgs.extend or by) (import {})",
        literal(path)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_that_a_file_belongs_to() {
        for (below, expected) in [
            ("/pkgs/by-name/ne/netbsd/pkgs/a.nix", Some("netbsd")),
            ("/pkgs/by-name/ne/netbsd/pkgs/a/b.nix", Some("netbsd")),
            ("/pkgs/by-name/cu/curl/default.nix", None),
            ("/pkgs/by-name/x", None),
            ("/pkgs/development/python-modules/a/default.nix", Some("python3Packages")),
            ("/lib/a.nix", None),
        ] {
            assert_eq!(scope(below), expected, "{below}");
        }
    }
}
