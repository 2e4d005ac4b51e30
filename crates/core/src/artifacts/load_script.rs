//! Within the air gap: from the archive to the registry.

use super::answers::{INSECURE, REGISTRY, SCOPE};
use super::images::any_targets;
use super::script::Tool;
use super::{Family, Generator, script};

pub static GENERATOR: Generator = Generator {
    id: "load-script",
    family: Family::AirGap,
    title: "Load and push, within the air gap",
    file: TOOL.file,
    language: "sh",
    questions: &[&REGISTRY, &SCOPE, &INSECURE],
    applies: any_targets,
    why: |request| TOOL.why(request),
    needs: |request| {
        let archive = "rke-images.tar.gz of save.sh beside it, or its path in ARCHIVE.".to_owned();
        std::iter::once(archive).chain(TOOL.needs(request)).collect()
    },
    write: |request| TOOL.write(request, &script::insecure(request)),
};

const TOOL: Tool = Tool {
    name: "docker",
    title: "Pushes the images of rke-images.tar.gz to the registry of this cluster",
    file: "load.sh",
    functions: FUNCTIONS,
    before: "\n\"$check\" || docker load --input \"${ARCHIVE:-rke-images.tar.gz}\"\n",
    takes_digests: false,
};

const FUNCTIONS: &str = r#"
log_in() { docker login --username "$1" --password-stdin "$2"; }
copy() { docker tag "$1" "$2" && docker push --quiet "$2"; }
exists() { docker manifest inspect ${insecure:+"$insecure"} "$1"; }
"#;
