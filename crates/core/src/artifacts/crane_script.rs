//! A script that fills a registry with crane.

use super::answers::{INSECURE, REGISTRY, SCOPE};
use super::images::any_targets;
use super::script::Tool;
use super::{Family, Generator, script};

pub static GENERATOR: Generator = Generator {
    id: "crane-script",
    family: Family::AirGap,
    title: "Fill a registry with crane",
    file: TOOL.file,
    language: "sh",
    questions: &[&REGISTRY, &SCOPE, &INSECURE],
    applies: any_targets,
    why: |request| TOOL.why(request),
    needs: |request| TOOL.needs(request),
    write: |request| TOOL.write(request, &script::insecure(request)),
};

const TOOL: Tool = Tool {
    name: "crane",
    title: "Copies the images that this cluster pulls to its registry, all platforms and digests kept",
    file: "crane.sh",
    functions: FUNCTIONS,
    before: "",
    takes_digests: true,
};

const FUNCTIONS: &str = r#"
log_in() { crane auth login ${insecure:+"$insecure"} --username "$1" --password-stdin "$2"; }
copy() { crane copy ${insecure:+"$insecure"} "$1" "$2"; }
exists() { crane manifest ${insecure:+"$insecure"} "$1"; }
"#;
