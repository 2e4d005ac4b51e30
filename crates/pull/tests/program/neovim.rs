//! `pull lsp` behind a real editor: Neovim in Debian's version, without a window. Left out where it is not installed.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::expect;

use super::{folder, json, pull};

const ECR: &str = include_str!("../../../../tests/samples/ecr-plugin-ignored.yml");
const DOCS: &str = include_str!("../../../../docs/pull/check.md");
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/neovim.lua");

/// With a home of its own: logs and state stay in the folder.
fn neovim(folder: &Path) -> Option<Command> {
    Command::new("nvim").arg("--version").stdout(Stdio::null()).status().ok()?;
    let mut command = Command::new("nvim");
    command.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"]).arg(format!("luafile {DRIVER}"));
    let here = Path::new(env!("CARGO_BIN_EXE_pull")).parent().expect("in a folder").to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([here].into_iter().chain(env::split_paths(&path)));
    command.current_dir(folder).env("PATH", path.expect("no colon in the folder"));
    for home in ["HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(home, folder);
    }
    command.stdin(Stdio::null());
    Some(command)
}

#[test]
fn an_editor_shows_finds_fixes_tells_and_completes() {
    // The lines for its version.
    let mut lua = DOCS.split("```lua\n").skip(1).filter_map(|rest| rest.split("```").next());
    let setup = lua.find(|lines| lines.contains("start_client")).unwrap();
    let files = [
        ("setup.lua", setup),
        ("cluster.yml", ECR),
        ("new.rke.yml", "private_registries:\n"),
        ("values.yml", "services: [\n"),
    ];
    let folder = folder(&files);
    let Some(mut neovim) = neovim(folder.path()) else {
        println!("not run: neovim is not installed");
        return;
    };
    let output = neovim.output().unwrap();
    let answer = fs::read_to_string(folder.path().join("answer.json")).unwrap_or_else(|_| panic!("{output:?}"));
    let answer = json(&answer);
    assert_eq!(answer["fault"], serde_json::Value::Null);

    let found = answer["found"].as_array().unwrap();
    let ecr = found.iter().find(|found| found[0] == "D301").unwrap_or_else(|| panic!("{found:?}"));
    expect![[r#"
        [
          "D301",
          14,
          2,
          21,
          1,
          "drydock",
          "rke ignores `ecrCredentialPlugin`: the key it reads is `ecr_credential_plugin`\nhelp: without it rke pulls from ECR without credentials: `no basic auth credentials`"
        ]"#]].assert_eq(&serde_json::to_string_pretty(ecr).unwrap());
    expect![[r#"
        [
          "rename to `ecr_credential_plugin`",
          "fix all that is safe to fix: 1 problem"
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&answer["offered"]).unwrap());

    pull(folder.path(), &["check", "--fix", "cluster.yml"]);
    let fixed = fs::read_to_string(folder.path().join("cluster.yml")).unwrap();
    assert_ne!(fixed, ECR);
    assert_eq!(answer["fixed"], fixed);
    assert_eq!(answer["all_fixed"], fixed);

    expect![[r#"
        **`is_default`**: true or false

        Put `url` before the version's own system images. Of several the first counts; pinned images stay.

        Since rke v0.1.10
    "#]]
    .assert_eq(answer["hover"].as_str().unwrap());
    expect![[r#"
        private_registries:
        - url: r.example.com
          is_default: true
    "#]]
    .assert_eq(answer["completed"].as_str().unwrap());
    assert_eq!(answer["elsewhere"], serde_json::json!([]), "other YAML is left alone");
}
