//! `pull generate`: files made from the plan.

use std::fs;
use std::path::Path;

use drydock_core::artifacts::{GENERATORS, Generator};
use drydock_core::plan::Plan;
use drydock_core::render::redact;

use crate::cli::Generate;
use crate::error::Error;
use crate::save;
use crate::session::Session;

pub fn run(generate: &Generate, session: &mut Session<'_>) -> Result<u8, Error> {
    if generate.list {
        for generator in GENERATORS {
            session.line(format_args!("{}  {} ({})", generator.id, generator.title, generator.file))?;
        }
        return Ok(0);
    }
    // With --all there is no ID, so a lone argument is the file.
    let file = if generate.all {
        generate.file.clone().or(generate.id.clone().map(Into::into))
    } else {
        generate.file.clone()
    };
    let wanted = if generate.all { None } else { generate.id.as_deref().map(find).transpose()? };
    let input = session.read_one(file.as_ref())?;
    let plan = drydock_core::check(&input.text, &session.options).plan;
    let plan = if generate.show_secrets { plan } else { masked(&plan, session) };
    match (wanted, &generate.output) {
        (Some(generator), _) => session.line((generator.write)(&plan).trim_end_matches('\n'))?,
        (None, Some(folder)) => write_all(&plan, folder, session)?,
        (None, None) => return Err(Error::Usage("name what to generate; `pull generate --list` lists it".to_owned())),
    }
    Ok(0)
}

fn find(id: &str) -> Result<&'static Generator, Error> {
    let found = GENERATORS.iter().find(|generator| generator.id == id);
    found.copied().ok_or_else(|| {
        let ids: Vec<_> = GENERATORS.iter().map(|generator| generator.id).collect();
        Error::Usage(format!("nothing called `{id}` can be generated; there are: {}", ids.join(", ")))
    })
}

fn masked(plan: &Plan, session: &mut Session<'_>) -> Plan {
    let masked = redact::plan(plan);
    if masked.registries.entries != plan.registries.entries {
        session.remark("note: passwords and keys are masked as ***; --show-secrets writes them");
    }
    masked
}

fn write_all(plan: &Plan, folder: &Path, session: &mut Session<'_>) -> Result<(), Error> {
    let folder = session.world.path(folder);
    fs::create_dir_all(&folder).map_err(|source| Error::Write { path: folder.clone(), source })?;
    for generator in GENERATORS {
        let path = folder.join(generator.file);
        save::create(&path, (generator.write)(plan).as_bytes())
            .map_err(|source| Error::Write { path: path.clone(), source })?;
        session.line(path.display())?;
    }
    Ok(())
}
