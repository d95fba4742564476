//! What each command does, and when it makes sense.

use std::path::{Path, PathBuf};

use egui::{Context, ViewportCommand};

use super::Tinsel;
use crate::app::commands::Command;
use crate::app::everything_run::EverythingRun;
use crate::app::settings::MaskStyle;
use crate::document::{Edit, MaskId};
use crate::engine::{JobKind, ModelSource};
use crate::sam::has_single;
use crate::sam::weights::BUILT_IN_NAME;

/// The photo that an empty window offers.
static SAMPLE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg"));
const SAMPLE_NAME: &str = "coffee.jpg";
const ZOOM_STEP: f32 = 1.25;
const BRUSH_STEP: f32 = 1.25;

impl Tinsel {
    pub(super) fn is_enabled(&self, command: Command) -> bool {
        let document = &self.workspace.document;
        let has_photo = self.workspace.open.is_some();
        // What is not on the screen is not changed.
        let is_covered = self.workspace.open.as_ref().is_some_and(|open| self.comparing.covers(open.id));
        if is_covered && !command.is_for_everywhere() {
            return false;
        }
        match command {
            Command::NextPhoto => self.workspace.current + 1 < self.workspace.photos.len(),
            Command::PreviousPhoto => self.workspace.current > 0,
            Command::ImportMasks => has_photo,
            Command::CopyCutout | Command::CopyMask => document.selection().len() == 1,
            Command::Export => has_photo && (!document.masks().is_empty() || self.workspace.photos.len() > 1),
            Command::Undo => document.undo_label().is_some(),
            Command::Redo => document.redo_label().is_some(),
            Command::SelectAll | Command::ShowAll => !document.masks().is_empty(),
            Command::DeleteSelected
            | Command::HideSelected
            | Command::SoloSelected
            | Command::ZoomSelection => !document.selection().is_empty(),
            Command::LockSelected | Command::Raise | Command::Lower => !document.selection().is_empty(),
            Command::RenameSelected => document.selection().len() == 1,
            Command::Refine => has_photo && self.model.is_some() && document.selection().len() == 1,
            Command::Shape(shape) => {
                let needed = if shape.op(&self.settings).combines() { 2 } else { 1 };
                document.selection().len() >= needed
            }
            Command::Class(n) => {
                let known = usize::from(n) <= document.classes().len();
                known && document.prompting().is_empty() && !document.selection().is_empty()
            }
            Command::Accept | Command::NextCandidate | Command::Candidate(_) => {
                !document.prompting().is_empty()
            }
            // Escape belongs to what the mouse is doing first.
            Command::DropPrompt => !document.prompting().is_empty() && !self.canvas.is_dragging(),
            Command::SelectNone => {
                document.prompting().is_empty()
                    && !document.selection().is_empty()
                    && !self.canvas.is_dragging()
            }
            Command::SegmentEverything => {
                has_photo && self.model.is_some() && !self.run.as_ref().is_some_and(EverythingRun::is_pending)
            }
            Command::EncodeRegion => has_photo && self.model.is_some(),
            Command::WholePhoto => self.workspace.open.as_ref().is_some_and(|open| open.region.is_some()),
            Command::Compare => has_photo && self.model.is_some() && !self.comparing.is_running(),
            Command::Cancel => self.is_searching() || self.comparing.is_running() || self.encoding.is_some(),
            Command::ClickCross => self.canvas.has_cross(),
            Command::Tool(_)
            | Command::Cross(_)
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomFit
            | Command::ZoomActual => has_photo,
            Command::UseBuiltInModel => self.model.as_deref() != Some(BUILT_IN_NAME),
            _ => true,
        }
    }

    fn sample_path(&self) -> PathBuf {
        self.sample_folder.as_deref().unwrap_or(Path::new("")).join(SAMPLE_NAME)
    }

    /// Whether this is the sample photo, whose folder is no place for people's files.
    pub(super) fn is_sample(&self, photo: &Path) -> bool {
        photo == self.sample_path()
    }

    /// Whether what the command switches is on.
    pub(super) fn is_on(&self, command: Command) -> bool {
        match command {
            Command::Tool(tool) => self.tool == tool,
            Command::Style(style) => self.settings.style == style,
            Command::Theme(theme) => self.settings.theme == theme,
            Command::LivePreview => self.settings.live_preview,
            Command::Filmstrip => self.settings.filmstrip,
            Command::Minimap => self.settings.minimap,
            Command::ShowAll => self.masks_hidden,
            _ => false,
        }
    }

    pub(super) fn run_command(&mut self, command: Command, ctx: &Context, frame: &eframe::Frame) {
        let dialog = || {
            let dialog = rfd::FileDialog::new().set_parent(frame);
            match &self.settings.photo_folder {
                Some(folder) => dialog.set_directory(folder),
                None => dialog,
            }
        };
        let is_searching = self.is_searching();
        let document = &mut self.workspace.document;
        let selection: Vec<MaskId> = document.selection().iter().copied().collect();
        match command {
            Command::OpenPhotos => self.background.pick_photos(dialog()),
            Command::OpenFolder => self.background.pick_folder(dialog()),
            Command::OpenModel => self.background.pick_model(dialog()),
            Command::OpenSample => {
                let path = self.sample_path();
                self.workspace.photos = vec![path.clone()];
                self.workspace.current = 0;
                self.workspace.request += 1;
                self.workspace.loading = true;
                let is_kept = self.sample_folder.is_some();
                self.background.open_bytes(self.workspace.request, path, SAMPLE, is_kept);
            }
            Command::UseBuiltInModel => self.load_model(ModelSource::built_in()),
            Command::NextPhoto => self.open_photo(self.workspace.current + 1),
            Command::PreviousPhoto => self.open_photo(self.workspace.current - 1),
            Command::Export => {
                if let Some(open) = &self.workspace.open {
                    let beside = open.photo.path.parent().filter(|_| !self.is_sample(&open.photo.path));
                    let (model, settings) = (self.model.as_deref(), &self.settings);
                    self.export.open_for(&self.workspace.document, beside, model, settings);
                }
            }
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::ImportMasks => {
                self.background.pick_masks(rfd::FileDialog::new().set_parent(frame));
            }
            Command::CopyCutout | Command::CopyMask => {
                let chosen = selection.first().and_then(|id| document.mask(*id));
                if let (Some(item), Some(open)) = (chosen, &self.workspace.open) {
                    let whole = command == Command::CopyMask;
                    self.background.copy(item.annotation.mask.clone(), open.photo.pixels.clone(), whole);
                }
            }
            Command::Undo => {
                document.undo();
                self.follow_filters();
            }
            Command::Redo => {
                document.redo();
                self.follow_filters();
            }
            Command::SelectAll => {
                let all: Vec<MaskId> = document.masks().iter().map(|m| m.id).collect();
                document.select(all);
            }
            Command::SelectNone => document.select([]),
            Command::DeleteSelected => document.apply(Edit::Delete(selection)),
            Command::HideSelected => {
                let any_visible = selection.iter().filter_map(|id| document.mask(*id)).any(|m| m.visible);
                document.apply(Edit::SetVisible(selection, !any_visible));
            }
            Command::SoloSelected => {
                let solo = if document.solo().is_some() { None } else { selection.first().copied() };
                document.apply(Edit::Solo(solo));
            }
            Command::ShowAll => self.masks_hidden = !self.masks_hidden,
            Command::Tool(tool) => self.tool = tool,
            Command::Accept => self.accept(),
            Command::DropPrompt => document.apply(Edit::ClearPrompt),
            Command::NextCandidate => {
                let count = self.inquiry.answer().map_or(0, |a| a.candidates.len());
                if let Some((shown, _)) = self.inquiry.shown(document.prompting()) {
                    document.apply(Edit::Choose((shown + 1) % count));
                }
            }
            Command::Candidate(n) => {
                let count = self.inquiry.answer().map_or(0, |a| a.candidates.len());
                // With the single mask in front, the candidates begin at index 1.
                let index = usize::from(n) - usize::from(!has_single(count));
                if index < count {
                    document.apply(Edit::Choose(index));
                }
            }
            Command::SegmentEverything => {
                if let Some(open) = &self.workspace.open {
                    let wanted = self.parameters.1;
                    let searched = wanted.permissive();
                    let photo = open.region_reference();
                    let number = self.engine.segment_everything(photo.clone(), searched);
                    self.run = Some(EverythingRun::new(
                        number,
                        &photo,
                        self.model.as_deref(),
                        searched,
                        (&wanted).into(),
                    ));
                }
            }
            Command::Compare => self.comparing.open = true,
            Command::Cancel if self.comparing.is_running() => {
                self.engine.cancel(JobKind::Comparison);
                self.engine.cancel(JobKind::Everything);
            }
            Command::Cancel if is_searching => self.engine.cancel(JobKind::Everything),
            Command::Cancel => {
                // A photo is encoded for its own sake or because a prompt needs it.
                self.engine.cancel(JobKind::Encoding);
                self.engine.cancel(JobKind::Prompt);
            }
            Command::ZoomIn => self.canvas.view.zoom_by(ZOOM_STEP),
            Command::ZoomOut => self.canvas.view.zoom_by(1.0 / ZOOM_STEP),
            Command::ZoomFit => self.canvas.view.fit(),
            Command::ZoomActual => self.canvas.view.actual_size(),
            Command::ZoomSelection => self.zoom_to(&selection),
            Command::Style(style) => {
                // The keys of the other styles also lead back.
                let back = self.settings.style == style;
                self.settings.style = if back { MaskStyle::Fill } else { style };
            }
            Command::Minimap => self.settings.minimap = !self.settings.minimap,
            Command::LivePreview => self.settings.live_preview = !self.settings.live_preview,
            Command::Filmstrip => self.settings.filmstrip = !self.settings.filmstrip,
            Command::EncodeRegion => self.enter_region(),
            Command::WholePhoto => self.set_region(None),
            Command::Refine => {
                if let Some(id) = selection.first() {
                    self.reopen(*id);
                }
            }
            Command::LockSelected => {
                let all_locked = selection.iter().filter_map(|id| document.mask(*id)).all(|m| m.locked);
                document.apply(Edit::SetLocked(selection, !all_locked));
            }
            Command::Class(n) => {
                if let Some(class) = document.classes().get(usize::from(n) - 1).map(|class| class.id) {
                    document.apply(Edit::SetClass(selection, Some(class)));
                }
            }
            Command::Cross(way) => {
                let fine = ctx.input(|i| i.modifiers.shift);
                if let Some(open) = &self.workspace.open {
                    self.canvas.move_cross(way.direction(), fine, open.size());
                }
            }
            Command::ClickCross => {
                let opposite = ctx.input(|i| i.modifiers.shift);
                if let Some(action) = self.canvas.click_cross(self.tool, opposite, document) {
                    self.apply(action, ctx, frame);
                }
            }
            Command::BrushLarger => self.resize_brush(BRUSH_STEP),
            Command::BrushSmaller => self.resize_brush(1.0 / BRUSH_STEP),
            Command::Shape(shape) => {
                if let Some(open) = &self.workspace.open {
                    let chosen = document.masks().iter().filter(|m| document.selection().contains(&m.id));
                    let op = shape.op(&self.settings);
                    self.background.reshape(open.id, chosen.cloned().collect(), op);
                }
            }
            Command::Palette => self.palette.open = !self.palette.open,
            Command::Keys => self.keys.open = !self.keys.open,
            Command::Theme(theme) => {
                self.settings.theme = theme;
                ctx.set_theme(theme);
            }
            Command::RenameSelected => {
                if let Some(item) = selection.first().and_then(|id| document.mask(*id)) {
                    self.mask_list.rename(item);
                }
            }
            Command::Raise | Command::Lower => {
                let edit = document.moved_by_one(command == Command::Raise);
                edit.into_iter().for_each(|edit| document.apply(edit));
            }
        }
    }
}
