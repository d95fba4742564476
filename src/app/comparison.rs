//! Comparing two models, or two settings, on the open photo: what to compare, and the result as
//! photo, A and B side by side.

use std::sync::Arc;

use egui::{ComboBox, Grid, Key, Ui};

use super::actions::{Action, Actions};
use super::canvas::{Hovered, Layer, SceneMask, SideBySide};
use super::models;
use super::tasks::FigureSide;
use super::workspace::OpenPhoto;
use crate::annotation::Annotation;
use crate::colour::{Colour, mask_colour};
use crate::engine::{How, ModelSource, Side};
use crate::everything::{Comparison, FoundMask, Parameters, Preset};
use crate::files::drawing::largest_first;
use crate::mask::Mask;
use crate::models::{CATALOGUE, OnDisk};
use crate::sam::weights::BUILT_IN_NAME;

const PHOTO: usize = 0;

/// How one side is made, as the dialog has it.
#[derive(Clone, PartialEq)]
struct Choice {
    /// A name or path, as [`models::source`] takes it.
    model: String,
    /// `None` stands for the settings in use.
    preset: Option<Preset>,
}

/// One side of a result.
pub(super) struct SideShown {
    pub name: String,
    pub masks: Vec<FoundMask>,
    pub colours: Vec<Colour>,
    /// For each mask, its partner on the other side and their IoU.
    pub partners: Vec<Option<(usize, f64)>>,
    seconds: f32,
}

impl SideShown {
    pub fn without_partner(&self) -> usize {
        self.partners.iter().filter(|p| p.is_none()).count()
    }

    fn caption(&self) -> String {
        let (count, alone) = (self.masks.len(), self.without_partner());
        format!("{}: {count} masks, {alone} without a partner, {:.1} s", self.name, self.seconds)
    }

    /// The smallest mask at a pixel.
    fn at(&self, x: u32, y: u32) -> Option<usize> {
        let there = (0..self.masks.len()).filter(|i| self.masks[*i].mask.get(x, y));
        there.min_by_key(|i| self.masks[*i].mask.area())
    }
}

/// A finished comparison on the screen.
pub(super) struct Shown {
    pub photo: u64,
    pub sides: [SideShown; 2],
    panes: SideBySide,
    only_alone: bool,
    /// Side and mask under the pointer in the last frame.
    hovered: Option<(usize, usize)>,
}

struct Running {
    number: u64,
    names: [String; 2],
    fraction: f32,
}

/// The dialog, the job and the result.
pub(super) struct Comparing {
    /// Whether the dialog is open.
    pub open: bool,
    choices: [Choice; 2],
    /// Models in files that were used in this window, besides those in the catalogue.
    files: Vec<String>,
    running: Option<Running>,
    pub shown: Option<Shown>,
}

impl Default for Comparing {
    fn default() -> Self {
        let choice = |preset| Choice { model: BUILT_IN_NAME.to_owned(), preset: Some(preset) };
        Self {
            open: false,
            choices: [choice(Preset::Standard), choice(Preset::Dense)],
            files: vec![],
            running: None,
            shown: None,
        }
    }
}

impl Comparing {
    /// Offers a model that has been loaded.
    pub fn offer(&mut self, name_or_path: &str) {
        if !self.files.iter().any(|known| known == name_or_path) && name_or_path != BUILT_IN_NAME {
            self.files.push(name_or_path.to_owned());
        }
    }

    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The comparison that the screen shows while this photo is open.
    pub fn shown_of(&mut self, photo: u64) -> Option<&mut Shown> {
        self.shown.as_mut().filter(|shown| shown.photo == photo)
    }

    /// Whether the screen shows a comparison while this photo is open.
    pub fn covers(&self, photo: u64) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.photo == photo)
    }

    /// Whether what is on the screen is still being rendered.
    pub fn is_rendering(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.panes.is_rendering())
    }

    /// What the status bar says, and how far the job is in [0, 1].
    pub fn status(&self) -> Option<(String, f32)> {
        let Running { names: [a, b], fraction, .. } = self.running.as_ref()?;
        Some((format!("Comparing {a} with {b}"), *fraction))
    }

    pub fn progress(&mut self, fraction: f32) {
        if let Some(running) = &mut self.running {
            running.fraction = fraction;
        }
    }

    /// The two sides to be computed, or why there is none of that name.
    pub fn sides(&self, current: &Parameters, models_url: &str) -> Result<[Side; 2], String> {
        let side = |choice: &Choice| {
            let how = choice.preset.map_or(How::Exactly(*current), How::Preset);
            Ok::<Side, String>(Side { model: models::source(&choice.model, models_url)?, how })
        };
        Ok([side(&self.choices[0])?, side(&self.choices[1])?])
    }

    pub fn start(&mut self, number: u64, models_url: &str) {
        let name = |choice: &Choice| {
            let model = models::display_name(&choice.model, models_url);
            match choice.preset {
                Some(Preset::Standard) => model,
                preset => format!("{model}, {}", preset_label(preset).to_lowercase()),
            }
        };
        let names = [name(&self.choices[0]), name(&self.choices[1])];
        self.running = Some(Running { number, names, fraction: 0.0 });
        self.open = false;
    }

    /// The job came to nothing.
    pub fn give_up(&mut self, number: u64) {
        self.running.take_if(|running| running.number == number);
    }

    pub fn receive(
        &mut self,
        ctx: &egui::Context,
        (number, photo): (u64, u64),
        masks: [Vec<FoundMask>; 2],
        comparison: &Comparison,
        seconds: [f32; 2],
    ) {
        let Some(running) = self.running.take_if(|running| running.number == number) else { return };
        let [masks_a, masks_b] = masks;
        let [name_a, name_b] = running.names;
        let mut partners = [vec![None; masks_a.len()], vec![None; masks_b.len()]];
        for pair in &comparison.pairs {
            partners[0][pair.a] = Some((pair.b, pair.iou));
            partners[1][pair.b] = Some((pair.a, pair.iou));
        }
        let [partners_a, partners_b] = partners;
        let colours_a = (0..masks_a.len() as u64).map(mask_colour).collect();
        let colours_b = comparison.numbers_of_b().into_iter().map(|n| mask_colour(n as u64)).collect();
        let side =
            |name, masks, colours, partners, seconds| SideShown { name, masks, colours, partners, seconds };
        let a = side(name_a, masks_a, colours_a, partners_a, seconds[0]);
        let b = side(name_b, masks_b, colours_b, partners_b, seconds[1]);
        let panes = SideBySide::new(ctx, 3);
        self.shown = Some(Shown { photo, sides: [a, b], panes, only_alone: false, hovered: None });
    }

    /// The dialog that asks what to compare.
    pub fn dialog_ui(&mut self, ctx: &egui::Context, models_url: &str, actions: &mut Actions) {
        let mut open = self.open;
        egui::Window::new("Compare two models or settings").open(&mut open).resizable(false).show(
            ctx,
            |ui| {
                let known = self.known(models_url);
                Grid::new("sides").num_columns(3).show(ui, |ui| {
                    for (choice, letter) in self.choices.iter_mut().zip(["A", "B"]) {
                        ui.strong(letter);
                        let name = models::display_name(&choice.model, models_url);
                        let models_box =
                            ComboBox::from_id_salt(("model", letter)).selected_text(&name).width(200.0);
                        let response = models_box.show_ui(ui, |ui| {
                            for model in &known {
                                let text = models::display_name(model, models_url);
                                ui.selectable_value(&mut choice.model, model.clone(), text);
                            }
                        });
                        response.response.widget_info(|| named_box(&format!("Model {letter}"), &name));
                        let how = preset_label(choice.preset);
                        let how_box = ComboBox::from_id_salt(("how", letter)).selected_text(how).width(140.0);
                        let response = how_box.show_ui(ui, |ui| {
                            for preset in Preset::ALL.map(Some).into_iter().chain([None]) {
                                ui.selectable_value(&mut choice.preset, preset, preset_label(preset));
                            }
                        });
                        response.response.widget_info(|| named_box(&format!("Settings {letter}"), how));
                        ui.end_row();
                    }
                });
                ui.weak("A model in a file is offered here after it was used once.");
                let different = self.choices[0] != self.choices[1];
                let button = ui.add_enabled(different, egui::Button::new("Compare"));
                if button.on_disabled_hover_text("Both sides are the same").clicked() {
                    actions.push(Action::StartComparison);
                }
            },
        );
        self.open &= open;
    }

    /// Models that can be chosen: built in, on disk, used before.
    fn known(&self, models_url: &str) -> Vec<String> {
        let mut known = vec![BUILT_IN_NAME.to_owned()];
        if let Ok(store) = models::store(models_url) {
            let present =
                |entry: &&crate::models::Entry| matches!(store.state(entry), OnDisk::Present { .. });
            known.extend(CATALOGUE.iter().filter(present).map(|entry| entry.name.to_owned()));
            let own = |file: &&String| match models::source(file, models_url) {
                Ok(ModelSource { file: Some(path), .. }) => store.entry_of(&path).is_none(),
                _ => false,
            };
            known.extend(self.files.iter().filter(own).cloned());
        }
        known
    }
}

impl Shown {
    /// What the picture of the comparison shows beside the photo.
    pub fn figure(&self) -> [FigureSide; 2] {
        self.sides.each_ref().map(|side| {
            let export = |(i, found): (usize, &FoundMask)| Annotation {
                colour: Some(side.colours[i]),
                ..found.annotation(format!("mask {i}"))
            };
            let mut masks: Vec<Annotation> = side.masks.iter().enumerate().map(export).collect();
            largest_first(&mut masks);
            let (count, alone) = (side.masks.len(), side.without_partner());
            FigureSide {
                title: side.name.clone(),
                note: format!("{count} masks, {} with a partner", count - alone),
                masks,
            }
        })
    }

    pub fn ui(&mut self, ui: &mut Ui, photo: &OpenPhoto, opacity: f32, actions: &mut Actions) {
        ui.horizontal(|ui| {
            ui.selectable_value(&mut self.only_alone, false, "All masks");
            ui.selectable_value(&mut self.only_alone, true, "Only those without a partner")
                .on_hover_text("Partners are masks of A and B with an IoU of at least 0.75");
            ui.separator();
            if ui.button("Save figure…").on_hover_text("Photo, A and B as one PNG with captions").clicked()
            {
                actions.push(Action::SaveComparison);
            }
            if ui.button("Close comparison").on_hover_text("Back to the photo (Esc)").clicked() {
                actions.push(Action::CloseComparison);
            }
            ui.separator();
            ui.add(egui::Label::new(egui::RichText::new(self.description()).weak()).truncate());
        });
        if ui.input(|i| i.key_pressed(Key::Escape)) && !egui::Popup::is_any_open(ui.ctx()) {
            actions.push(Action::CloseComparison);
        }
        let captions = ["Photo".to_owned(), self.sides[0].caption(), self.sides[1].caption()];
        let layers = vec![Layer::default(), self.layer(0), self.layer(1)];
        let hovered = self.panes.ui(ui, photo, &captions, layers, opacity);
        self.hovered = hovered.and_then(|hovered| self.mask_under(&hovered));
    }

    /// Side and mask at the pointer; over the photo, whichever side has one.
    fn mask_under(&self, Hovered { pane, at }: &Hovered) -> Option<(usize, usize)> {
        if at.x < 0.0 || at.y < 0.0 {
            return None;
        }
        let in_side = |side: usize| Some((side, self.sides[side].at(at.x as u32, at.y as u32)?));
        if *pane == PHOTO { in_side(0).or_else(|| in_side(1)) } else { in_side(pane - 1) }
    }

    /// What is known of the mask at the pointer.
    fn description(&self) -> String {
        let Some((side, mask)) = self.hovered else {
            return "Point at a mask to see its partner; drag and scroll to move all three".into();
        };
        let letter = ["A", "B"][side];
        match self.sides[side].partners[mask] {
            Some((_, iou)) => format!("Mask of {letter}: IoU {iou:.2} with its partner"),
            None => format!("Mask of {letter}: no partner"),
        }
    }

    fn layer(&self, side: usize) -> Layer {
        let own = &self.sides[side];
        let painted = (0..own.masks.len()).filter(|i| !self.only_alone || own.partners[*i].is_none());
        let scene = |i: usize| SceneMask { mask: own.masks[i].mask.clone(), colour: own.colours[i] };
        let outlined: Option<Arc<Mask>> = self.hovered.and_then(|(hovered, mask)| {
            let i = if hovered == side { mask } else { self.sides[hovered].partners[mask]?.0 };
            Some(own.masks[i].mask.clone())
        });
        Layer { masks: painted.map(scene).collect(), outlined: outlined.into_iter().collect() }
    }
}

fn preset_label(preset: Option<Preset>) -> &'static str {
    match preset {
        Some(Preset::Standard) => "Standard settings",
        Some(Preset::Strict) => "Strict",
        Some(Preset::Quick) => "Quick",
        Some(Preset::Dense) => "Dense",
        Some(Preset::LargeObjects) => "Large objects",
        None => "Current settings",
    }
}

fn named_box(name: &str, value: &str) -> egui::WidgetInfo {
    let mut info = egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name);
    info.current_text_value = Some(value.to_owned());
    info
}
