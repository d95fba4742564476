//! What to export, and where to; asks before anything is overwritten.

use std::path::{Path, PathBuf};

use egui::{DragValue, Id, TextEdit, Ui, Window};

use super::actions::{Action, Actions};
use super::settings::Settings;
use crate::document::{Document, MaskId};
use crate::files::Photo;
use crate::files::export::{
    CocoSegmentation, ExportMask, ExportOptions, Format, LabelmeShapes, YoloParts, is_shared, losses,
    planned_files_with,
};

/// Which masks are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Which {
    #[default]
    Visible,
    Selected,
    All,
}

/// All that an export needs, fixed when it was asked for.
#[derive(Debug, Clone)]
pub(super) struct ExportJob {
    pub photo: Photo,
    pub masks: Vec<ExportMask>,
    pub format: Format,
    pub options: ExportOptions,
    pub folder: PathBuf,
    pub overwrite: bool,
}

/// The choices of the export window.
#[derive(Debug)]
pub(super) struct ExportChoices {
    pub open: bool,
    pub format: Format,
    pub options: ExportOptions,
    pub which: Which,
    pub folder: String,
    /// An export that has to be confirmed, and the files that it would overwrite.
    asking: Option<(ExportJob, Vec<PathBuf>)>,
    /// What the format cannot hold, and of which choice; finding out takes a moment.
    losses: Option<(Choice, Vec<String>)>,
}

/// What the losses depend on.
type Choice = (Format, ExportOptions, Which, u64, Vec<MaskId>, PathBuf);

impl Default for ExportChoices {
    fn default() -> Self {
        Self {
            open: false,
            format: Format::CutoutCropped,
            options: ExportOptions::default(),
            which: Which::Visible,
            folder: String::new(),
            asking: None,
            losses: None,
        }
    }
}

impl ExportChoices {
    /// Opens the window; a selection is what people want to export, if there is one.
    pub fn open_for(&mut self, document: &Document, photo: &Photo, model: Option<&str>, settings: &Settings) {
        let remembered = settings.export_folder.as_deref();
        if let Some((format, options)) = &settings.export {
            (self.format, self.options) = (*format, options.clone());
        }
        if let Some(model) = model {
            self.options.model = model.to_owned();
        }
        self.open = true;
        self.asking = None;
        self.which = if document.selection().is_empty() { Which::Visible } else { Which::Selected };
        if self.folder.is_empty() {
            let beside = photo.path.parent().filter(|p| !p.as_os_str().is_empty());
            let folder = remembered.or(beside).map_or_else(|| ".".into(), Path::to_path_buf);
            self.folder = folder.display().to_string();
        }
    }

    /// Whether the user is asked something, so that nothing else should happen meanwhile.
    pub fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    /// The masks that are meant.
    fn masks(&self, document: &Document) -> Vec<ExportMask> {
        document
            .masks()
            .iter()
            .filter(|m| match self.which {
                Which::Visible => document.is_shown(m),
                Which::Selected => document.selection().contains(&m.id),
                Which::All => true,
            })
            .map(|m| ExportMask {
                name: m.name.clone(),
                class: m.class.and_then(|id| document.class(id)).map(|class| class.name.clone()),
                mask: m.mask.clone(),
                colour: m.colour,
                predicted_iou: m.predicted_iou,
                stability_score: m.stability_score,
            })
            .collect()
    }

    pub fn ui(&mut self, ctx: &egui::Context, document: &Document, photo: &Photo, actions: &mut Actions) {
        let mut open = self.open;
        let masks = self.masks(document);
        let folder = Path::new(self.folder.trim());
        let files = planned_files_with(photo, &masks, self.format, &self.options, folder);
        let selection: Vec<MaskId> = document.selection().iter().copied().collect();
        let choice: Choice = (
            self.format,
            self.options.clone(),
            self.which,
            document.revision(),
            selection,
            photo.path.clone(),
        );
        if self.losses.as_ref().is_none_or(|(known, _)| *known != choice) {
            self.losses = Some((choice, losses(self.format, &self.options, &masks)));
        }
        let window = Window::new("Export").open(&mut open).resizable(false).collapsible(false);
        let centre = ctx.content_rect().center();
        window.pivot(egui::Align2::CENTER_CENTER).default_pos(centre).show(ctx, |ui| {
            ui.set_width(620.0);
            egui::Grid::new("formats").num_columns(2).show(ui, |ui| {
                for pair in Format::ALL.chunks(2) {
                    for format in pair {
                        ui.radio_value(&mut self.format, *format, format.label());
                    }
                    ui.end_row();
                }
            });
            ui.separator();
            options_ui(ui, self.format, &mut self.options);
            let selected = document.selection().len();
            let shown = document.masks().iter().filter(|m| document.is_shown(m)).count();
            ui.radio_value(&mut self.which, Which::Visible, format!("Visible masks ({shown})"));
            ui.radio_value(&mut self.which, Which::Selected, format!("Selected masks ({selected})"));
            ui.radio_value(&mut self.which, Which::All, format!("All masks ({})", document.masks().len()));
            ui.separator();
            ui.horizontal(|ui| {
                ui.label("Folder");
                let edit = TextEdit::singleline(&mut self.folder).hint_text("Folder").desired_width(270.0);
                ui.add(edit);
                if ui.button("Choose…").clicked() {
                    actions.push(Action::ChooseExportFolder);
                }
            });
            let summary = match (masks.len(), &files[..]) {
                (0, _) => "There are no such masks.".to_owned(),
                (_, [one]) => format!("Writes {}", file_name(one)),
                (_, [first, ..]) => format!("Writes {} files: {}, …", files.len(), file_name(first)),
                (_, []) => String::new(),
            };
            ui.weak(summary);
            for loss in self.losses.iter().flat_map(|(_, losses)| losses) {
                ui.colored_label(ui.visuals().warn_fg_color, loss);
            }
            let ready = !masks.is_empty() && !self.folder.trim().is_empty();
            if ui.add_enabled(ready, egui::Button::new("Write files")).clicked() {
                let existing: Vec<PathBuf> =
                    files.iter().filter(|f| f.exists() && !is_shared(f)).cloned().collect();
                let job = ExportJob {
                    photo: photo.clone(),
                    masks: masks.clone(),
                    format: self.format,
                    options: self.options.clone(),
                    folder: PathBuf::from(self.folder.trim()),
                    overwrite: !existing.is_empty(),
                };
                if existing.is_empty() {
                    actions.push(Action::Export(job));
                } else {
                    self.asking = Some((job, existing));
                }
            }
        });
        self.open = open;
        self.confirm_ui(ctx, actions);
    }

    fn confirm_ui(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        let Some((job, existing)) = &self.asking else { return };
        let modal = egui::Modal::new(Id::unique("overwrite")).show(ctx, |ui| {
            ui.set_width(360.0);
            ui.heading("Overwrite files?");
            let first = existing.first().map(|f| file_name(f)).unwrap_or_default();
            ui.label(match existing.len() {
                1 => format!("{first} is there already."),
                n => format!("{n} files are there already, {first} among them."),
            });
            ui.horizontal(|ui| {
                if ui.button("Overwrite").clicked() {
                    actions.push(Action::Export(job.clone()));
                    ui.close();
                }
                if ui.button("Keep them").clicked() {
                    ui.close();
                }
            });
        });
        if modal.should_close() {
            self.asking = None;
        }
    }
}

/// What can be chosen about a format.
fn options_ui(ui: &mut Ui, format: Format, options: &mut ExportOptions) {
    ui.horizontal_wrapped(|ui| match format {
        Format::CutoutCropped | Format::CutoutFull | Format::ContactSheet => {
            if format == Format::CutoutCropped {
                named(ui, "Margin", DragValue::new(&mut options.margin).range(0..=1000).suffix(" px"));
            }
            named(ui, "Soft edge", DragValue::new(&mut options.feather).range(0.0..=50.0).suffix(" px"));
        }
        Format::CocoJson => {
            ui.radio_value(&mut options.coco, CocoSegmentation::CompressedRle, "Compressed RLE");
            ui.radio_value(&mut options.coco, CocoSegmentation::Rle, "Uncompressed RLE");
            ui.radio_value(&mut options.coco, CocoSegmentation::Polygons, "Polygons");
        }
        Format::Labelme => {
            ui.radio_value(&mut options.labelme, LabelmeShapes::Polygons, "Polygons");
            ui.radio_value(&mut options.labelme, LabelmeShapes::Masks, "Pixels");
            ui.checkbox(&mut options.copy_photo, "Copy the photo, too");
        }
        Format::Yolo => {
            ui.radio_value(&mut options.yolo, YoloParts::Joined, "Parts joined");
            ui.radio_value(&mut options.yolo, YoloParts::Separate, "Parts as objects of their own");
            ui.checkbox(&mut options.copy_photo, "Copy the photo, too");
        }
        Format::Voc | Format::Isat => {
            ui.checkbox(&mut options.copy_photo, "Copy the photo, too");
        }
        _ => {}
    });
    let outlines = match format {
        Format::CocoJson => options.coco == CocoSegmentation::Polygons,
        Format::Labelme => options.labelme == LabelmeShapes::Polygons,
        _ => matches!(format, Format::Yolo | Format::Isat | Format::Svg | Format::GeoJson),
    };
    if outlines {
        ui.horizontal(|ui| {
            let tolerance =
                DragValue::new(&mut options.tolerance).range(0.0..=20.0).speed(0.05).suffix(" px");
            named(ui, "Simplify outlines by up to", tolerance);
        });
    }
    ui.separator();
}

fn named(ui: &mut Ui, name: &str, value: DragValue) {
    let label = ui.label(name);
    ui.add(value).labelled_by(label.id);
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
