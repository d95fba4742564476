//! Applies the actions that the widgets emit; the one place where the state changes.

use std::path::PathBuf;

use egui::{Context, Rect, ViewportCommand, pos2};

use super::Tinsel;
use crate::app::actions::Action;
use crate::app::background::ImportTarget;
use crate::app::commands::Command;
use crate::app::everything_run::EverythingRun;
use crate::app::export_task::Subject;
use crate::app::models;
use crate::app::settings::{MaskStyle, Tool};
use crate::document::{Edit, MaskId, painted, prompting_again};
use crate::engine::{Job, ModelSource};
use crate::mask::{Mask, PixelBox};
use crate::sam2::weights::STARTER_NAME;

/// The photo that an empty window offers.
static SAMPLE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg"));
const SAMPLE_NAME: &str = "coffee.jpg";
const ZOOM_STEP: f32 = 1.25;
/// Sides of a region are at least this long, in photo pixels.
const SMALLEST_REGION: u32 = 8;
const BRUSH_STEP: f32 = 1.25;

impl Tinsel {
    pub(super) fn is_enabled(&self, command: Command) -> bool {
        let document = &self.workspace.document;
        let has_photo = self.workspace.open.is_some();
        // What is not on the screen is not changed.
        if self.comparing.shown.is_some() && !command.is_for_everywhere() {
            return false;
        }
        match command {
            Command::NextPhoto => self.workspace.current + 1 < self.workspace.photos.len(),
            Command::PreviousPhoto => self.workspace.current > 0,
            Command::ImportMasks => has_photo,
            Command::CopyCutout | Command::CopyMask => document.selection().len() == 1,
            Command::Export => has_photo && !document.masks().is_empty(),
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
            Command::UseStarterModel => self.model.as_deref() != Some(STARTER_NAME),
            _ => true,
        }
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

    pub(super) fn apply(&mut self, action: Action, ctx: &Context, frame: &eframe::Frame) {
        let document = &mut self.workspace.document;
        match action {
            Action::Run(command) => {
                if self.is_enabled(command) {
                    self.run_command(command, ctx, frame);
                }
            }
            Action::Edit(edit) => document.apply(edit),
            Action::AddPoint(point) => {
                let picked = self.preview.picked(point);
                // What a further point changes is the mask that is looked at.
                let from = self.inquiry.former(document.prompting());
                let first = document.prompting().is_empty();
                document.apply(Edit::AddPoint(point, from));
                if let Some(candidate) = picked.filter(|_| first) {
                    document.apply(Edit::Choose(candidate));
                }
            }
            Action::Stroke { path, erase } => {
                if let Some((width, height)) = self.workspace.open.as_ref().map(|open| open.size()) {
                    self.paint(Mask::stroke(width, height, &path, self.settings.brush_radius), erase);
                }
            }
            Action::Lasso { path, subtract } => {
                if let Some((width, height)) = self.workspace.open.as_ref().map(|open| open.size()) {
                    self.paint(Mask::polygon(width, height, &path), subtract);
                }
            }
            Action::Reopen(id) => self.reopen(id),
            Action::SetShapePixels(pixels) => self.settings.shape_pixels = pixels,
            Action::SetSpeckArea(area) => self.settings.speck_area = area,
            Action::Select(ids) => document.select(ids),
            Action::ToggleSelected(id) => document.toggle_selected(id),
            Action::ZoomToMask(id) => {
                document.select([id]);
                self.zoom_to(&[id]);
            }
            Action::SetOpacity(opacity) => self.settings.opacity = opacity,
            Action::SetParameters(parameters) => self.parameters.1 = parameters,
            Action::UsePreset(preset) => self.parameters.1 = preset.parameters(&self.parameters.0),
            Action::SetFilters(filters) => {
                if let Some(run) = &mut self.run {
                    run.set_filters(filters, &mut self.sieve);
                }
            }
            Action::ApplyFilters => {
                if let Some(run) = &mut self.run {
                    run.commit(&mut self.sieve);
                }
            }
            Action::StartComparison => self.start_comparison(),
            Action::SaveComparison => {
                let dialog = rfd::FileDialog::new().set_parent(frame);
                if let (Some(open), Some(shown)) = (&self.workspace.open, &self.comparing.shown) {
                    let name = format!("{}_compare.png", open.photo.stem());
                    let dialog = dialog.set_file_name(name);
                    self.background.save_figure(dialog, open.photo.clone(), shown.figure());
                }
            }
            Action::CloseComparison => self.comparing.shown = None,
            Action::SetColourMode(mode) => self.settings.colours = mode,
            Action::OpenPaths(paths) => self.background.list(paths),
            Action::GoToPhoto(index) => {
                if index != self.workspace.current || self.workspace.open.is_none() {
                    self.open_photo(index);
                }
            }
            Action::SetEncodeAhead(wanted) => self.settings.encode_ahead = wanted,
            Action::SetEmbeddingsLimit(gigabytes) => {
                self.settings.embeddings_gb = gigabytes;
                self.keep_embeddings();
            }
            Action::ClearEmbeddings => self.engine.clear_embeddings(),
            Action::ImportFile(file) => self.import_file(file),
            Action::ImportHere(file) => {
                if let Some(target) = self.import_target() {
                    self.background.import_here(file, target);
                }
            }
            Action::ImportAll { .. } => {
                self.save_all();
                self.after_saving.push(action);
            }
            Action::PlanExport(_) | Action::Export(_) => {
                let of_folder = matches!(
                    &action,
                    Action::PlanExport(job) | Action::Export(job) if matches!(job.subject, Subject::Folder(_))
                );
                if of_folder {
                    self.save_all();
                }
                self.after_saving.push(action);
            }
            Action::ChooseExportFolder => {
                let dialog = rfd::FileDialog::new().set_parent(frame);
                self.background.pick_export_folder(dialog.set_directory(&self.export.folder));
            }
            Action::UseModel(source) => self.load_model(source),
            Action::DownloadModel(entry) => match models::store(&self.settings.models_url) {
                Ok(store) => self.models.download(entry, store, ctx),
                Err(error) => self.messages.error(error),
            },
            Action::CancelDownload => self.models.cancel(),
            Action::SetKeys(command, keys) => {
                let robbed = self.settings.keymap.set(command, keys);
                if !robbed.is_empty() {
                    let names: Vec<String> =
                        robbed.iter().map(|other| format!("“{}”", other.info().text)).collect();
                    self.messages.news(format!("The keys were taken from {}.", names.join(", ")));
                }
            }
            Action::ResetKeys(command) => self.settings.keymap.reset(command),
            Action::SetModelsUrl(url) => self.settings.models_url = url,
            Action::DismissMessage(index) => self.messages.dismiss(index),
        }
    }

    fn run_command(&mut self, command: Command, ctx: &Context, frame: &eframe::Frame) {
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
                self.workspace.photos = vec![SAMPLE_NAME.into()];
                self.workspace.current = 0;
                self.workspace.request += 1;
                self.workspace.loading = true;
                self.background.open_bytes(self.workspace.request, SAMPLE_NAME.into(), SAMPLE);
            }
            Command::UseStarterModel => self.load_model(ModelSource::Starter),
            Command::NextPhoto => self.open_photo(self.workspace.current + 1),
            Command::PreviousPhoto => self.open_photo(self.workspace.current - 1),
            Command::Export => {
                if let Some(open) = &self.workspace.open {
                    self.export.open_for(document, &open.photo, self.model.as_deref(), &self.settings);
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
                    self.background.copy(item.mask.clone(), open.photo.pixels.clone(), whole);
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
                let index = usize::from(n) - usize::from(count <= 3);
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
                    self.run = Some(EverythingRun::new(number, &photo, searched, (&wanted).into()));
                }
            }
            Command::Compare => self.comparing.open = true,
            Command::Cancel if self.comparing.is_running() => {
                self.engine.cancel(Job::Comparison);
                self.engine.cancel(Job::Everything);
            }
            Command::Cancel if is_searching => self.engine.cancel(Job::Everything),
            Command::Cancel => {
                // A photo is encoded for its own sake or because a prompt needs it.
                self.engine.cancel(Job::Encoding);
                self.engine.cancel(Job::Prompt);
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

    fn import_target(&self) -> Option<ImportTarget> {
        let open = self.workspace.open.as_ref()?;
        let (path, name) = (open.photo.path.clone(), open.photo.file_name());
        Some(ImportTarget { id: open.id, path, size: open.size(), name })
    }

    pub(super) fn import_file(&mut self, file: PathBuf) {
        if let Some(target) = self.import_target() {
            self.background.import_file(file, target, self.workspace.photos.clone());
        }
    }

    /// Does what waited for the work to be saved.
    pub(super) fn go_on_after_saving(&mut self) {
        if self.sessions.is_saving() {
            return;
        }
        for action in std::mem::take(&mut self.after_saving) {
            match action {
                Action::PlanExport(job) => self.export.plan_started(self.background.plan_export(job)),
                Action::Export(job) => {
                    self.settings.export = Some((job.format, job.options.clone()));
                    let photos = job.photos();
                    self.export.started(self.background.export(job), photos);
                }
                Action::ImportAll { file, photos } => {
                    let in_window = self.workspace.paths().cloned().collect();
                    self.background.import_all(file, photos, in_window);
                }
                _ => {}
            }
        }
    }

    /// Whether everything mode is under way.
    pub(super) fn is_searching(&self) -> bool {
        self.run.as_ref().is_some_and(EverythingRun::is_searching)
    }

    fn start_comparison(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        let url = &self.settings.models_url;
        match self.comparing.sides(&self.parameters.1, url) {
            Ok(sides) => {
                let number = self.engine.compare(open.reference(), sides);
                self.comparing.start(number, url);
            }
            Err(error) => self.messages.error(error),
        }
    }

    /// Moves the sliders to where undo or redo has put the masks.
    fn follow_filters(&mut self) {
        let Some(sifting) = self.workspace.document.sifting() else { return };
        if let Some(run) = self.run.as_mut().filter(|run| run.number == sifting.run) {
            run.filters = sifting.filters;
        }
    }

    /// Adds an area to the selected mask or takes it away; a new mask if none is selected.
    fn paint(&mut self, area: Mask, subtract: bool) {
        let document = &mut self.workspace.document;
        let selected = document.selection().iter().filter_map(|id| document.mask(*id)).collect::<Vec<_>>();
        let item = match selected[..] {
            [] => None,
            [item] if item.locked => {
                return self.messages.news("The selected mask is locked. Unlock it first.");
            }
            [item] => Some(item.clone()),
            _ => return self.messages.news("Select one mask to paint on, or none for a new one."),
        };
        match painted(item.as_deref(), area, subtract) {
            Some(change) => {
                let is_new = !change.added.is_empty();
                document.apply(Edit::Reshape(change));
                if let Some(new) = document.masks().last().map(|m| m.id).filter(|_| is_new) {
                    document.select([new]);
                }
            }
            None => self.messages.news("Select the mask that something is to be taken from."),
        }
    }

    fn resize_brush(&mut self, factor: f32) {
        self.settings.brush_radius = (self.settings.brush_radius * factor).clamp(0.75, 1000.0);
    }

    /// Works on a mask again: with its prompt, or with its pixels as one.
    fn reopen(&mut self, id: MaskId) {
        let document = &mut self.workspace.document;
        let Some(item) = document.mask(id) else { return };
        if item.locked {
            return self.messages.news("The mask is locked. Unlock it first.");
        }
        let region = self.workspace.open.as_ref().and_then(|open| open.region);
        let prompting = prompting_again(item, self.low_res_side, region);
        document.apply(Edit::Reopen(id, prompting));
        self.tool = Tool::Positive;
    }

    /// Shows these masks as large as they fit.
    fn zoom_to(&mut self, ids: &[MaskId]) {
        let boxes = ids.iter().filter_map(|id| self.workspace.document.mask(*id)?.mask.bbox());
        let around = boxes
            .map(|b| {
                let corner = |x: u32, y: u32| pos2(x as f32, y as f32);
                Rect::from_min_max(corner(b.x0, b.y0), corner(b.x1, b.y1))
            })
            .reduce(Rect::union);
        if let Some(around) = around {
            self.canvas.view.show(around);
        }
    }

    pub(super) fn load_model(&mut self, source: ModelSource) {
        self.loading_model = true;
        self.model_number = self.engine.load_model(source);
    }

    /// Loads a model by name or path; the starter model, with a word why, if there is no such.
    pub(super) fn load_named_model(&mut self, name: &str) {
        match models::source(name, &self.settings.models_url) {
            Ok(source) => self.load_model(source),
            Err(error) => {
                self.messages.error(error);
                self.load_model(ModelSource::Starter);
            }
        }
    }

    /// Encodes the open photo, or its region, ahead of the first click.
    pub(super) fn encode(&mut self) {
        if let Some(open) = self.workspace.open.as_ref().filter(|_| self.model.is_some()) {
            self.encoding = Some(0.0);
            self.encoded_photo = None;
            self.encoding_number = self.engine.encode(open.region_reference());
        }
    }

    /// Lets the network look closer at what is visible.
    fn enter_region(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        let size = open.size();
        let region = self.canvas.view.visible(size);
        if (region.width(), region.height()) == size {
            return self.messages.news(
                "Zoom in first, so that only the small thing and some of its surroundings are visible.",
            );
        }
        if region.width() < SMALLEST_REGION || region.height() < SMALLEST_REGION {
            return self.messages.news("Too little of the photo is visible. Zoom out a little.");
        }
        self.set_region(Some(region));
    }

    fn set_region(&mut self, region: Option<PixelBox>) {
        let Some(open) = &mut self.workspace.open else { return };
        if open.region == region {
            return;
        }
        open.region = region;
        // The same prompt may be answered from elsewhere now.
        self.engine.cancel(Job::Prompt);
        self.inquiry.forget();
        self.preview.forget(&self.engine);
        self.encode();
    }

    /// Keeps embeddings on disk as the settings say.
    pub(super) fn keep_embeddings(&self) {
        if let Some(folder) = &self.embeddings_folder {
            self.engine
                .keep_embeddings(folder.clone(), u64::from(self.settings.embeddings_gb) * 1_000_000_000);
        }
    }

    pub(super) fn open_photo(&mut self, index: usize) {
        let Some(path) = self.workspace.photos.get(index).cloned() else { return };
        self.backwards = index < self.workspace.current;
        self.workspace.current = index;
        self.workspace.request += 1;
        self.workspace.loading = true;
        let known = self.ahead.decoded(&path);
        self.background.open(self.workspace.request, path, known);
    }

    /// Puts the shown candidate into the list, now or when it has been computed.
    pub(super) fn accept(&mut self) {
        let prompting = self.workspace.document.prompting().clone();
        if self.inquiry.is_pending() {
            self.inquiry.accept_when_ready = true;
        } else if let Some(mask) = self.inquiry.acceptable(&prompting) {
            if mask.mask.is_empty() {
                self.messages
                    .news("The mask is empty. Add a point on the thing, or choose another candidate.");
                self.inquiry.accept_when_ready = false;
                return;
            }
            self.workspace.document.apply(Edit::Accept(mask));
            self.inquiry.forget();
        }
    }
}
