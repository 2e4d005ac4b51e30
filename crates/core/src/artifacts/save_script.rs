//! Before the air gap: all images in one archive.

use super::answers::{PLATFORM, SCOPE};
use super::images::{any_copies, exceptions};
use super::{Family, Generator, Request, quote, script};

pub static GENERATOR: Generator = Generator {
    id: "save-script",
    family: Family::AirGap,
    title: "Save, before the air gap",
    file: "save.sh",
    language: "sh",
    questions: &[&SCOPE, &PLATFORM],
    applies: any_copies,
    why: |request| {
        format!(
            "Pulls all images and writes rke-images.tar.gz, only if none is missing: `rancher-save-images.sh` goes on \
             after `Image pull failed`, writes the rest and exits with 0. {}",
            exceptions(&request.copies()).join(" ")
        )
        .trim_end()
        .to_owned()
    },
    needs: |_| {
        vec![
            "bash, docker and gzip on a machine with internet; space for about 4 GB.".to_owned(),
            "A login at Docker Hub where its limit for anonymous pulls is too low.".to_owned(),
        ]
    },
    write,
};

fn write(request: &Request<'_>) -> String {
    let copies = request.copies();
    let lines: String = copies.sources().iter().map(|source| format!("  {}\n", quote::shell(source))).collect();
    let head = script::head(&format!(
        "Saves the images of Kubernetes {} as rke {} pulls them to rke-images.tar.gz.",
        quote::line(&request.plan.kubernetes_version),
        request.plan.rke
    ));
    let platform = quote::shell(&request.text(&PLATFORM).unwrap_or_default());
    format!("{head}platform={platform}\nimages=(\n{lines})\n{SCRIPT}")
}

const SCRIPT: &str = r#"archive=${ARCHIVE:-rke-images.tar.gz}

pull() {
  local attempt
  for attempt in 1 2 3; do
    if docker pull --quiet --platform "$platform" "$1"; then return 0; fi
    echo "attempt $attempt failed: $1" >&2
    if ((attempt < 3)); then sleep "${RETRY_SECONDS:-5}"; fi
  done
  return 1
}

failed=()
for image in "${images[@]}"; do
  pull "$image" || failed+=("$image")
done
if ((${#failed[@]} > 0)); then
  echo "not saved, ${#failed[@]} of ${#images[@]} images are missing:" >&2
  printf '  %s\n' "${failed[@]}" >&2
  exit 1
fi
# Renamed at the end, so that a broken archive never has the name of a whole one.
docker save "${images[@]}" | gzip >"$archive.part"
mv "$archive.part" "$archive"
echo "all ${#images[@]} images are in $archive"
"#;
