//! Adding imported masks to sessions.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{ForPhoto, Imported};
use crate::annotation::Annotation;
use crate::colour::{Colour, mask_colour};
use crate::files::session::{Loaded, LoadedState, SaveError, Session, SessionClass, SessionError, Stamp};

/// Why masks were not added to sessions. The message names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    #[error(transparent)]
    Load(#[from] SessionError),
    #[error(transparent)]
    Save(#[from] SaveError),
    #[error("{}: belongs to a photo of a different size; move it away to start over", path.display())]
    OtherSize { path: PathBuf },
}

/// A session to be written, and its previous state.
struct Change {
    session: Session,
    fingerprint: u64,
    former: Loaded,
}

/// Adds masks to the sessions of photos: to all of them, or to none if one fails.
///
/// # Errors
/// See [`DatasetError`]; the sessions are not changed then.
pub fn add_to_sessions(items: Vec<ForPhoto>) -> Result<(), DatasetError> {
    let mut changes = vec![];
    for ForPhoto { path, identity, imported } in items {
        let loaded = Session::load(&path, identity.size, identity.fingerprint)?;
        let mut session = match &loaded.state {
            LoadedState::Fresh => Session::fresh(&path, identity.size, identity.fingerprint),
            LoadedState::Found(session) | LoadedState::PhotoChanged { session, same_size: true } => {
                session.clone()
            }
            LoadedState::PhotoChanged { .. } => return Err(DatasetError::OtherSize { path: loaded.path }),
        };
        add_to_session(&mut session, imported);
        changes.push(Change { session, fingerprint: identity.fingerprint, former: loaded });
    }
    let mut done: Vec<(Loaded, PathBuf, Stamp)> = vec![];
    for Change { mut session, fingerprint, former } in changes {
        match former.save(&mut session, fingerprint) {
            Ok((path, stamp)) => done.push((former, path, stamp)),
            Err(error) => {
                done.iter().for_each(|(former, path, stamp)| take_back(&former.state, path, stamp));
                return Err(error.into());
            }
        }
    }
    Ok(())
}

/// Restores the previous file. Best effort: the failure that led here is reported.
fn take_back(former: &LoadedState, path: &Path, stamp: &Stamp) {
    let undone = match former {
        LoadedState::Found(session) => session.save(path, stamp).map(drop).map_err(|e| e.to_string()),
        // The previous file, if any, is next to it.
        _ => std::fs::remove_file(path).map_err(|e| e.to_string()),
    };
    if let Err(error) = undone {
        log::error!("{}: cannot be restored: {error}", path.display());
    }
}

/// Adds masks and new classes. A mask without a colour gets the colour of its class, or a new one.
pub fn add_to_session(session: &mut Session, imported: Imported) {
    let mut colours: HashMap<String, Colour> =
        session.classes.iter().rev().map(|class| (class.name.clone(), class.colour)).collect();
    for (name, colour) in imported.classes {
        if !colours.contains_key(&name) {
            let colour = colour.unwrap_or_else(|| mask_colour(session.classes.len() as u64));
            colours.insert(name.clone(), colour);
            session.classes.push(SessionClass { name, colour, other: Default::default() });
        }
    }
    for item in imported.masks {
        let of_class = || item.class.as_ref().and_then(|class| colours.get(class).copied());
        let colour = item.colour.or_else(of_class);
        let colour = colour.unwrap_or_else(|| mask_colour(session.masks.len() as u64 + 1));
        session.masks.push(Annotation { colour: Some(colour), ..item }.into());
    }
}
