//! Comparing two models, or two settings, on the open photo: what to compare, and the result as
//! photo, A and B side by side.

use std::path::Path;
use std::sync::Arc;

use egui::{ComboBox, Grid, Key, Ui};

use super::actions::{Action, Actions};
use super::canvas::{Hovered, Layer, SceneMask, SideBySide};
use super::models;
use super::tasks::FigureSide;
use super::texts::comparison as texts;
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
    /// For each mask, its match on the other side and their IoU.
    pub matches: Vec<Option<(usize, f64)>>,
    seconds: f32,
}

impl SideShown {
    pub fn unmatched(&self) -> usize {
        self.matches.iter().filter(|m| m.is_none()).count()
    }

    fn caption(&self) -> String {
        texts::caption(&self.name, self.masks.len(), self.unmatched(), self.seconds)
    }

    /// The smallest mask at a pixel.
    fn at(&self, x: u32, y: u32) -> Option<usize> {
        let hit = (0..self.masks.len()).filter(|i| self.masks[*i].mask.get(x, y));
        hit.min_by_key(|i| self.masks[*i].mask.area())
    }
}

/// A finished comparison on the screen.
pub(super) struct Shown {
    pub photo: u64,
    pub sides: [SideShown; 2],
    panes: SideBySide,
    only_unmatched: bool,
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
        if !self.files.iter().any(|file| file == name_or_path) && name_or_path != BUILT_IN_NAME {
            self.files.push(name_or_path.to_owned());
        }
    }

    /// Takes a model's file for a side, 0 or 1.
    pub fn choose(&mut self, side: usize, file: &Path) {
        let name = models::to_remember(&file.display().to_string());
        self.offer(&name);
        if let Some(choice) = self.choices.get_mut(side) {
            choice.model = name;
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
        Some((texts::running(a, b), *fraction))
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
        let name =
            |choice: &Choice| texts::side(&models::display_name(&choice.model, models_url), choice.preset);
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
        let mut matches = [vec![None; masks_a.len()], vec![None; masks_b.len()]];
        for pair in &comparison.pairs {
            matches[0][pair.a] = Some((pair.b, pair.iou));
            matches[1][pair.b] = Some((pair.a, pair.iou));
        }
        let [matches_a, matches_b] = matches;
        let colours_a = (0..masks_a.len() as u64).map(mask_colour).collect();
        let colours_b = comparison.numbers_of_b().into_iter().map(|n| mask_colour(n as u64)).collect();
        let side =
            |name, masks, colours, matches, seconds| SideShown { name, masks, colours, matches, seconds };
        let a = side(name_a, masks_a, colours_a, matches_a, seconds[0]);
        let b = side(name_b, masks_b, colours_b, matches_b, seconds[1]);
        let panes = SideBySide::new(ctx, 3);
        self.shown = Some(Shown { photo, sides: [a, b], panes, only_unmatched: false, hovered: None });
    }

    /// The dialog that asks what to compare.
    pub fn dialog_ui(&mut self, ctx: &egui::Context, models_url: &str, actions: &mut Actions) {
        let mut open = self.open;
        let window = egui::Window::new(texts::dialog()).open(&mut open).resizable(false).collapsible(false);
        let centre = ctx.content_rect().center();
        window.pivot(egui::Align2::CENTER_CENTER).default_pos(centre).show(ctx, |ui| {
            let offered = self.offered(models_url);
            Grid::new("sides").num_columns(3).show(ui, |ui| {
                for (side, (choice, letter)) in self.choices.iter_mut().zip(texts::LETTERS).enumerate() {
                    ui.strong(letter);
                    let name = models::display_name(&choice.model, models_url);
                    let models_box =
                        ComboBox::from_id_salt(("model", letter)).selected_text(&name).width(200.0);
                    let response = models_box.show_ui(ui, |ui| {
                        for model in &offered {
                            let text = models::display_name(model, models_url);
                            ui.selectable_value(&mut choice.model, model.clone(), text);
                        }
                        ui.separator();
                        if ui.button(texts::choose_file()).clicked() {
                            actions.push(Action::ChooseComparedModel(side));
                        }
                    });
                    response.response.widget_info(|| named_box(&texts::model_box(letter), &name));
                    let how = texts::settings(choice.preset);
                    let how_box = ComboBox::from_id_salt(("how", letter)).selected_text(how).width(140.0);
                    let response = how_box.show_ui(ui, |ui| {
                        for preset in Preset::ALL.map(Some).into_iter().chain([None]) {
                            ui.selectable_value(&mut choice.preset, preset, texts::settings(preset));
                        }
                    });
                    response.response.widget_info(|| named_box(&texts::settings_box(letter), how));
                    ui.end_row();
                }
            });
            let different = self.choices[0] != self.choices[1];
            let button = ui.add_enabled(different, egui::Button::new(texts::compare()));
            if button.on_disabled_hover_text(texts::same_sides()).clicked() {
                actions.push(Action::StartComparison);
            }
        });
        self.open &= open;
    }

    /// Models that can be chosen: built in, on disk, used before.
    fn offered(&self, models_url: &str) -> Vec<String> {
        let mut offered = vec![BUILT_IN_NAME.to_owned()];
        if let Ok(store) = models::store(models_url) {
            let present =
                |entry: &&crate::models::Entry| matches!(store.state(entry), OnDisk::Present { .. });
            offered.extend(CATALOGUE.iter().filter(present).map(|entry| entry.name.to_owned()));
            let own = |file: &&String| match models::source(file, models_url) {
                Ok(ModelSource { file: Some(path), .. }) => store.entry_of(&path).is_none(),
                _ => false,
            };
            offered.extend(self.files.iter().filter(own).cloned());
        }
        offered
    }
}

impl Shown {
    /// What the picture of the comparison shows next to the photo.
    pub fn figure(&self) -> [FigureSide; 2] {
        self.sides.each_ref().map(|side| {
            let export = |(i, found): (usize, &FoundMask)| Annotation {
                colour: Some(side.colours[i]),
                ..found.annotation(format!("mask {i}"))
            };
            let mut masks: Vec<Annotation> = side.masks.iter().enumerate().map(export).collect();
            largest_first(&mut masks);
            let count = side.masks.len();
            let note = texts::note(count, count - side.unmatched());
            FigureSide { title: side.name.clone(), note, masks }
        })
    }

    pub fn ui(&mut self, ui: &mut Ui, photo: &OpenPhoto, opacity: f32, actions: &mut Actions) {
        ui.horizontal(|ui| {
            ui.selectable_value(&mut self.only_unmatched, false, texts::all_masks());
            ui.selectable_value(&mut self.only_unmatched, true, texts::only_unmatched())
                .on_hover_text(texts::only_unmatched_tooltip());
            ui.separator();
            if ui.button(texts::save()).on_hover_text(texts::save_tooltip()).clicked() {
                actions.push(Action::SaveComparison);
            }
            if ui.button(texts::close()).on_hover_text(texts::close_tooltip()).clicked() {
                actions.push(Action::CloseComparison);
            }
            ui.separator();
            ui.add(egui::Label::new(egui::RichText::new(self.description()).weak()).truncate());
        });
        if ui.input(|i| i.key_pressed(Key::Escape)) && !egui::Popup::is_any_open(ui.ctx()) {
            actions.push(Action::CloseComparison);
        }
        let captions = [texts::photo().to_owned(), self.sides[0].caption(), self.sides[1].caption()];
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

    /// A description of the mask at the pointer.
    fn description(&self) -> String {
        let Some((side, mask)) = self.hovered else {
            return texts::hint().into();
        };
        texts::mask_of(texts::LETTERS[side], self.sides[side].matches[mask].map(|(_, iou)| iou))
    }

    fn layer(&self, side: usize) -> Layer {
        let own = &self.sides[side];
        let painted = (0..own.masks.len()).filter(|i| !self.only_unmatched || own.matches[*i].is_none());
        let scene = |i: usize| SceneMask { mask: own.masks[i].mask.clone(), colour: own.colours[i] };
        let outlined: Option<Arc<Mask>> = self.hovered.and_then(|(hovered, mask)| {
            let i = if hovered == side { mask } else { self.sides[hovered].matches[mask]?.0 };
            Some(own.masks[i].mask.clone())
        });
        Layer { masks: painted.map(scene).collect(), outlined: outlined.into_iter().collect() }
    }
}

fn named_box(name: &str, value: &str) -> egui::WidgetInfo {
    let mut info = egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name);
    info.current_text_value = Some(value.to_owned());
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_file_is_the_model_of_its_side() {
        let mut comparing = Comparing::default();
        comparing.choose(1, Path::new("weights.pt"));
        let [a, b] = &comparing.choices;
        assert_eq!(a.model, BUILT_IN_NAME);
        assert!(Path::new(&b.model).is_absolute() && b.model.ends_with("weights.pt"), "{}", b.model);
        assert_eq!(comparing.files, std::slice::from_ref(&b.model), "it can be chosen again");
    }
}
