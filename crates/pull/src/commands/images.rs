//! `pull images`: what this cluster, or its version, pulls.

use std::io;

use drydock_core::render::images::{Row, rows};
use drydock_core::render::redact;
use drydock_core::{Checked, Outcome, Stage};

use crate::cli::{Images, ImagesFormat};
use crate::error::Error;
use crate::session::Session;

pub fn run(images: &Images, session: &mut Session<'_>) -> Result<u8, Error> {
    let checked = match session.read_one(images.file.as_ref()) {
        Ok(input) => session.check(&input)?,
        // rke does not read a file for this list either.
        Err(Error::Read { source, .. })
            if images.all && images.file.is_none() && source.kind() == io::ErrorKind::NotFound =>
        {
            drydock_core::check("", &session.options)
        }
        Err(error) => return Err(error),
    };
    if !images.all && !is_complete(&checked, session) {
        return Ok(1);
    }
    let plan = &redact::plan(&checked.plan);
    let version = &plan.kubernetes_version;
    if images.all && plan.catalogue.listing(version).is_none() {
        return Err(Error::Usage(format!("no images are known for Kubernetes `{version}`")));
    }
    if !plan.version_known {
        let rke = &plan.rke;
        match plan.catalogue.release(rke).is_some_and(|release| release.knows(version)) {
            true => session.remark(format_args!(
                "warning: no images are known here for Kubernetes {version}; rke {rke} has them in its metadata\n\
                 help: name its data.json with `--metadata`"
            )),
            false => session.remark(format_args!(
                "warning: rke {rke} has no images for Kubernetes {version}; what it fills in stays empty"
            )),
        }
    }
    let listed = rows(plan, images.all);
    for row in listed.iter().filter(|_| !images.all) {
        if let Some(error) = &row.login.error {
            session.remark(format_args!(
                "warning: rke cannot pull `{}` ({}): {error}",
                row.image.escape_debug(),
                row.key
            ));
        }
    }
    match images.format {
        ImagesFormat::Plain => {
            let names =
                if images.all { plan.catalogue.listing(version).unwrap_or_default() } else { plan.needed_images() };
            for name in names {
                session.line(name)?;
            }
        }
        ImagesFormat::Json => session.json(&listed, true)?,
        ImagesFormat::Table => table(&listed, session)?,
    }
    Ok(0)
}

/// A list that lacks images would fill a registry that lacks them: better none.
fn is_complete(checked: &Checked, session: &mut Session<'_>) -> bool {
    match &checked.outcome {
        Outcome::Accepted => true,
        Outcome::Refused { stage: Stage::Init, error } | Outcome::Panics { error } => {
            session.remark(format_args!("warning: rke refuses this file: {error}"));
            true
        }
        Outcome::Refused { stage: Stage::Parse, error } => {
            session.remark(format_args!("error: rke cannot read this file: {error}\nhelp: `pull check` shows where"));
            false
        }
    }
}

fn table(rows: &[Row], session: &mut Session<'_>) -> Result<(), Error> {
    let mut cells = vec![["KEY", "SOURCE", "TARGET", "CREDENTIALS", "NEEDED FOR"].map(str::to_owned)];
    cells.extend(rows.iter().map(|row| {
        let login = match (&row.login.error, &row.login.registry) {
            (Some(error), _) => error.clone(),
            (None, Some(registry)) => registry.clone(),
            (None, None) => "none".to_owned(),
        };
        let needed = if row.needed_for.is_empty() { "-".to_owned() } else { row.needed_for.join(", ") };
        let upstream = row.upstream.clone().unwrap_or_else(|| "-".to_owned());
        [row.key.to_owned(), upstream, row.image.clone(), login, needed]
    }));
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    for row in &cells {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(&format!("{cell:width$}  "));
        }
        line.push_str(&row[4]);
        session.line(line.trim_end())?;
    }
    Ok(())
}
