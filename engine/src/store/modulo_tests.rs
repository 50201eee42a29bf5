//! Derivations as Nix wrote them: each text must give its own path, and each masked text its outputs' paths.

use crate::store::aterm_reader::parse_derivation;
use crate::store::derivation::{Derivation, DerivationError, Output};
use crate::store::modulo::{HashModuloMemo, to_aterm};
use crate::store::store_path::{StorePath, StorePathRef};

/// Path and text of each derivation, inputs first.
const WRITTEN_BY_NIX: &[(&str, &str)] = &[
    (
        "/nix/store/06242bmjylbrasndgyhybprwhrysqhh1-src.drv",
        r#"Derive([("out","/nix/store/bsalvgkn4hqw660i0xpl5421g1w2zh2j-src","r:sha1","da39a3ee5e6b4b0d3255bfef95601890afd80709")],[],[],"x86_64-linux","b",[],[("builder","b"),("name","src"),("out","/nix/store/bsalvgkn4hqw660i0xpl5421g1w2zh2j-src"),("outputHash","da39a3ee5e6b4b0d3255bfef95601890afd80709"),("outputHashAlgo","sha1"),("outputHashMode","recursive"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/47lbs0zpyhvc0syl9f7wbplc4ifv6jw9-m.drv",
        r#"Derive([("dev","/nix/store/a2syhjp8xapy71fcqg3cf9m8blmjihsm-m-dev","",""),("out","/nix/store/b0wlxdpr6wkiza067rs1wnxn6777n4lc-m","","")],[],[],"x86_64-linux","/bin/sh",[],[("builder","/bin/sh"),("dev","/nix/store/a2syhjp8xapy71fcqg3cf9m8blmjihsm-m-dev"),("name","m"),("out","/nix/store/b0wlxdpr6wkiza067rs1wnxn6777n4lc-m"),("outputs","out dev"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/n442dryjys8gxvz3mm3999zrry4kck2v-fl.drv",
        r#"Derive([("dev","","r:sha256",""),("out","","r:sha256","")],[],[],"x86_64-linux","b",[],[("builder","b"),("dev","/02qcpld1y6xhs5gz9bchpxaw0xdhmsp5dv88lh25r2ss44kh8dxz"),("name","fl"),("out","/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"),("outputHashAlgo","sha256"),("outputHashMode","recursive"),("outputs","out dev"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/4bb34bl3idxbzvq2pdim4afy7b4nw9p1-de.drv",
        r#"Derive([("out","","","")],[("/nix/store/n442dryjys8gxvz3mm3999zrry4kck2v-fl.drv",["dev"])],[],"x86_64-linux","b",[],[("builder","b"),("name","de"),("out",""),("system","x86_64-linux"),("x","/16b8k8r3aj840dcify017c7id5ddlxg2j9bwvpksrm2j36b6k39r")])"#,
    ),
    (
        "/nix/store/6h2kxhw3chcw4irl5viax3wcfb0b44xd-im.drv",
        r#"Derive([("out","","r:sha256","impure")],[],[],"x86_64-linux","b",[],[("builder","b"),("name","im"),("out","/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/7g5giqf764p3y3zv7a8rqsy9sqqq5kw4-a.drv",
        r#"Derive([("out","/nix/store/f37kxm5wf98b2s839zaiybv38zil0s40-a","","")],[],[],"x86_64-linux","/bin/sh",[],[("builder","/bin/sh"),("name","a"),("out","/nix/store/f37kxm5wf98b2s839zaiybv38zil0s40-a"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/85khfv2038l28pzmvvij51zbyph25yiy-m.drv",
        r#"Derive([("dev","/nix/store/npkmpyb5ixqi5c5kab93f7hgv85j8vkn-m-dev","",""),("out","/nix/store/1l1xv0idfif41jrapy52y820bw4fxhj3-m","","")],[],["/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo"],"x86_64-linux","/bin/sh",[],[("builder","/bin/sh"),("dev","/nix/store/npkmpyb5ixqi5c5kab93f7hgv85j8vkn-m-dev"),("name","m"),("out","/nix/store/1l1xv0idfif41jrapy52y820bw4fxhj3-m"),("outputs","out dev"),("s","/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/gpmh4cqy3n30wy0j9vdmpvvixj4dsqnq-dd.drv",
        r#"Derive([("out","","","")],[("/nix/store/4bb34bl3idxbzvq2pdim4afy7b4nw9p1-de.drv",["out"]),("/nix/store/n442dryjys8gxvz3mm3999zrry4kck2v-fl.drv",["out"])],[],"x86_64-linux","b",[],[("builder","b"),("name","dd"),("out",""),("system","x86_64-linux"),("x","/1klbfsvlp59zxr9adx7pjqgwqkipp10kj23hlym7cykazydmi4n1"),("y","/02sqk5agw2x7y2il5qpwscps5hzwic7a77ap256p9aixq43wzj8k")])"#,
    ),
    (
        "/nix/store/jpfdpx53zdm2pkvahslbas88k8ha3hk3-deep.drv",
        r#"Derive([("out","/nix/store/rng4am4z3ql7a1h6bmx96rq7bjfpplrw-deep","","")],[("/nix/store/85khfv2038l28pzmvvij51zbyph25yiy-m.drv",["dev","out"])],["/nix/store/85khfv2038l28pzmvvij51zbyph25yiy-m.drv","/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo"],"x86_64-linux","/bin/sh",[],[("builder","/bin/sh"),("name","deep"),("out","/nix/store/rng4am4z3ql7a1h6bmx96rq7bjfpplrw-deep"),("system","x86_64-linux"),("x","/nix/store/85khfv2038l28pzmvvij51zbyph25yiy-m.drv")])"#,
    ),
    (
        "/nix/store/xdvdxgnvk7k8zc26pvzy5bzij49jk4xk-src.tar.drv",
        r#"Derive([("out","/nix/store/1z4hd8bnbadg3dnk5ncdbfp8krw7lp6y-src.tar","sha256","e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")],[],[],"x86_64-linux","b",[],[("builder","b"),("name","src.tar"),("out","/nix/store/1z4hd8bnbadg3dnk5ncdbfp8krw7lp6y-src.tar"),("outputHash","sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/plkfkalnz4winn1zwz6s316h8sscp5v0-top.drv",
        r#"Derive([("out","/nix/store/2zxharbffwij2fvr0xmf629z4k28mxlp-top","","")],[("/nix/store/47lbs0zpyhvc0syl9f7wbplc4ifv6jw9-m.drv",["dev","out"]),("/nix/store/xdvdxgnvk7k8zc26pvzy5bzij49jk4xk-src.tar.drv",["out"])],["/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo"],"x86_64-linux","/bin/sh",[],[("builder","/bin/sh"),("d","/nix/store/b0wlxdpr6wkiza067rs1wnxn6777n4lc-m"),("dd","/nix/store/a2syhjp8xapy71fcqg3cf9m8blmjihsm-m-dev"),("name","top"),("out","/nix/store/2zxharbffwij2fvr0xmf629z4k28mxlp-top"),("src","/nix/store/1z4hd8bnbadg3dnk5ncdbfp8krw7lp6y-src.tar"),("system","x86_64-linux"),("text","/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo")])"#,
    ),
    (
        "/nix/store/x568bfxcgh57ddnfc4xl0v63k2zcbwj0-t.drv.drv",
        r#"Derive([("out","/nix/store/1xaz0ryq5lf5na128q2xz6sf01dkk0k4-t.drv","text:sha256","e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")],[],[],"x86_64-linux","b",[],[("builder","b"),("name","t.drv"),("out","/nix/store/1xaz0ryq5lf5na128q2xz6sf01dkk0k4-t.drv"),("outputHash","sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),("outputHashMode","text"),("system","x86_64-linux")])"#,
    ),
    (
        "/nix/store/x8biv3qzyvrxhs4rr2wgf3mzh78q4lpc-m.drv",
        r#"Derive([("dev","/nix/store/l5xjbyijbs74k90c0q4yvk6i47rwp3x4-m-dev","",""),("doc","/nix/store/y2aisw61jws6bqiafk7w4a3p48xdg5qd-m-doc","",""),("out","/nix/store/g89g9707xx5zx4a1lj4vy52f5nzbacn5-m","","")],[],[],"x86_64-linux","/bin/sh",["-c","echo \"hi\"\n\ttab\r \\ end"],[("a","1"),("builder","/bin/sh"),("dev","/nix/store/l5xjbyijbs74k90c0q4yvk6i47rwp3x4-m-dev"),("doc","/nix/store/y2aisw61jws6bqiafk7w4a3p48xdg5qd-m-doc"),("name","m"),("out","/nix/store/g89g9707xx5zx4a1lj4vy52f5nzbacn5-m"),("outputs","out dev doc"),("system","x86_64-linux"),("z","q\"q")])"#,
    ),
];

/// What a derivation was before its outputs had paths.
fn without_paths<'a>(text: &'a str, path: &'a str) -> Derivation<'a> {
    let name = StorePathRef::parse(path).expect("a store path").name();
    let mut drv =
        parse_derivation(text.as_bytes(), name.strip_suffix(".drv").expect("a derivation")).expect("a good text");
    for (name, output) in &mut drv.outputs {
        if matches!(output, Output::InputAddressed(_)) {
            *output = Output::Deferred;
        }
        drv.env.retain(|(key, _)| **key != *name.as_bytes());
    }
    drv
}

#[test]
fn paths_agree_with_nix() {
    let mut memo = HashModuloMemo::default();
    for (path, text) in WRITTEN_BY_NIX {
        let mut drv = without_paths(text, path);
        let res = memo.instantiate(&mut drv).expect("all inputs come first");
        assert_eq!(res.drv_path.as_str(), *path);
        assert_eq!(String::from_utf8_lossy(&to_aterm(&drv).expect("paths are known")), *text);
        for ((_, output), text) in drv.outputs.iter().zip(&res.outputs) {
            if let Output::InputAddressed(path) = output {
                assert_eq!(path.as_str(), &**text);
            }
        }
    }
}

#[test]
fn learning_from_files_does_as_well_as_instantiating() {
    let mut memo = HashModuloMemo::default();
    for (path, text) in WRITTEN_BY_NIX {
        let path = StorePathRef::parse(path).expect("a store path");
        let name = path.name().strip_suffix(".drv").expect("a derivation");
        memo.learn(path, &parse_derivation(text.as_bytes(), name).expect("a good text"))
            .expect("all inputs come first");
    }
    for (path, text) in WRITTEN_BY_NIX {
        let res = memo.instantiate(&mut without_paths(text, path)).expect("inputs were learnt");
        assert_eq!(res.drv_path.as_str(), *path);
    }
}

#[test]
fn closures_and_outputs_are_known() {
    let mut memo = HashModuloMemo::default();
    for (path, text) in WRITTEN_BY_NIX {
        memo.instantiate(&mut without_paths(text, path)).expect("all inputs come first");
    }
    let deep = StorePath::parse("/nix/store/jpfdpx53zdm2pkvahslbas88k8ha3hk3-deep.drv").expect("a store path");
    let closure = memo.closure(deep.as_ref()).expect("instantiated above");
    let closure: Vec<_> = closure.iter().map(StorePath::as_str).collect();
    assert_eq!(
        closure,
        [
            "/nix/store/85khfv2038l28pzmvvij51zbyph25yiy-m.drv",
            "/nix/store/jpfdpx53zdm2pkvahslbas88k8ha3hk3-deep.drv",
            "/nix/store/vxjiwkjkn7x4079qvh1jkl5pn05j2aw0-foo",
        ]
    );
    let m = StorePathRef::parse(closure[0]).expect("a store path");
    assert_eq!(memo.output_names(m).expect("instantiated above").concat(), "devout");
}

#[test]
fn missing_inputs_are_named() {
    let (path, text) = WRITTEN_BY_NIX.iter().find(|it| it.1.contains("top")).expect("in the table");
    let fault = HashModuloMemo::default().instantiate(&mut without_paths(text, path));
    let missing = "/nix/store/47lbs0zpyhvc0syl9f7wbplc4ifv6jw9-m.drv";
    assert_eq!(fault.map_err(|it| it.to_string()), Err(format!("store path '{missing}' does not exist")));
    let mut memo = HashModuloMemo::default();
    let plain = "/nix/store/7g5giqf764p3y3zv7a8rqsy9sqqq5kw4-a.drv";
    let (_, text) = WRITTEN_BY_NIX.iter().find(|it| it.0 == plain).expect("in the table");
    memo.instantiate(&mut without_paths(text, plain)).expect("no inputs");
    let mut drv = without_paths(text, plain);
    drv.input_drvs.push(crate::store::derivation::InputDrv {
        drv: StorePathRef::parse(plain).expect("a store path"),
        output: Some("foo".into()),
    });
    let expected = DerivationError::MissingOutput { output: "foo".into(), name: "a".into() };
    assert_eq!(memo.instantiate(&mut drv), Err(expected));
}
