//! What a mirror lacks before an upgrade.

use super::answers::NEXT_VERSION;
use super::{Family, Generator, Request, quote};
use crate::plan::Plan;

pub static GENERATOR: Generator = Generator {
    id: "images-difference",
    family: Family::AirGap,
    title: "Images that an upgrade adds",
    file: "images-added.txt",
    language: "text",
    questions: &[&NEXT_VERSION],
    applies,
    why,
    needs: |_| vec!["A mirror that holds all images of the version the cluster has now.".to_owned()],
    write,
};

fn applies(request: &Request<'_>) -> Result<(), String> {
    let Some(next) = request.text(&NEXT_VERSION) else {
        return Err("no version to go to: answer `next_version`".to_owned());
    };
    if request.plan.catalogue.images(&next).is_none() {
        return Err(format!("no images are known for {next}"));
    }
    if added(request).is_empty() {
        let now = quote::line(&request.plan.kubernetes_version);
        return Err(format!("{next} adds no images to those of {now}"));
    }
    Ok(())
}

fn why(request: &Request<'_>) -> String {
    let next = request.text(&NEXT_VERSION).unwrap_or_default();
    let gone = difference(request.plan, &next, &request.plan.kubernetes_version);
    let gone = if gone.is_empty() { "none".to_owned() } else { gone.join(", ") };
    format!(
        "What rke lists for {} and not for {}, whatever options the cluster has; for exactly what the cluster will pull \
         make the image list with the new version. No longer listed: {gone}.",
        next,
        quote::line(&request.plan.kubernetes_version)
    )
}

fn added<'a>(request: &Request<'a>) -> Vec<&'a str> {
    difference(request.plan, &request.plan.kubernetes_version, &request.text(&NEXT_VERSION).unwrap_or_default())
}

/// In the second list and not in the first.
fn difference<'a>(plan: &'a Plan, from: &str, to: &str) -> Vec<&'a str> {
    let list = |version| plan.catalogue.listing(version).unwrap_or_default();
    let from = list(from);
    list(to).into_iter().filter(|image| !from.contains(image)).collect()
}

fn write(request: &Request<'_>) -> String {
    added(request).iter().map(|image| format!("{image}\n")).collect()
}
