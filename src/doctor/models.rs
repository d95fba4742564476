//! The models on disk, compared with the catalogue.

use std::ops::ControlFlow;

use super::{Finding, Stopped, size, without_home};
use crate::models::{CATALOGUE, Entry, OnDisk, Store, verify};
use crate::sam::weights::{BUILT_IN_NAME, built_in_bytes};

pub(super) fn check(stopped: Stopped) -> Vec<Finding> {
    let mut findings = vec![built_in()];
    let store = match Store::from_environment(None) {
        Ok(store) => store,
        Err(error) => {
            findings.push(Finding::failed(error.to_string(), "correct the variable"));
            return findings;
        }
    };
    findings.extend(CATALOGUE.iter().filter_map(|entry| of_entry(&store, entry, stopped)));
    findings
}

fn built_in() -> Finding {
    match built_in_bytes().len() as u64 {
        0 => Finding::warning(
            format!("{BUILT_IN_NAME}: not part of this build"),
            "download a model: tinsel models download sam2.1-tiny",
        ),
        bytes => Finding::ok(format!("{BUILT_IN_NAME}: built in, {}", size(bytes))),
    }
}

/// What is on disk of a model; nothing if nothing is.
fn of_entry(store: &Store, entry: &Entry, stopped: Stopped) -> Option<Finding> {
    let name = entry.name;
    match store.state(entry) {
        OnDisk::Missing => None,
        OnDisk::Partial { bytes } => Some(Finding::warning(
            format!("{name}: {} downloaded, not complete", size(bytes)),
            format!("resume it: tinsel models download {name}"),
        )),
        OnDisk::Present { bytes } => {
            let go_on = |_| if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            Some(match verify(store, entry, &mut { go_on }) {
                Ok(()) => {
                    let hash = &entry.sha256[..12];
                    Finding::ok(format!("{name}: {}, SHA-256 {hash}…, verified", size(bytes)))
                }
                Err(error) => {
                    let advice =
                        format!("delete the file, or download it again: tinsel models download {name}");
                    Finding::failed(without_home(&error.to_string()), advice)
                }
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn damaged_and_partial_models_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), "https://example.org").unwrap();
        let entry = &CATALOGUE[0];
        assert_eq!(of_entry(&store, entry, &|| false), None);
        std::fs::write(store.part_file(entry), "beginning").unwrap();
        let partial = of_entry(&store, entry, &|| false).unwrap();
        assert!(partial.verdict == Verdict::Warning && partial.advice.unwrap().contains(entry.name));
        std::fs::write(store.file(entry), "something else").unwrap();
        assert_eq!(of_entry(&store, entry, &|| false).unwrap().verdict, Verdict::Failed);
        assert_eq!(built_in().verdict, Verdict::Ok);
    }
}
