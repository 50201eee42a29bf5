//! Expressions that call a file as a package set would. What they give a file is what the set has, and nothing else.

use super::entries::{folder_of, literal, string};

/// How an argument is told of that the package set does not have.
pub(super) const ABSENT: &str = "is not in the package set";

/// The names of sets of a package set that a file may belong to: `netbsd` or `netbsdPackages` around what lies below
/// `by-name/ne/netbsd`, those of an interpreter around what is customarily theirs.
fn scopes(below: &str) -> Vec<String> {
    let parts: Vec<&str> = folder_of(below).split('/').collect();
    let mut names = Vec::new();
    if below.contains("/python-modules/") {
        names.push("python3Packages".to_owned());
    }
    if let Some(at) = parts.iter().position(|it| *it == "by-name")
        && let Some(name) = parts.get(at + 2)
    {
        names.extend([(*name).to_owned(), format!("{name}Packages")]);
    }
    names
}

/// Calls the file with what there is of its arguments; one that is nowhere fails when it is needed. `below` is the path of
/// the file, seen from the package set.
pub(super) fn with_what_there_is(packages: &str, path: &str, below: &str) -> String {
    let names: Vec<String> = scopes(below).iter().map(|it| string(it)).collect();
    format!(
        "let pkgs = {packages}; file = {file}; wants = builtins.functionArgs (import file); \
         found = map (name: (builtins.tryEval (pkgs.${{name}} or null)).value) [ {names} ]; \
         scopes = builtins.filter (it: it ? callPackage) found; \
         scope = if scopes == [ ] then pkgs else builtins.head scopes; \
         is_absent = name: !wants.${{name}} && !(scope ? ${{name}}) && !(pkgs ? ${{name}}); \
         absent = name: {{ inherit name; value = throw \"'${{name}}' {ABSENT}\"; }}; \
         in scope.callPackage file \
         (builtins.listToAttrs (map absent (builtins.filter is_absent (builtins.attrNames wants))))",
        file = literal(path),
        names = names.join(" "),
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
            ("pkgs/by-name/ne/netbsd/pkgs/a.nix", "netbsd netbsdPackages"),
            ("pkgs/by-name/cu/curl/default.nix", "curl curlPackages"),
            ("pkgs/by-name/x", ""),
            ("pkgs/development/python-modules/a/default.nix", "python3Packages"),
            ("lib/a.nix", ""),
        ] {
            assert_eq!(scopes(below).join(" "), expected, "{below}");
        }
    }
}
