//! A script that fills a registry with docker alone.

use super::answers::{INSECURE, PLATFORM, REGISTRY, SCOPE};
use super::images::any_targets;
use super::script::Tool;
use super::{Family, Generator, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "mirror-script",
    family: Family::AirGap,
    title: "Fill a registry with docker",
    file: TOOL.file,
    language: "sh",
    questions: &[&REGISTRY, &SCOPE, &PLATFORM, &INSECURE],
    applies: any_targets,
    why: |request| TOOL.why(request),
    needs: |request| TOOL.needs(request),
    write: |request| {
        let platform = quote::shell(&request.text(&PLATFORM).unwrap_or_default());
        TOOL.write(request, &format!("platform={platform}\n{}", script::insecure(request)))
    },
};

const TOOL: Tool = Tool {
    name: "docker",
    title: "Copies the images that this cluster pulls to its registry",
    file: "mirror.sh",
    functions: FUNCTIONS,
    before: "",
    takes_digests: false,
};

const FUNCTIONS: &str = r#"
log_in() { docker login --username "$1" --password-stdin "$2"; }
copy() { docker pull --quiet --platform "$platform" "$1" && docker tag "$1" "$2" && docker push --quiet "$2"; }
exists() { docker manifest inspect ${insecure:+"$insecure"} "$1"; }
"#;
