//! Exporting the objects of a sequence: which formats, where to, and how far that is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Button, ProgressBar, TextEdit, Window};

use super::actions::{Action, Actions};
use super::export_task::Progress;
use super::texts::{export, formats, sequence as texts};
use crate::files::formats::SequenceFormat;
use crate::files::sequence::{Sequence, saved_tracks};
use crate::files::{FileSet, WriteError};
use crate::tracking::{FrameError, Frames};

/// All that an export needs, fixed when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct SequenceExport {
    pub frames: Vec<PathBuf>,
    pub formats: Vec<SequenceFormat>,
    pub folder: PathBuf,
    pub overwrite: bool,
    /// Frames a second, for films.
    pub rate: f32,
}

/// What has come of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Written { files: usize, objects: usize },
    NoObjects,
    Cancelled,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) enum Failure {
    /// A file is there already.
    Exists(String),
    Other(String),
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Exists { .. } => Self::Exists(error.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}

impl SequenceExport {
    /// Does it: all files, or none. `tick` is called after each frame that is read.
    ///
    /// # Errors
    /// A file cannot be written, or the sequence does not fit into a format.
    pub fn write(&self, progress: &Progress, tick: impl Fn() + Send) -> Result<Ended, Failure> {
        let go_on = || {
            progress.photo_done();
            tick();
            !progress.is_cancelled()
        };
        let Some(tracks) = saved_tracks(&self.frames, go_on) else { return Ok(Ended::Cancelled) };
        if tracks.is_empty() {
            return Ok(Ended::NoObjects);
        }
        let objects = tracks.len();
        let sequence = Sequence::of_frames(&self.frames).map_err(|e| Failure::Other(e.to_string()))?;
        let mut tracked = sequence.with_tracks(tracks, &self.folder);
        tracked.rate = self.rate;
        let mut frames = Watched { sequence, progress };
        let mut set = FileSet::new(self.overwrite);
        for format in &self.formats {
            let added = format.add(&mut set, &tracked, &mut frames, &self.folder);
            if progress.is_cancelled() {
                return Ok(Ended::Cancelled);
            }
            added?;
        }
        Ok(Ended::Written { files: set.commit()?.len(), objects })
    }
}

/// Frames that cannot be read any more once the export is cancelled.
struct Watched<'a> {
    sequence: Sequence,
    progress: &'a Progress,
}

impl Frames for Watched<'_> {
    fn count(&self) -> usize {
        self.sequence.count()
    }

    fn frame(&mut self, index: usize) -> Result<Arc<image::RgbImage>, FrameError> {
        match self.progress.is_cancelled() {
            true => Err(texts::cancelled().into()),
            false => self.sequence.frame(index),
        }
    }
}

/// The choices of the window.
#[derive(Debug, Default)]
pub(super) struct SequenceExportWindow {
    pub open: bool,
    formats: Vec<SequenceFormat>,
    pub folder: PathBuf,
    overwrite: bool,
    /// A file of the last attempt was there already.
    exists: Option<String>,
    running: Option<Arc<Progress>>,
}

impl SequenceExportWindow {
    /// Opens the window; `folder` is used if none was chosen before.
    pub fn open_for(&mut self, folder: Option<&Path>) {
        (self.open, self.overwrite, self.exists) = (true, false, None);
        if self.formats.is_empty() {
            self.formats.push(SequenceFormat::Davis);
        }
        if self.folder.as_os_str().is_empty() {
            self.folder = folder.map(Path::to_path_buf).unwrap_or_default();
        }
    }

    pub fn started(&mut self, progress: Arc<Progress>) {
        self.running = Some(progress);
    }

    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub fn cancel(&self) {
        self.running.iter().for_each(|progress| progress.cancel());
    }

    /// The export has ended: well, or because a file exists, or otherwise.
    pub fn ended(&mut self, result: &Result<Ended, Failure>) {
        self.running = None;
        match result {
            Ok(_) => self.open = false,
            Err(Failure::Exists(error)) => self.exists = Some(error.clone()),
            Err(Failure::Other(_)) => {}
        }
    }

    pub fn ui(&mut self, ctx: &egui::Context, frames: &[PathBuf], rate: f32, actions: &mut Actions) {
        let mut open = self.open;
        let window = Window::new(texts::export_title()).open(&mut open).resizable(false).collapsible(false);
        let centre = ctx.content_rect().center();
        window.pivot(egui::Align2::CENTER_CENTER).default_pos(centre).show(ctx, |ui| {
            ui.set_width(460.0);
            for format in SequenceFormat::ALL {
                let mut is_wanted = self.formats.contains(&format);
                if ui.checkbox(&mut is_wanted, formats::of_sequences(format)).changed() {
                    match is_wanted {
                        true => self.formats.push(format),
                        false => self.formats.retain(|other| *other != format),
                    }
                }
            }
            ui.separator();
            ui.horizontal(|ui| {
                ui.label(export::folder());
                let mut text = self.folder.display().to_string();
                let edit = TextEdit::singleline(&mut text).hint_text(export::folder()).desired_width(270.0);
                if ui.add(edit).changed() {
                    self.folder = text.into();
                }
                if ui.button(export::choose()).clicked() {
                    actions.push(Action::ChooseExportFolder);
                }
            });
            ui.checkbox(&mut self.overwrite, texts::overwrite());
            if let Some(exists) = self.exists.as_ref().filter(|_| !self.overwrite) {
                ui.colored_label(ui.visuals().warn_fg_color, exists);
            }
            self.end_ui(ui, frames, rate, actions);
        });
        self.open = open;
        if ctx.input(|input| input.key_pressed(egui::Key::Escape)) && self.running.is_none() {
            self.open = false;
        }
    }

    fn end_ui(&self, ui: &mut egui::Ui, frames: &[PathBuf], rate: f32, actions: &mut Actions) {
        if let Some(progress) = &self.running {
            ui.horizontal(|ui| {
                let (done, count) = (progress.photos_done(), frames.len());
                let text =
                    if done < count { texts::frames_done(done, count) } else { texts::writing().into() };
                let share = done as f32 / count.max(1) as f32;
                ui.add(ProgressBar::new(share).desired_width(300.0).text(text));
                if ui.button(export::cancel()).clicked() {
                    self.cancel();
                }
            });
            return;
        }
        let ready = !self.formats.is_empty() && !self.folder.as_os_str().is_empty();
        if ui.add_enabled(ready, Button::new(export::write())).clicked() {
            actions.push(Action::ExportSequence(SequenceExport {
                frames: frames.to_vec(),
                formats: self.formats.clone(),
                folder: self.folder.clone(),
                overwrite: self.overwrite,
                rate,
            }));
        }
    }
}
