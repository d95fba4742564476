//! The selected mask by itself: cut out of the photo, with its figures.

use std::sync::Arc;

use egui::{Color32, ColorImage, Context, Grid, TextureHandle, TextureOptions, Ui};
use image::{RgbImage, RgbaImage};

use super::super::actions::Actions;
use super::super::tasks::{ByAddress, Latest};
use super::super::texts::inspect as texts;
use super::AttributeFields;
use crate::document::{Document, MaskItem};
use crate::files::drawing::cutout;
use crate::mask::{Figures, Mask};

/// Longest side of the picture, in texels.
const MOST_TEXELS: u32 = 640;

/// Renders the cut-out in the background and shows it.
pub(in crate::app) struct Inspect {
    /// Only one mask is looked at at a time: cut-outs can be large, and of several that are selected one
    /// after the other only the last one is wanted.
    task: Latest<ByAddress<Mask>, (ColorImage, Measured)>,
    newest: Option<Inspected>,
    attributes: AttributeFields,
}

/// The newest mask that was measured; nothing is shown after an internal error.
struct Inspected {
    of: Arc<Mask>,
    shown: Option<(TextureHandle, Measured)>,
}

/// Figures that take a moment.
struct Measured {
    figures: Option<Figures>,
    mean_colour: Option<[f32; 3]>,
}

impl Inspect {
    pub fn new(ctx: Context) -> Self {
        Self { task: Latest::new(ctx, 1), newest: None, attributes: AttributeFields::default() }
    }

    pub fn ui(&mut self, ui: &mut Ui, document: &Document, photo: &Arc<RgbImage>, actions: &mut Actions) {
        while let Some((ByAddress(of), outcome)) = self.task.next() {
            let texture = |picture| ui.ctx().load_texture("inspect", picture, TextureOptions::LINEAR);
            let shown = outcome.map(|(picture, measured)| (texture(picture), measured));
            self.newest = Some(Inspected { of, shown });
        }
        let selected: Vec<&Arc<MaskItem>> =
            document.selection().iter().filter_map(|id| document.mask(*id)).collect();
        match selected[..] {
            [] => {
                ui.weak(texts::empty());
            }
            [item] => {
                self.picture_ui(ui, &item.annotation.mask, photo);
                egui::ScrollArea::vertical().show(ui, |ui| {
                    self.attributes.ui(ui, document, &[item], actions);
                    let measured = self.inspected(&item.annotation.mask);
                    figures_ui(ui, document, item, measured.map(|(_, measured)| measured));
                });
            }
            _ => {
                let pixels: u64 = selected.iter().map(|m| m.annotation.mask.area()).sum();
                ui.label(texts::selected(selected.len(), pixels));
                let selected: Vec<&MaskItem> = selected.iter().map(|item| &***item).collect();
                self.attributes.ui(ui, document, &selected, actions);
            }
        }
    }

    /// Whether a mask is being looked at.
    pub fn is_pending(&self) -> bool {
        self.task.is_pending()
    }

    fn inspected(&self, mask: &Arc<Mask>) -> Option<&(TextureHandle, Measured)> {
        self.newest.as_ref().filter(|newest| Arc::ptr_eq(&newest.of, mask))?.shown.as_ref()
    }

    fn picture_ui(&mut self, ui: &mut Ui, mask: &Arc<Mask>, photo: &Arc<RgbImage>) {
        let is_inspected = self.newest.as_ref().is_some_and(|newest| Arc::ptr_eq(&newest.of, mask));
        if !is_inspected && !self.task.is_pending() {
            let (subject, photo) = (mask.clone(), photo.clone());
            self.task.ask(ByAddress(mask.clone()), move || {
                let mean_colour = subject.mean_colour(photo.as_raw());
                let measured = Measured { figures: subject.figures(), mean_colour };
                (reduced(cutout(&photo, &subject, true)), measured)
            });
        }
        if let Some((texture, _)) = self.inspected(mask) {
            let room = egui::vec2(ui.available_width(), (ui.available_height() - 150.0).max(60.0));
            let image = egui::Image::new(texture).max_size(room).alt_text(texts::picture());
            ui.vertical_centered(|ui| {
                let response = ui.add(image.bg_fill(Color32::TRANSPARENT));
                ui.painter().rect_stroke(
                    response.rect,
                    0.0,
                    ui.visuals().widgets.noninteractive.bg_stroke,
                    egui::StrokeKind::Outside,
                );
            });
        }
    }
}

/// The picture, made smaller if it is larger than the panel can show.
fn reduced(picture: RgbaImage) -> ColorImage {
    let (width, height) = picture.dimensions();
    let picture = if width.max(height) > MOST_TEXELS {
        image::DynamicImage::from(picture).thumbnail(MOST_TEXELS, MOST_TEXELS).into_rgba8()
    } else {
        picture
    };
    let size = [picture.width() as usize, picture.height() as usize];
    ColorImage::from_rgba_unmultiplied(size, &picture)
}

fn figures_ui(ui: &mut Ui, document: &Document, item: &MaskItem, measured: Option<&Measured>) {
    let mask = &item.annotation.mask;
    let photo = f64::from(mask.width()) * f64::from(mask.height());
    // As close as text stands, so that most are seen without scrolling.
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("figures").num_columns(2).show(ui, |ui| {
        let mut figure = |name: &str, value: String| {
            ui.weak(name);
            ui.label(value);
            ui.end_row();
        };
        figure(texts::name(), item.annotation.name.clone());
        if let Some(class) = document.class_of(item) {
            figure(texts::class(), class.name.clone());
        }
        let percent = 100.0 * mask.area() as f64 / photo;
        figure(texts::area(), texts::area_of(mask.area(), percent));
        if let Some(b) = mask.bbox() {
            figure(texts::bounding_box(), texts::bbox_of(b));
        }
        for (name, score) in [
            (texts::predicted_iou(), item.annotation.predicted_iou),
            (texts::stability(), item.annotation.stability_score),
        ] {
            figure(name, score.map_or(texts::no_score().into(), texts::score));
        }
        if let Some(model) = &item.annotation.model {
            figure(texts::model(), model.to_string());
        }
        let Some(Measured { figures, mean_colour }) = measured else { return };
        if let Some(f) = figures {
            figure(texts::perimeter(), texts::length(f.perimeter));
            figure(texts::centroid(), texts::position(f.centroid));
            figure(texts::equivalent_diameter(), texts::length(f.equivalent_diameter));
            figure(texts::parts_and_holes(), texts::counts(f.parts, f.holes));
        }
        if let Some(colour) = mean_colour {
            figure(texts::mean_colour(), texts::colour(colour.map(|v| v.round() as u8)));
        }
    });
}
