//! The selected mask by itself: cut out of the photo, with its figures.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::{Color32, ColorImage, Grid, TextureHandle, TextureOptions, Ui};
use image::{RgbImage, RgbaImage};

use crate::document::{Document, MaskItem};
use crate::files::export::cutout;
use crate::mask::{Figures, Mask};

/// Longest side of the picture, in texels.
const MOST_TEXELS: u32 = 640;

/// Renders the cut-out in the background and shows it.
pub(in crate::app) struct Inspect {
    sender: Sender<(usize, ColorImage, Measured)>,
    receiver: Receiver<(usize, ColorImage, Measured)>,
    /// The mask that is wanted; its address names it while it is kept alive here.
    wanted: Option<Arc<Mask>>,
    texture: Option<(usize, TextureHandle, Measured)>,
}

/// Figures that take a moment.
struct Measured {
    figures: Option<Figures>,
    mean_colour: Option<[f32; 3]>,
}

impl Default for Inspect {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, wanted: None, texture: None }
    }
}

fn address(mask: &Arc<Mask>) -> usize {
    Arc::as_ptr(mask) as usize
}

impl Inspect {
    pub fn ui(&mut self, ui: &mut Ui, document: &Document, photo: &Arc<RgbImage>) {
        let selected: Vec<&Arc<MaskItem>> =
            document.selection().iter().filter_map(|id| document.mask(*id)).collect();
        match selected[..] {
            [] => {
                ui.weak("Select a mask to inspect it.");
            }
            [item] => {
                self.picture_ui(ui, &item.mask, photo);
                let measured = self.texture.as_ref().filter(|(of, ..)| *of == address(&item.mask));
                egui::ScrollArea::vertical().show(ui, |ui| {
                    figures_ui(ui, document, item, measured.map(|(_, _, measured)| measured));
                });
            }
            _ => {
                let pixels: u64 = selected.iter().map(|m| m.mask.area()).sum();
                ui.label(format!("{} masks selected, {pixels} pixels in all", selected.len()));
            }
        }
    }

    fn picture_ui(&mut self, ui: &mut Ui, mask: &Arc<Mask>, photo: &Arc<RgbImage>) {
        if self.wanted.as_ref().is_none_or(|wanted| !Arc::ptr_eq(wanted, mask)) {
            self.wanted = Some(mask.clone());
            let (sender, ctx) = (self.sender.clone(), ui.ctx().clone());
            let (mask, photo) = (mask.clone(), photo.clone());
            std::thread::spawn(move || {
                let measured =
                    Measured { figures: mask.figures(), mean_colour: mask.mean_colour(photo.as_raw()) };
                // The window may have closed meanwhile.
                let _ = sender.send((address(&mask), reduced(cutout(&photo, &mask, true)), measured));
                ctx.request_repaint();
            });
        }
        for (of, picture, measured) in self.receiver.try_iter() {
            if of == address(mask) {
                let texture = ui.ctx().load_texture("inspect", picture, TextureOptions::LINEAR);
                self.texture = Some((of, texture, measured));
            }
        }
        if let Some((of, texture, _)) = &self.texture
            && *of == address(mask)
        {
            let room = egui::vec2(ui.available_width(), (ui.available_height() - 150.0).max(60.0));
            let image = egui::Image::new(texture).max_size(room).alt_text("Cut-out of the selected mask");
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
    let mask = &item.mask;
    let photo = f64::from(mask.width()) * f64::from(mask.height());
    Grid::new("figures").num_columns(2).show(ui, |ui| {
        let mut figure = |name: &str, value: String| {
            ui.weak(name);
            ui.label(value);
            ui.end_row();
        };
        figure("Name", item.name.clone());
        if let Some(class) = item.class.and_then(|id| document.class(id)) {
            figure("Class", class.name.clone());
        }
        let percent = 100.0 * mask.area() as f64 / photo;
        figure("Area", format!("{} pixels, {percent:.2} %", mask.area()));
        if let Some(b) = mask.bbox() {
            figure("Box", format!("{},{}  {} × {}", b.x0, b.y0, b.width(), b.height()));
        }
        for (name, score) in [("Predicted IoU", item.predicted_iou), ("Stability", item.stability_score)] {
            figure(name, score.map_or("none".into(), |score| format!("{score:.3}")));
        }
        let Some(Measured { figures, mean_colour }) = measured else { return };
        if let Some(f) = figures {
            figure("Perimeter", format!("{:.1} pixels", f.perimeter));
            figure("Centroid", format!("{:.1},{:.1}", f.centroid[0], f.centroid[1]));
            figure("Equivalent diameter", format!("{:.1} pixels", f.equivalent_diameter));
            figure("Parts, holes", format!("{}, {}", f.parts, f.holes));
        }
        if let Some([r, g, b]) = mean_colour.map(|colour| colour.map(|v| v.round() as u8)) {
            figure("Mean colour", format!("#{r:02x}{g:02x}{b:02x}"));
        }
    });
}
