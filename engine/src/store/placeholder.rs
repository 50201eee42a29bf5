//! Placeholders: texts that stand for an output's path until that path is known.

use sha2::Digest as _;

use crate::store::encoding;
use crate::store::store_path::{DRV_SUFFIX, StorePathRef, output_suffix};

/// What `builtins.placeholder` gives: stands for an output of the derivation that mentions it.
pub fn output_placeholder(output: &str) -> String {
    render(&["nix-output:", output])
}

/// Stands, in other derivations, for an output whose path depends on its content.
pub fn unknown_output_placeholder(drv: StorePathRef<'_>, output: &str) -> String {
    let name = drv.name().strip_suffix(DRV_SUFFIX).unwrap_or(drv.name());
    let (dash, suffix) = output_suffix(output);
    render(&["nix-upstream-output:", drv.hash_part(), ":", name, dash, suffix])
}

fn render(parts: &[&str]) -> String {
    let mut hasher = sha2::Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let mut out = vec![b'/'];
    encoding::push_nix32(&mut out, &hasher.finalize());
    String::from_utf8(out).expect("a slash and base 32 digits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::store_path::StorePath;

    #[test]
    fn placeholders_agree_with_nix() {
        assert_eq!(output_placeholder("out"), "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9");
        assert_eq!(output_placeholder("dev"), "/02qcpld1y6xhs5gz9bchpxaw0xdhmsp5dv88lh25r2ss44kh8dxz");
        let drv = StorePath::parse("/nix/store/n442dryjys8gxvz3mm3999zrry4kck2v-fl.drv").expect("a store path");
        let cases = [
            ("out", "/02sqk5agw2x7y2il5qpwscps5hzwic7a77ap256p9aixq43wzj8k"),
            ("dev", "/16b8k8r3aj840dcify017c7id5ddlxg2j9bwvpksrm2j36b6k39r"),
        ];
        for (output, expected) in cases {
            assert_eq!(unknown_output_placeholder(drv.as_ref(), output), expected);
        }
    }
}
