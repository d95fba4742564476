//! What to export, and where to; asks before anything is overwritten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{DragValue, Id, ProgressBar, TextEdit, Ui, Window};

use super::actions::{Action, Actions};
use super::export_photos::PhotoChoices;
use super::export_task::{ExportJob, Progress, Subject};
use super::look::number_field;
use super::settings::Settings;
use super::texts::{export as texts, formats, losses, units};
use crate::annotation::Annotation;
use crate::document::{Document, MaskId};
use crate::files::Photo;
use crate::files::export::Plan;
use crate::files::formats::{
    CocoSegmentation, ExportOptions, Format, FormatOption, LabelmeShapes, YoloParts,
};

/// Which masks are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Which {
    #[default]
    Visible,
    Selected,
    All,
    /// All masks of photos of the folder.
    Folder,
}

/// The choices of the export window.
#[derive(Debug)]
pub(super) struct ExportChoices {
    pub open: bool,
    pub format: Format,
    pub options: ExportOptions,
    pub which: Which,
    pub photo_choices: PhotoChoices,
    pub folder: PathBuf,
    /// An export that has to be confirmed, and the files that it would overwrite.
    asking: Option<(ExportJob, Vec<PathBuf>)>,
    /// A choice about which is being found out what it would do.
    planning: Option<(Choice, Arc<Progress>)>,
    /// What a choice would do.
    plan: Option<(Choice, Plan)>,
    /// The export under way, and of how many photos it is.
    running: Option<(Arc<Progress>, usize)>,
}

/// What a plan depends on.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    format: Format,
    options: ExportOptions,
    which: Which,
    photo_choices: PhotoChoices,
    folder: PathBuf,
    revision: u64,
    selection: Vec<MaskId>,
    photo: PathBuf,
    photos: usize,
}

impl Default for ExportChoices {
    fn default() -> Self {
        Self {
            open: false,
            format: Format::CutoutCropped,
            options: ExportOptions::default(),
            which: Which::Visible,
            photo_choices: PhotoChoices::default(),
            folder: PathBuf::new(),
            asking: None,
            planning: None,
            plan: None,
            running: None,
        }
    }
}

impl ExportChoices {
    /// Opens the window; several selected masks are what people want to export, if there are several. `beside` is
    /// the folder of the photo.
    pub fn open_for(
        &mut self,
        document: &Document,
        beside: Option<&Path>,
        model: Option<&str>,
        settings: &Settings,
    ) {
        let remembered = settings.export_folder.as_deref();
        if let Some((format, options)) = &settings.export {
            (self.format, self.options) = (*format, options.clone());
        }
        if let Some(model) = model {
            self.options.model = model.to_owned();
        }
        self.open = true;
        self.asking = None;
        self.plan = None;
        self.which = if document.selection().len() < 2 { Which::Visible } else { Which::Selected };
        if self.folder.as_os_str().is_empty() {
            let beside = beside.filter(|p| !p.as_os_str().is_empty());
            self.folder = remembered.or(beside).map_or_else(|| ".".into(), Path::to_path_buf);
        }
    }

    /// Whether the user is asked something, so that nothing else should happen in the meantime.
    pub fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// The masks that are meant.
    fn masks(&self, document: &Document) -> Vec<Annotation> {
        document
            .masks()
            .iter()
            .filter(|m| match self.which {
                Which::Visible => document.is_shown(m),
                Which::Selected => document.selection().contains(&m.id),
                Which::All | Which::Folder => true,
            })
            .map(|m| document.annotation(m))
            .collect()
    }

    /// Finding out what a choice would do has begun.
    pub fn plan_started(&mut self, progress: Arc<Progress>) {
        if let Some((_, pending)) = &mut self.planning {
            *pending = progress;
        }
    }

    /// What the choice would do; `None` when another choice was made in the meantime.
    pub fn planned(&mut self, plan: Option<Plan>) {
        let choice = self.planning.take().map(|(choice, _)| choice);
        self.plan = choice.zip(plan);
    }

    /// An export of this many photos has begun.
    pub fn started(&mut self, progress: Arc<Progress>, photos: usize) {
        self.running = Some((progress, photos));
    }

    /// Ends an export that is under way.
    pub fn cancel(&self) {
        if let Some((progress, _)) = &self.running {
            progress.cancel();
        }
    }

    /// The export has ended, well or not.
    pub fn ended(&mut self, well: bool) {
        self.running = None;
        self.plan = None;
        self.open &= !well;
    }

    /// The folder without the spaces that come with typing and pasting.
    fn trimmed_folder(&self) -> &Path {
        self.folder.to_str().map_or(&self.folder, |typed| Path::new(typed.trim()))
    }

    fn job(&self, document: &Document, photo: &Photo, photos: &[PathBuf]) -> ExportJob {
        let subject = match self.which {
            Which::Folder => Subject::Folder {
                photos: photos.to_vec(),
                wanted: self.photo_choices.wanted(),
                split: self.photo_choices.split(self.format),
            },
            _ => Subject::Photo(photo.clone(), self.masks(document)),
        };
        ExportJob {
            subject,
            format: self.format,
            options: self.options.clone(),
            folder: self.trimmed_folder().into(),
            overwrite: false,
        }
    }

    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        document: &Document,
        photo: &Photo,
        photos: &[PathBuf],
        actions: &mut Actions,
    ) {
        let mut open = self.open;
        let window = Window::new(texts::title()).open(&mut open).resizable(false).collapsible(false);
        let centre = ctx.content_rect().center();
        window.pivot(egui::Align2::CENTER_CENTER).default_pos(centre).show(ctx, |ui| {
            ui.set_width(620.0);
            egui::Grid::new("formats").num_columns(2).show(ui, |ui| {
                for pair in Format::ALL.chunks(2) {
                    for format in pair {
                        ui.radio_value(&mut self.format, *format, formats::of_masks(*format));
                    }
                    ui.end_row();
                }
            });
            ui.separator();
            options_ui(ui, self.format, &mut self.options);
            let selected = document.selection().len();
            let shown = document.masks().iter().filter(|m| document.is_shown(m)).count();
            ui.radio_value(&mut self.which, Which::Visible, texts::visible_masks(shown));
            ui.radio_value(&mut self.which, Which::Selected, texts::selected_masks(selected));
            ui.radio_value(&mut self.which, Which::All, texts::all_masks(document.masks().len()));
            if photos.len() > 1 {
                ui.radio_value(&mut self.which, Which::Folder, texts::all_photos(photos.len()));
            }
            if self.which == Which::Folder {
                ui.indent("photos", |ui| self.photo_choices.ui(ui, self.format, actions));
            }
            ui.separator();
            ui.horizontal(|ui| {
                ui.label(texts::folder());
                let mut text = self.folder.display().to_string();
                let edit = TextEdit::singleline(&mut text).hint_text(texts::folder()).desired_width(270.0);
                // Not every path is text: it stays as it is until it is edited.
                if ui.add(edit).changed() {
                    self.folder = text.into();
                }
                if ui.button(texts::choose()).clicked() {
                    actions.push(Action::ChooseExportFolder);
                }
            });
            self.end_ui(ui, document, photo, photos, actions);
        });
        self.open = open;
        self.confirm_ui(ctx, actions);
    }

    /// What will be written, the button for it, and how far it is.
    fn end_ui(
        &mut self,
        ui: &mut Ui,
        document: &Document,
        photo: &Photo,
        photos: &[PathBuf],
        actions: &mut Actions,
    ) {
        let choice = Choice {
            format: self.format,
            options: self.options.clone(),
            which: self.which,
            photo_choices: self.photo_choices.clone(),
            folder: self.folder.clone(),
            revision: document.revision(),
            selection: document.selection().iter().copied().collect(),
            photo: photo.path.clone(),
            photos: photos.len(),
        };
        let plan = self.plan.as_ref().filter(|(planned, _)| *planned == choice).map(|(_, plan)| plan.clone());
        match &self.planning {
            Some((asked, progress)) if *asked != choice => progress.cancel(),
            None if plan.is_none() && self.running.is_none() => {
                actions.push(Action::PlanExport(self.job(document, photo, photos)));
                self.planning = Some((choice, Arc::default()));
            }
            _ => {}
        }
        ui.weak(plan.as_ref().map_or_else(|| texts::counting().into(), |plan| summary(plan, self.which)));
        let losses = plan.iter().flat_map(|plan| &plan.losses).map(|loss| losses::loss(*loss));
        let problems = plan.iter().flat_map(|plan| plan.problems.iter().cloned());
        for problem in losses.chain(problems) {
            ui.colored_label(ui.visuals().warn_fg_color, problem);
        }
        if let Some((progress, photos)) = &self.running {
            ui.horizontal(|ui| {
                let done = progress.photos_done();
                let share = done as f32 / (*photos).max(1) as f32;
                let bar =
                    ProgressBar::new(share).desired_width(300.0).text(texts::photos_done(done, *photos));
                ui.add(bar);
                if *photos > 1 && ui.button(texts::cancel()).clicked() {
                    self.cancel();
                }
            });
            return;
        }
        let has_folder = !self.trimmed_folder().as_os_str().is_empty();
        let has_content = |plan: &Plan| plan.masks > 0 || (self.which == Which::Folder && plan.photos > 0);
        let ready = plan.filter(|plan| has_content(plan) && has_folder);
        if ui.add_enabled(ready.is_some(), egui::Button::new(texts::write())).clicked()
            && let Some(plan) = ready
        {
            let job = ExportJob { overwrite: !plan.existing.is_empty(), ..self.job(document, photo, photos) };
            if plan.existing.is_empty() {
                actions.push(Action::Export(job));
            } else {
                self.asking = Some((job, plan.existing));
            }
        }
    }

    fn confirm_ui(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        let Some((job, existing)) = &self.asking else { return };
        let modal = egui::Modal::new(Id::unique("overwrite")).show(ctx, |ui| {
            ui.set_width(360.0);
            ui.heading(texts::overwrite_title());
            let first = existing.first().map(|f| file_name(f)).unwrap_or_default();
            ui.label(texts::already_exist(existing.len(), &first));
            ui.horizontal(|ui| {
                if ui.button(texts::overwrite()).clicked() {
                    actions.push(Action::Export(job.clone()));
                    ui.close();
                }
                if ui.button(texts::keep()).clicked() {
                    ui.close();
                }
            });
        });
        if modal.should_close() {
            self.asking = None;
        }
    }
}

/// What will be written, in a sentence.
fn summary(plan: &Plan, which: Which) -> String {
    let content = (which == Which::Folder).then(|| texts::content(plan.masks, plan.photos));
    match plan.files.first() {
        _ if plan.masks == 0 && (which != Which::Folder || plan.photos == 0) => texts::no_masks().to_owned(),
        Some(first) => {
            let summary = texts::summary(plan.files.len(), &file_name(first), content.as_deref());
            texts::with_parts(&summary, &plan.parts)
        }
        None => String::new(),
    }
}

/// What can be chosen about a format.
fn options_ui(ui: &mut Ui, format: Format, options: &mut ExportOptions) {
    let all = format.options(options);
    let (outlines, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|option| *option == FormatOption::Tolerance);
    ui.horizontal_wrapped(|ui| others.into_iter().for_each(|option| option_ui(ui, option, options)));
    for option in outlines {
        ui.horizontal(|ui| option_ui(ui, option, options));
    }
    ui.separator();
}

fn option_ui(ui: &mut Ui, option: FormatOption, options: &mut ExportOptions) {
    match option {
        FormatOption::Margin => named(
            ui,
            texts::margin(),
            number_field(&mut options.margin).range(0..=1000).suffix(units::pixels_suffix()),
        ),
        FormatOption::Feather => {
            let feather = number_field(&mut options.feather).range(0.0..=50.0).suffix(units::pixels_suffix());
            ui.add_enabled_ui(!options.soft_edges, |ui| named(ui, texts::soft_edge(), feather));
        }
        FormatOption::SoftEdges => {
            ui.checkbox(&mut options.soft_edges, texts::soft_edges())
                .on_hover_text(texts::soft_edges_tooltip());
        }
        FormatOption::CocoSegmentation => {
            ui.radio_value(&mut options.coco, CocoSegmentation::CompressedRle, texts::compressed_rle());
            ui.radio_value(&mut options.coco, CocoSegmentation::Rle, texts::uncompressed_rle());
            ui.radio_value(&mut options.coco, CocoSegmentation::Polygons, texts::polygons());
        }
        FormatOption::LabelmeShapes => {
            ui.radio_value(&mut options.labelme, LabelmeShapes::Polygons, texts::polygons());
            ui.radio_value(&mut options.labelme, LabelmeShapes::Masks, texts::pixels());
        }
        FormatOption::YoloParts => {
            ui.radio_value(&mut options.yolo, YoloParts::Joined, texts::parts_joined());
            ui.radio_value(&mut options.yolo, YoloParts::Separate, texts::parts_separate());
        }
        FormatOption::CopyPhoto => {
            ui.checkbox(&mut options.copy_photo, texts::copy_photo());
        }
        FormatOption::Tolerance => {
            let tolerance = number_field(&mut options.tolerance)
                .range(0.0..=20.0)
                .speed(0.05)
                .suffix(units::pixels_suffix());
            named(ui, texts::tolerance(), tolerance);
        }
    }
}

fn named(ui: &mut Ui, name: &str, value: DragValue) {
    let label = ui.label(name);
    ui.add(value).labelled_by(label.id);
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
