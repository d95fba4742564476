//! The photos and folders that were opened last.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use egui::{Context, Ui};
use serde::{Deserialize, Serialize};

use super::actions::{Action, Actions};
use super::tasks::Latest;
use super::texts::recent as texts;

/// Older ones are forgotten when there are more than this.
const MOST: usize = 12;

/// What is remembered in the settings, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RecentList(Vec<PathBuf>);

impl RecentList {
    pub fn paths(&self) -> &[PathBuf] {
        &self.0
    }

    /// Puts a photo or a folder in front. Settings are kept as text, which not every path is.
    pub fn add(&mut self, path: &Path) {
        let Ok(path) = std::path::absolute(path) else { return };
        if path.to_str().is_none() {
            return;
        }
        self.0.retain(|other| *other != path);
        self.0.insert(0, path);
        self.0.truncate(MOST);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Which of them are no longer there. Looking may take long, on a drive that has gone to sleep.
pub(super) struct RecentFiles {
    task: Latest<PathBuf, bool>,
    missing: HashSet<PathBuf>,
}

impl RecentFiles {
    pub fn new(ctx: Context) -> Self {
        Self { task: Latest::new(ctx, 1), missing: HashSet::new() }
    }

    /// Looks which of these are there.
    pub fn check(&mut self, list: &RecentList) {
        for path in &list.0 {
            let subject = path.clone();
            self.task.ask(path.clone(), move || subject.exists());
        }
    }

    /// Takes answers in. Call it in every frame.
    pub fn receive(&mut self) {
        while let Some((path, exists)) = self.task.next() {
            if exists == Some(false) {
                self.missing.insert(path)
            } else {
                self.missing.remove(&path)
            };
        }
    }

    pub fn is_missing(&self, path: &Path) -> bool {
        self.missing.contains(path)
    }
}

/// The menu of what was opened last; what is missing is grey.
pub(super) fn recent_menu_ui(ui: &mut Ui, list: &RecentList, files: &RecentFiles, actions: &mut Actions) {
    let menu = ui.add_enabled_ui(!list.0.is_empty(), |ui| {
        ui.menu_button(texts::open_recent(), |ui| {
            for path in &list.0 {
                let button = egui::Button::new(texts::entry(path));
                let response = ui.add_enabled(!files.is_missing(path), button);
                let response = response.on_hover_text(path.display().to_string());
                if response.on_disabled_hover_text(texts::missing(path)).clicked() {
                    actions.push(Action::OpenRecent(path.clone()));
                }
            }
            ui.separator();
            if ui.button(texts::clear()).clicked() {
                actions.push(Action::ClearRecent);
            }
        })
    });
    menu.inner.response.on_disabled_hover_text(texts::none());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_comes_first_once_and_the_oldest_are_forgotten() {
        let mut list = RecentList::default();
        (0..30).for_each(|i| list.add(Path::new(&format!("/photos/{i}"))));
        list.add(Path::new("/photos/25"));
        assert_eq!(list.paths().len(), MOST);
        assert_eq!(list.paths()[..2], [PathBuf::from("/photos/25"), PathBuf::from("/photos/29")]);
        list.add(Path::new("here.jpg"));
        assert!(list.paths()[0].is_absolute(), "the program may start elsewhere");
        let saved = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<RecentList>(&saved).unwrap(), list);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_does_not_spoil_the_settings() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt as _;

        let mut list = RecentList::default();
        list.add(Path::new(OsStr::from_bytes(b"/photos/\xff.jpg")));
        assert!(list.paths().is_empty());
    }
}
