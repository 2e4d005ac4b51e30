//! The images of RKE2 or K3s to the registry.

use super::answers::{INSECURE, PLATFORM, REGISTRY, TARGET_VERSION};
use super::rke2_registries::target;
use super::script::{Tool, ecr_create, targets_ecr};
use super::target::{Distribution, Target};
use super::{Family, Generator, Request, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "rke2-images",
    family: Family::Rke2,
    title: "Fill the registry for RKE2 or K3s",
    file: TOOL.file,
    language: "sh",
    questions: &[&TARGET_VERSION, &REGISTRY, &PLATFORM, &INSECURE],
    applies: |request| {
        target(request)?;
        match request.text(&REGISTRY) {
            Some(_) => Ok(()),
            None => Err("no registry to fill: answer `registry`".to_owned()),
        }
    },
    why: |request| {
        let list = target(request).map(|target| url(&target, request)).unwrap_or_default();
        format!(
            "Nearly all images have other names than rke's, so a mirror of rke's is of no use. The release's own list says \
             which: {list}. Each is tried three times; what failed is named, and the script exits with 1."
        )
    },
    needs: |request| {
        let offline = "Without internet the list beside the script, or its path in IMAGE_LIST.".to_owned();
        TOOL.needs(request).into_iter().filter(|need| !need.contains("is_default")).chain([offline]).collect()
    },
    write,
};

const TOOL: Tool = Tool {
    name: "docker and curl",
    title: "Copies the images of RKE2 or K3s to the registry",
    file: "rke2-mirror.sh",
    functions: r#"
log_in() { docker login --username "$1" --password-stdin "$2"; }
copy() { docker pull --quiet --platform "$platform" "$1" && docker tag "$1" "$2" && docker push --quiet "$2"; }
exists() { docker manifest inspect ${insecure:+"$insecure"} "$1"; }
"#,
    before: "",
    takes_digests: false,
};

fn list(target: &Target, request: &Request<'_>) -> String {
    let platform = request.text(&PLATFORM).unwrap_or_default().replace('/', "-");
    match target.distribution {
        Distribution::Rke2 => format!("rke2-images-all.{platform}.txt"),
        Distribution::K3s => "k3s-images.txt".to_owned(),
    }
}

fn url(target: &Target, request: &Request<'_>) -> String {
    let repository = match target.distribution {
        Distribution::Rke2 => "rancher/rke2",
        Distribution::K3s => "k3s-io/k3s",
    };
    let release = target.name.replace('+', "%2B");
    format!("https://github.com/{repository}/releases/download/{release}/{}", list(target, request))
}

fn write(request: &Request<'_>) -> String {
    let Ok(target) = target(request) else { return String::new() };
    let registry = request.text(&REGISTRY).unwrap_or_default();
    let settings = format!(
        "platform={}\n{}registry={}\nlist=${{IMAGE_LIST:-{}}}\n{FILL}",
        quote::shell(&request.text(&PLATFORM).unwrap_or_default()),
        script::insecure(request),
        quote::shell(&registry),
        list(&target, request),
    )
    .replace("LIST_URL", &quote::shell(&url(&target, request)));
    let host = super::answers::host(&registry);
    let ecr = targets_ecr(request).into_iter().find(|found| found.host() == host);
    let creations = ecr.map_or_else(String::new, |registry| {
        let create = ecr_create(&registry, "\"$repository\"");
        let within = "  repository=${images[i]#*/}\n  repository=${repository%:*}\n";
        format!(
            "for ((i = 1; i < ${{#images[@]}}; i += 2)); do\n{within}  {}\ndone\n",
            create.trim_end().replace('\n', "\n  ")
        )
    });
    TOOL.assemble(request, &settings, &creations)
}

const FILL: &str = r#"
if [ ! -e "$list" ]; then
  curl --fail --location --silent --show-error --output "$list.part" LIST_URL
  mv "$list.part" "$list"
fi
# Each image, then where it goes.
images=()
while IFS= read -r image; do
  if [ -n "$image" ]; then images+=("$image" "$registry/${image#docker.io/}"); fi
done <"$list"
"#;
