//! Lays the panels out and gives each what it shows.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use egui::{CentralPanel, Key, Label, Panel, RichText, Ui};

use super::Tinsel;
use crate::app::actions::Actions;
use crate::app::canvas::{CanvasInput, SceneMask};
use crate::app::commands::Command;
use crate::app::everything_run::EverythingRun;
use crate::app::panels::{
    Availability, Listed, Status, Toolbar, Welcome, filters_ui, menu_ui, prompt_bar_ui, shape_ui, status_ui,
    toolbar_ui, welcome_ui,
};
use crate::app::workspace::Workspace;
use crate::colour::Colour;
use crate::document::{MaskId, colours};
use crate::mask::Coverage;
use crate::models::Choice;
use crate::sam::weights::BUILT_IN_NAME;

/// At first, in points. Not a share of the window: that would be the one of some early frame.
const INSPECT_HEIGHT: f32 = 225.0;
/// The colour of a mask that is still being prompted.
const CANDIDATE_COLOUR: [u8; 3] = [0x3d, 0x9b, 0xe9];

impl Tinsel {
    pub(super) fn draw(&mut self, ui: &mut Ui, actions: &mut Actions) {
        let enabled: HashSet<Command> = Command::ALL.into_iter().filter(|c| self.is_enabled(*c)).collect();
        let enabled = |command| enabled.contains(&command);
        let on: HashSet<Command> = Command::ALL.into_iter().filter(|c| self.is_on(*c)).collect();
        let is_on = |command| on.contains(&command);
        let document = &self.workspace.document;
        let availability = Availability {
            is_on: &is_on,
            keymap: &self.settings.keymap,
            enabled: &enabled,
            undo_label: document.undo_label(),
            redo_label: document.redo_label(),
        };
        self.palette.ui(ui.ctx(), &availability, actions);
        Panel::top("menu").show(ui, |ui| {
            menu_ui(ui, &availability, actions);
            let toolbar = Toolbar {
                tool: self.tool,
                settings: &self.settings,
                parameters: &self.parameters.1,
                own_parameters: &self.parameters.0,
                model: self.model.as_deref(),
                models: &self.models,
                embeddings_kept: self.embeddings_kept,
            };
            toolbar_ui(ui, &toolbar, &availability, actions);
            if self.model.as_deref().is_some_and(|model| Choice::parse(model).name == BUILT_IN_NAME) {
                ui.horizontal(|ui| self.models.hint_ui(ui, &self.settings.models_url, actions));
            }
        });
        Panel::bottom("status").show(ui, |ui| status_ui(ui, &self.status(), actions));
        let is_strip_shown = self.settings.filmstrip && self.workspace.photos.len() > 1;
        let mut filmstrip_ui = |ui: &mut Ui, actions: &mut Actions| {
            let Workspace { photos, current, .. } = &self.workspace;
            let masks_of = |path: &Path| self.workspace.masks_of(path);
            if is_strip_shown {
                Panel::bottom("filmstrip").resizable(false).show(ui, |ui| {
                    self.filmstrip.ui(ui, photos, *current, &masks_of, actions);
                });
            }
        };
        let Some(open) = &self.workspace.open else {
            filmstrip_ui(ui, actions);
            let welcome = Welcome {
                loading: self.workspace.loading,
                takes_drops: self.takes_drops,
                unreadable: self.workspace.unreadable.as_deref(),
            };
            CentralPanel::default().show(ui, |ui| welcome_ui(ui, &welcome, actions));
            return;
        };
        if let Some(shown) = self.comparing.shown_of(open.id) {
            let opacity = self.settings.opacity;
            filmstrip_ui(ui, actions);
            CentralPanel::no_frame().show(ui, |ui| shown.ui(ui, open, opacity, actions));
            self.pointer = None;
            return;
        }
        let run = self.run.as_ref().filter(|run| run.photo == open.id);
        let items = run.map_or_else(|| document.masks().to_vec(), |run| run.items_in(document));
        let colours: HashMap<MaskId, Colour> = items
            .iter()
            .map(|m| m.id)
            .zip(colours(&items, document.classes(), self.settings.colours))
            .collect();
        let relations = self.relations.of(document.masks(), open.size());
        Panel::right("masks").default_size(440.0).min_size(300.0).show(ui, |ui| {
            Panel::bottom("inspect").resizable(true).default_size(INSPECT_HEIGHT).show(ui, |ui| {
                ui.strong("Inspect");
                if !document.selection().is_empty() {
                    shape_ui(ui, &self.settings, &availability, actions);
                }
                self.inspect.ui(ui, document, &open.photo.pixels);
                ui.take_available_space();
            });
            CentralPanel::no_frame().show(ui, |ui| {
                if let Some(run) = run {
                    let kept = items.iter().filter(|m| m.found.is_some_and(|f| f.run == run.number)).count();
                    filters_ui(ui, run, kept, actions);
                }
                self.classes.ui(ui, document, actions);
                ui.horizontal(|ui| {
                    ui.strong(format!("Masks ({})", items.len()));
                    self.mask_list.switches_ui(ui);
                    self.mask_list.search_ui(ui);
                    let Coverage { covered, overlapping } = relations.coverage;
                    if covered > 0.0 {
                        let (covered, overlapping) = (covered * 100.0, overlapping * 100.0);
                        let text = format!("{covered:.1} % covered, {overlapping:.1} % twice");
                        // Its digits must not widen the panel: the photo would move under the pointer.
                        ui.add(Label::new(RichText::new(text).weak()).truncate()).on_hover_text(
                            "Share of the photo that lies in at least one mask, and in two or more",
                        );
                    }
                });
                let listed = Listed {
                    document,
                    photo: &open.photo.pixels,
                    items: &items,
                    colours: &colours,
                    parents: &relations.parents,
                };
                self.mask_list.ui(ui, &listed, actions);
            });
        });
        filmstrip_ui(ui, actions);
        let prompting = self.canvas.effective_prompting(document);
        Panel::bottom("prompt")
            .show(ui, |ui| prompt_bar_ui(ui, self.tool, &prompting, &self.inquiry, actions));

        let mut masks = vec![];
        let mut highlighted = vec![];
        let bare = !ui.text_edit_focused() && ui.input(|i| i.key_down(Key::H) && i.modifiers.is_none());
        if !self.masks_hidden && !bare {
            // What is worked on again is shown as it becomes.
            let reopened = document.reopened().map(|m| m.id);
            let shown = items.iter().filter(|m| document.is_shown(m) && Some(m.id) != reopened);
            masks
                .extend(shown.map(|m| SceneMask { mask: m.annotation.mask.clone(), colour: colours[&m.id] }));
            let selected = document.selection().iter().filter_map(|id| document.mask(*id));
            highlighted.extend(selected.filter(|m| document.is_shown(m)).map(|m| m.annotation.mask.clone()));
        }
        if !prompting.is_empty()
            && !bare
            && let Some((_, candidate)) = self.inquiry.shown(&prompting)
        {
            masks.push(SceneMask { mask: candidate.mask.clone(), colour: CANDIDATE_COLOUR });
            highlighted.push(candidate.mask.clone());
        }
        let input = CanvasInput {
            photo: open,
            document,
            masks,
            highlighted,
            tool: self.tool,
            opacity: self.settings.opacity,
            style: self.settings.style,
            minimap: self.settings.minimap,
            preview: self.preview.mask().cloned(),
            brush_radius: self.settings.brush_radius,
            region: open.region,
        };
        let canvas = CentralPanel::no_frame().show(ui, |ui| self.canvas.ui(ui, &input, actions));
        if std::mem::replace(&mut self.pointer, canvas.inner) != canvas.inner {
            // The status bar, which was drawn before, is to tell it too.
            canvas.response.ctx.request_repaint();
        }
    }

    fn status(&self) -> Status {
        let work = if let Some((text, fraction)) = self.run.as_ref().and_then(EverythingRun::status) {
            Some((text, fraction, true))
        } else if let Some((text, fraction)) = self.comparing.status() {
            Some((text, fraction, true))
        } else if let Some(fraction) = self.encoding {
            let what = if self.region().is_some() { "Encoding the region" } else { "Encoding the photo" };
            Some((what.into(), fraction, true))
        } else if self.loading_model {
            Some(("Loading the model".into(), 0.0, false))
        } else {
            None
        };
        let open = self.workspace.open.as_ref();
        let photo = match open {
            Some(open) => {
                let (width, height) = open.size();
                Some(format!("{}  {width} × {height}", self.workspace.place_of(&open.photo.path)))
            }
            None if self.workspace.unreadable.is_some() && !self.workspace.loading => {
                self.workspace.photos.get(self.workspace.current).map(|path| self.workspace.place_of(path))
            }
            None => None,
        };
        let zoom_percent = open.map(|_| self.canvas.view.zoom() * 100.0);
        Status {
            work,
            timing: self.timing.clone(),
            photo,
            zoom_percent,
            pointer: self.pointer.filter(|_| open.is_some()),
        }
    }
}
