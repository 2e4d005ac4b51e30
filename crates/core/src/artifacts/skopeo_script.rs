//! A script that fills a registry with skopeo, digests and all platforms included.

use super::answers::{INSECURE, REGISTRY, SCOPE};
use super::images::any_targets;
use super::script::Tool;
use super::{Family, Generator};

pub static GENERATOR: Generator = Generator {
    id: "skopeo-script",
    family: Family::AirGap,
    title: "Fill a registry with skopeo",
    file: TOOL.file,
    language: "sh",
    questions: &[&REGISTRY, &SCOPE, &INSECURE],
    applies: any_targets,
    why: |request| TOOL.why(request),
    needs: |request| TOOL.needs(request),
    write: |request| TOOL.write(request, if request.is_yes(&INSECURE) { "tls=false\n" } else { "tls=true\n" }),
};

const TOOL: Tool = Tool {
    name: "skopeo",
    title: "Copies the images that this cluster pulls to its registry, all platforms and digests kept",
    file: "skopeo.sh",
    functions: FUNCTIONS,
    before: "",
    takes_digests: true,
};

const FUNCTIONS: &str = r#"
log_in() { skopeo login --tls-verify="$tls" --username "$1" --password-stdin "$2"; }
copy() { skopeo copy --quiet --all --dest-tls-verify="$tls" "docker://$1" "docker://$2"; }
exists() { skopeo inspect --tls-verify="$tls" --raw "docker://$1"; }
"#;
