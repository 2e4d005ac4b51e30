//! `docker-credential-pull`, `pull docker-credential-helper`.

use std::path::PathBuf;

use drydock_core::credentials::RegistryMap;

use crate::credentials::Keychain;
use crate::error::Error;
use crate::helper;
use crate::input;
use crate::world::World;

pub fn run(arguments: &[String], world: &mut World) -> Result<u8, Error> {
    helper::serve(arguments, keychain, world)
}

/// Of the cluster file only where RKE_CONFIG names one: docker calls from any folder.
pub fn keychain(world: &mut World) -> Keychain {
    let file = world.env("RKE_CONFIG").map(PathBuf::from);
    let cluster = file.and_then(|file| Some((file.display().to_string(), registries(&file, world)?)));
    Keychain::new(&world.env, cluster, Vec::new())
}

fn registries(file: &std::path::Path, world: &mut World) -> Option<RegistryMap> {
    let read = match file.to_str() {
        Some("-") => return None,
        _ => input::read(file, world),
    };
    match read {
        Ok(input) => Some(drydock_core::check(&input.text, &Default::default()).plan.registries),
        Err(error) => {
            let _ = writeln!(world.stderr, "{error}");
            None
        }
    }
}
