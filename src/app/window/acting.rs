//! Applies the actions that the widgets emit; the one place where the state changes.

use std::path::PathBuf;

use egui::{Context, Rect, pos2};

use super::Tinsel;
use crate::app::actions::Action;
use crate::app::background::ImportTarget;
use crate::app::everything_run::EverythingRun;
use crate::app::export_task::Subject;
use crate::app::models;
use crate::app::settings::Tool;
use crate::document::{Edit, MaskId, painted, prompting_again};
use crate::engine::{JobKind, ModelSource};
use crate::mask::{Mask, PixelBox};

/// Sides of a region are at least this long, in photo pixels.
const SMALLEST_REGION: u32 = 8;

impl Tinsel {
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
                    run.set_filters(filters, &mut self.filter_task);
                }
            }
            Action::ApplyFilters => {
                if let Some(run) = &mut self.run {
                    run.commit(&mut self.filter_task);
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
            Action::OpenDropped(paths) => self.list(paths, self.import_target()),
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
            Action::ChooseSavingFolder => {
                self.background.pick_saving_folder(rfd::FileDialog::new().set_parent(frame));
            }
            Action::StayOpen => self.closing.stay(),
            Action::DiscardAndClose => self.close(ctx),
            Action::UseModel(source) => self.load_model(source),
            Action::SetInputSide(side) => self.set_input_side(side),
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

    fn import_target(&self) -> Option<ImportTarget> {
        let open = self.workspace.open.as_ref()?;
        Some(ImportTarget { id: open.id, path: open.photo.path.clone(), size: open.size() })
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
                Action::ImportAll { file, photos } => self.background.read_dataset(file, photos),
                _ => {}
            }
        }
    }

    /// Whether everything mode is under way.
    pub(super) fn is_searching(&self) -> bool {
        self.run.as_ref().is_some_and(EverythingRun::is_searching)
    }

    pub(super) fn start_comparison(&mut self) {
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
    pub(super) fn follow_filters(&mut self) {
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

    pub(super) fn resize_brush(&mut self, factor: f32) {
        self.settings.brush_radius = (self.settings.brush_radius * factor).clamp(0.75, 1000.0);
    }

    /// Works on a mask again: with its prompt, or with its pixels as one.
    pub(super) fn reopen(&mut self, id: MaskId) {
        let document = &mut self.workspace.document;
        let Some(item) = document.mask(id) else { return };
        if item.locked {
            return self.messages.news("The mask is locked. Unlock it first.");
        }
        if self.model.is_none() {
            return self.messages.news("The model is being loaded. Try again in a moment.");
        }
        let region = self.workspace.open.as_ref().and_then(|open| open.region);
        let prompting = prompting_again(item, region);
        document.apply(Edit::Reopen(id, prompting));
        self.tool = Tool::Positive;
    }

    /// Shows these masks as large as they fit.
    pub(super) fn zoom_to(&mut self, ids: &[MaskId]) {
        let boxes = ids.iter().filter_map(|id| self.workspace.document.mask(*id)?.annotation.mask.bbox());
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

    /// Loads a model, with the input side that was last chosen for it.
    pub(super) fn load_model(&mut self, mut source: ModelSource) {
        let key = || models::to_remember(&ModelSource { side: None, ..source.clone() }.name());
        source.side = source.side.or_else(|| self.settings.input_sides.get(&key()).copied());
        self.loading_model = true;
        self.model_number = self.engine.load_model(source);
    }

    /// Loads the model in use again, for an input of another side, which is remembered for it.
    fn set_input_side(&mut self, side: usize) {
        let Some(name) = &self.settings.model else { return };
        match models::source(name, &self.settings.models_url) {
            Ok(source) => {
                let key = models::to_remember(&ModelSource { side: None, ..source.clone() }.name());
                self.settings.input_sides.insert(key, side);
                self.load_model(ModelSource { side: Some(side), ..source });
            }
            Err(error) => self.messages.error(error),
        }
    }

    /// Loads a model by name or path; the built-in model, with the reason, if there is none.
    pub(super) fn load_named_model(&mut self, name: &str) {
        match models::source(name, &self.settings.models_url) {
            Ok(source) => self.load_model(source),
            Err(error) => {
                self.messages.error(error);
                self.load_model(ModelSource::built_in());
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
    pub(super) fn enter_region(&mut self) {
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

    pub(super) fn set_region(&mut self, region: Option<PixelBox>) {
        let Some(open) = &mut self.workspace.open else { return };
        if open.region == region {
            return;
        }
        open.region = region;
        // The same prompt may be answered from elsewhere now.
        self.engine.cancel(JobKind::Prompt);
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

    /// Opens what files and folders stand for.
    /// Opens photos and folders; pictures of masks of the open photo are imported instead, if it is given.
    pub(super) fn list(&mut self, paths: Vec<PathBuf>, open: Option<ImportTarget>) {
        self.workspace.request += 1;
        self.workspace.loading = true;
        self.background.list(self.workspace.request, paths, open);
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
        } else if let Some(mask) = self.inquiry.acceptable(&prompting, self.model.as_deref()) {
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
