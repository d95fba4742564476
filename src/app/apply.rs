//! Applies the actions that the widgets emit; the one place where the state changes.

use std::sync::Arc;

use egui::{Context, Rect, pos2};

use super::actions::{Action, AfterSaving};
use super::export_task::{ExportJob, Subject};
use super::models;
use super::shell::Tinsel;
use super::state::{VertexEdit, folder_of};
use super::texts::messages as texts;
use crate::document::{ClassId, Edit, MaskId, MaskItem, ShapeOp, painted};
use crate::engine::{JobKind, ModelSource};
use crate::mask::Mask;

impl Tinsel {
    pub(super) fn apply(&mut self, action: Action, ctx: &Context, frame: &eframe::Frame) {
        let document = &mut self.workspace.document;
        match action {
            Action::Run(command) => {
                if command.is_enabled(self) {
                    (command.run)(self, ctx, frame);
                }
            }
            Action::Edit(edit) => self.edit(edit),
            Action::ChooseTrack(track) => self.choose_track(track),
            Action::DeleteTrack(track) => self.delete_tracks([track].into()),
            Action::MergeTracks { from, to } => self.merge_tracks(from, to),
            Action::SplitTrack(track) => self.split_track(track),
            Action::RenameTrack(track, name) => self.rename_track(track, name),
            Action::SetReach(reach) => self.set_reach(reach),
            Action::SetFrameRate(rate) => self.settings.frame_rate = rate,
            Action::SetDoubts(limits) => self.settings.doubts = limits,
            Action::EditProject(edit) => self.projects.edit(edit),
            Action::EditPhoto(photo, edit) => self.projects.edit_of(&folder_of(&photo), edit),
            Action::EditNote(photo) => self.edit_note(&photo),
            Action::ShowInFolder(path) => self.tasks.show_in_folder(path),
            Action::ChooseClass(class) => self.choose_class(class),
            Action::StepCandidate(step) => self.step_candidate(step),
            Action::AddPoint(point) => self.add_point(point),
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
            Action::Vertices(edit) => {
                if let VertexEdit::SetTolerance(tolerance) = edit {
                    self.settings.vertex_tolerance = tolerance;
                }
                if let Some(editing) = self.stage.vertices.editing_mut() {
                    editing.apply(edit);
                }
            }
            Action::ApplyVertices => self.apply_vertices(),
            Action::DiscardVertices => self.discard_vertices(),
            Action::Reopen(id) => self.reopen(id),
            Action::SetShapePixels(pixels) => self.settings.shape_pixels = pixels,
            Action::SetSpeckArea(area) => self.settings.speck_area = area,
            Action::Select(ids) => document.select(ids),
            Action::ToggleSelected(id) => document.toggle_selected(id),
            Action::ZoomToMask(id) => {
                document.select([id]);
                self.zoom_to(&[id]);
            }
            Action::SetBrushRadius(radius) => self.settings.brush_radius = radius,
            Action::SetOpacity(opacity) => self.settings.opacity = opacity,
            Action::SetParameters(parameters) => self.model.set_parameters(parameters),
            Action::UsePreset(preset) => self.model.use_preset(preset),
            Action::SetFilters(filters) => self.everything.set_filters(filters),
            Action::ApplyFilters => self.everything.apply_filters(),
            Action::StartComparison => self.start_comparison(),
            Action::ChooseComparedModel(side) => {
                self.tasks.pick_compared_model(self.dialog(frame), side);
            }
            Action::SaveComparison => {
                let dialog = self.dialog(frame);
                if let (Some(open), Some(shown)) = (&self.workspace.open, &self.comparing.shown) {
                    let name = format!("{}_compare.png", open.photo.stem());
                    let dialog = dialog.set_file_name(name);
                    self.tasks.save_figure(dialog, open.photo.clone(), shown.figure());
                }
            }
            Action::CloseComparison => self.comparing.shown = None,
            Action::SetColourMode(mode) => self.settings.colours = mode,
            Action::OpenRecent(path) => self.list(vec![path], None),
            Action::CheckRecent => self.panels.recent.check(&self.settings.recent),
            Action::ClearRecent => self.settings.recent.clear(),
            Action::EndIntroduction => self.settings.introduced = true,
            Action::OpenDropped(paths) => self.list(paths, self.import_target()),
            Action::GoToPhoto(index) => {
                if index != self.workspace.current || self.workspace.open.is_none() {
                    self.open_photo(index);
                }
            }
            Action::GoToPage(page) => self.go_to_page(page),
            Action::SetRendering(rendering) => {
                if let Some(open) = &self.workspace.open {
                    self.picture.set_rendering(rendering, open);
                }
            }
            Action::SetAdjustment(adjustment, network_sees) => {
                self.picture.set_adjustment(adjustment, network_sees, self.workspace.open.as_ref());
            }
            Action::SetRefinement(refinement) => self.settings.refinement = refinement,
            Action::SetEncodeAhead(wanted) => self.settings.encode_ahead = wanted,
            Action::SetEmbeddingsLimit(gigabytes) => {
                self.settings.embeddings_gb = gigabytes;
                self.encoding.limit(gigabytes, &self.engine);
            }
            Action::ClearEmbeddings => self.engine.clear_embeddings(),
            Action::OpenAnnotations(paths) => {
                self.tasks.open_dropped_annotations(paths, self.workspace.photos.clone());
            }
            Action::StartBatch(work) => self.start_batch(work),
            Action::ContinueReview => self.continue_review(),
            Action::ImportFile(file) => self.import_file(file),
            Action::ImportHere(file) => {
                if let Some(target) = self.import_target() {
                    self.tasks.import_here(file, target);
                }
            }
            Action::ImportAll { file, photos } => {
                self.save_all();
                self.after_saving.push(AfterSaving::ImportAll { file, photos });
            }
            Action::PlanExport(job) => {
                self.save_exported(&job);
                self.after_saving.push(AfterSaving::PlanExport(job));
            }
            Action::Export(job) => {
                self.save_exported(&job);
                self.after_saving.push(AfterSaving::Export(job));
            }
            Action::ExportSequence(job) => {
                self.save_all();
                self.after_saving.push(AfterSaving::ExportSequence(job));
            }
            Action::ChooseExportFolder => {
                let is_sequence = self.sequence_export.open;
                let folder = if is_sequence { &self.sequence_export.folder } else { &self.export.folder };
                let dialog = rfd::FileDialog::new().set_parent(frame);
                self.tasks.pick_export_folder(dialog.set_directory(folder));
            }
            Action::ChooseSplitList => self.tasks.pick_split_list(self.dialog(frame)),
            Action::ChooseSavingFolder => {
                self.tasks.pick_saving_folder(self.dialog(frame));
            }
            Action::StayOpen => self.closing.stay(),
            Action::DiscardAndClose => self.close(ctx),
            Action::UseModel(source) => self.load_model(source),
            Action::SetInputSide(side) => self.set_input_side(side),
            Action::DownloadModel(entry) => match models::store(&self.settings.models_url) {
                Ok(store) => self.model.choice.download(entry, store, ctx),
                Err(error) => self.messages.error(error),
            },
            Action::CancelDownload => self.model.choice.cancel(),
            Action::SetKeys(command, keys) => {
                let previous_owners = self.settings.keymap.set(command, keys);
                if !previous_owners.is_empty() {
                    let names: Vec<&str> = previous_owners.iter().map(|owner| owner.text()).collect();
                    self.messages.news(texts::shortcut_lost(&names));
                }
            }
            Action::ResetKeys(command) => self.settings.keymap.reset(command),
            Action::SetModelsUrl(url) => self.settings.models_url = url,
            Action::DismissMessage(index) => self.messages.dismiss(index),
        }
    }

    pub(super) fn has_photo(&self) -> bool {
        self.workspace.open.is_some()
    }

    pub(super) fn has_model(&self) -> bool {
        self.model.is_loaded()
    }

    /// Whether a comparison is on the screen in place of the photo, so that its masks are not to be changed.
    pub(super) fn is_photo_covered(&self) -> bool {
        self.workspace.open.as_ref().is_some_and(|open| self.comparing.covers(open.id))
    }

    /// The ids of the selected masks, in the order of their making.
    pub(super) fn selection(&self) -> Vec<MaskId> {
        self.document().selection().iter().copied().collect()
    }

    /// The selected masks.
    pub(super) fn selected(&self) -> impl Iterator<Item = &Arc<MaskItem>> {
        let document = self.document();
        document.selection().iter().filter_map(|id| document.mask(*id))
    }

    /// Whether at least this many masks are selected.
    pub(super) fn selects(&self, count: usize) -> bool {
        self.document().selection().len() >= count
    }

    pub(super) fn selects_one(&self) -> bool {
        self.document().selection().len() == 1
    }

    /// Applies an edit of the selected masks.
    pub(super) fn edit_selection(&mut self, edit: impl FnOnce(Vec<MaskId>) -> Edit) {
        let edit = edit(self.selection());
        self.edit(edit);
    }

    /// Assigns a class to the selected masks; without a selection, or while a mask is being prompted, it becomes
    /// that of the next mask.
    pub(super) fn choose_class(&mut self, class: Option<ClassId>) {
        if self.selects(1) && self.document().prompting().is_empty() {
            self.edit_selection(|selection| Edit::SetClass(selection, class));
        } else {
            self.projects.activate(class);
        }
    }

    /// Changes the pixels of the selected masks.
    pub(super) fn reshape(&mut self, op: ShapeOp) {
        if let Some(open) = &self.workspace.open {
            let document = &self.workspace.document;
            let chosen = document.masks().iter().filter(|m| document.selection().contains(&m.id));
            self.tasks.reshape(open.id, chosen.cloned().collect(), op);
        }
    }

    /// Moves the boundaries of the selected masks to the edges of the photo.
    pub(super) fn refine_edges(&mut self) {
        if let Some(open) = &self.workspace.open {
            let selected = self.selected().cloned().collect();
            self.tasks.refine_edges(open.id, selected, open.photo.pixels.clone(), self.settings.refinement);
        }
    }

    /// Stops what is running.
    pub(super) fn cancel(&mut self) {
        if self.comparing.is_running() {
            self.engine.cancel(JobKind::Comparison);
            self.engine.cancel(JobKind::Everything);
        } else if self.clipboard.is_searching() {
            self.cancel_search();
        } else if self.everything.is_searching() {
            self.engine.cancel(JobKind::Everything);
        } else {
            // A photo is encoded for its own sake or because a prompt needs it.
            self.engine.cancel(JobKind::Encoding);
            self.engine.cancel(JobKind::Prompt);
        }
    }

    /// Saves what an export reads from the files next to the photos.
    fn save_exported(&mut self, job: &ExportJob) {
        if matches!(job.subject, Subject::Folder { .. }) {
            self.save_all();
            // States and tags of the photos count, too.
            self.projects.follow(&mut self.tasks);
        }
    }

    /// Does what waited for the work to be saved.
    pub(super) fn continue_after_saving(&mut self) {
        let is_settled = self.sequence.open.as_ref().is_none_or(|timeline| timeline.waiting.is_settled());
        if self.sessions.is_saving() || self.projects.is_syncing() || !is_settled {
            return;
        }
        for action in std::mem::take(&mut self.after_saving) {
            match action {
                AfterSaving::PlanExport(job) => self.export.plan_started(self.tasks.plan_export(job)),
                AfterSaving::Export(job) => {
                    self.settings.export = Some((job.format, job.options.clone()));
                    let photos = job.photos();
                    self.export.started(self.tasks.export(job), photos);
                }
                AfterSaving::ExportSequence(job) => {
                    self.sequence_export.started(self.tasks.export_sequence(job));
                }
                AfterSaving::ImportAll { file, photos } => self.tasks.read_dataset(file, photos),
            }
        }
    }

    pub(super) fn start_comparison(&mut self) {
        let Some(open) = &self.workspace.open else { return };
        let url = &self.settings.models_url;
        match self.comparing.sides(self.model.parameters(), url) {
            Ok(sides) => {
                let number = self.engine.compare(open.reference(), sides);
                self.comparing.start(number, url);
            }
            Err(error) => self.messages.error(error),
        }
    }

    /// Adds an area to the selected mask or takes it away; a new mask if none is selected.
    fn paint(&mut self, area: Mask, subtract: bool) {
        let document = &mut self.workspace.document;
        let selected = document.selection().iter().filter_map(|id| document.mask(*id)).collect::<Vec<_>>();
        let item = match selected[..] {
            [] => None,
            [item] if item.locked => {
                return self.messages.news(texts::selected_locked());
            }
            [item] => Some(item.clone()),
            _ => return self.messages.news(texts::select_one_to_paint()),
        };
        let class = self.projects.active().map(|class| class.id);
        match painted(item.as_deref(), area, subtract, class) {
            Some(mut change) => {
                let is_new = !change.added.is_empty();
                let added = std::mem::take(&mut change.added);
                change.added =
                    added.into_iter().map(|(mask, whole)| (self.with_track(mask), whole)).collect();
                let document = &mut self.workspace.document;
                document.apply(Edit::Reshape(change));
                if let Some(new) = document.masks().last().map(|m| m.id).filter(|_| is_new) {
                    document.select([new]);
                }
            }
            None => self.messages.news(texts::select_to_erase()),
        }
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
            self.stage.canvas.view.show(around);
        }
    }

    pub(super) fn segment_everything(&mut self) {
        if let Some(open) = &self.workspace.open {
            let (model, parameters) = (self.model.name(), self.model.parameters());
            self.everything.start(open.region_reference(), model, parameters, &self.engine);
        }
    }

    pub(super) fn load_model(&mut self, source: ModelSource) {
        self.model.load(source, &self.settings, &self.engine);
    }

    /// Loads the model in use again, for an input of another side, which is remembered for it.
    fn set_input_side(&mut self, side: usize) {
        let Some(name) = &self.settings.model else { return };
        match models::source(name, &self.settings.models_url) {
            Ok(source) => self.model.load_with_side(source, side, &mut self.settings, &self.engine),
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
}
