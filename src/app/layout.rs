//! Lays the panels out and gives each what it shows.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use egui::{CentralPanel, Key, Label, Panel, RichText, Ui};

use super::actions::Actions;
use super::canvas::{CanvasInput, SceneMask};
use super::commands::Availability;
use super::filmstrip::StripContent;
use super::panels::{
    ListContent, PromptBar, ReviewBar, Status, Toolbar, Welcome, filters_ui, menu_ui, prompt_bar_ui,
    review_bar_ui, shape_ui, status_ui, toolbar_ui, vertex_bar_ui, welcome_ui,
};
use super::settings::Tool;
use super::shell::Tinsel;
use super::state::Projects;
use super::texts;
use super::workspace::Workspace;
use crate::colour::Colour;
use crate::document::{Class, Document, MaskId, MaskItem, Prompting, colours};
use crate::mask::{Coverage, Mask};

/// At first, in points. Not a share of the window: that would be the one of some early frame.
const INSPECT_HEIGHT: f32 = 225.0;
/// The colour of a mask that is still being prompted.
const CANDIDATE_COLOUR: [u8; 3] = [0x3d, 0x9b, 0xe9];

/// The masks of the open photo as they are shown: those of the document, or what a run of everything mode that
/// is still being filtered makes of them.
struct ShownMasks {
    items: Vec<Arc<MaskItem>>,
    colours: HashMap<MaskId, Colour>,
}

impl Tinsel {
    /// Draws a frame; what the user does with it is added to the actions.
    pub(super) fn draw(&mut self, ui: &mut Ui, actions: &mut Actions) {
        let availability = Availability::of(self);
        self.panels.palette.ui(ui.ctx(), &availability, actions);
        Panel::top("menu").show(ui, |ui| self.top_ui(ui, &availability, actions));
        Panel::bottom("status").show(ui, |ui| status_ui(ui, &self.status(), actions));
        let Some(photo) = self.workspace.open.as_ref().map(|open| open.id) else {
            self.filmstrip_ui(ui, actions);
            CentralPanel::default().show(ui, |ui| welcome_ui(ui, &self.welcome(), actions));
            return;
        };
        if self.comparing.covers(photo) {
            self.filmstrip_ui(ui, actions);
            CentralPanel::no_frame().show(ui, |ui| self.comparison_ui(ui, actions));
            self.stage.pointer = None;
            return;
        }
        let shown = self.shown_masks(photo);
        Panel::right("masks").default_size(440.0).min_size(300.0).show(ui, |ui| {
            Panel::bottom("inspect")
                .resizable(true)
                .default_size(INSPECT_HEIGHT)
                .show(ui, |ui| self.inspect_ui(ui, &availability, actions));
            CentralPanel::no_frame().show(ui, |ui| self.masks_ui(ui, &shown, actions));
        });
        self.filmstrip_ui(ui, actions);
        if self.review.is_running() {
            Panel::top("review").show(ui, |ui| self.review_ui(ui, &availability, actions));
        }
        let prompting = self.stage.canvas.effective_prompting(&self.workspace.document);
        let prompt = PromptBar {
            tool: self.stage.tool,
            prompting: &prompting,
            inquiry: &self.prompt.inquiry,
            class: class_of_next(&self.workspace.document, &self.projects),
        };
        Panel::bottom("prompt").show(ui, |ui| match self.stage.tool {
            Tool::Vertices if prompting.is_empty() => {
                vertex_bar_ui(ui, &self.stage.vertices, self.settings.vertex_tolerance, actions);
            }
            _ => prompt_bar_ui(ui, &prompt, actions),
        });
        self.canvas_ui(ui, &shown, &prompting, actions);
        if let Some(open) = self.workspace.open.as_ref().filter(|_| self.panels.image.open) {
            self.panels.image.ui(ui.ctx(), &open.photo, &self.picture, &availability, actions);
        }
    }

    /// The menu bar, the toolbar, and how to get a better model than the built-in one.
    fn top_ui(&self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let photos = self.workspace.photos.len();
        let progress = (photos > 1).then(|| texts::states::progress(self.photo_states.done(), photos));
        menu_ui(ui, progress.as_deref(), availability, actions);
        let toolbar = Toolbar {
            settings: &self.settings,
            parameters: self.model.parameters(),
            own_parameters: self.model.own_parameters(),
            model: self.model.name(),
            models: &self.model.choice,
            embeddings_kept: self.encoding.kept_bytes(),
        };
        toolbar_ui(ui, &toolbar, availability, actions);
        if self.model.is_built_in() {
            ui.horizontal(|ui| self.model.choice.hint_ui(ui, &self.settings.models_url, actions));
        }
    }

    fn filmstrip_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        let Workspace { photos, current, .. } = &self.workspace;
        let masks_of = |path: &Path| self.workspace.masks_of(path);
        let projects = &self.projects;
        let content = StripContent { photos, current: *current, masks_of: &masks_of, projects };
        if self.settings.filmstrip && photos.len() > 1 {
            let states = &mut self.photo_states;
            Panel::bottom("filmstrip").resizable(false).show(ui, |ui| {
                self.panels.filmstrip.ui(ui, &content, states, actions);
            });
        }
    }

    fn review_ui(&self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let document = &self.workspace.document;
        let proposal = self.reviewed().and_then(|id| document.mask(id)).map(|item| &**item);
        let bar = ReviewBar { document, proposal, photos_left: self.review.photos_left() };
        review_bar_ui(ui, &bar, availability, actions);
    }

    fn welcome(&self) -> Welcome<'_> {
        Welcome {
            loading: self.workspace.loading,
            takes_drops: self.takes_drops,
            unreadable: self.workspace.unreadable.as_deref(),
        }
    }

    fn comparison_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        if let Some(open) = &self.workspace.open
            && let Some(shown) = self.comparing.shown_of(open.id)
        {
            shown.ui(ui, open, self.settings.opacity, actions);
        }
    }

    fn shown_masks(&self, photo: u64) -> ShownMasks {
        let document = &self.workspace.document;
        let run = self.everything.on(photo);
        let items = run.map_or_else(|| document.masks().to_vec(), |run| run.items_in(document));
        let colours = colours(&items, document.classes(), self.settings.colours);
        let colours = items.iter().map(|m| m.id).zip(colours).collect();
        ShownMasks { items, colours }
    }

    /// The selected mask by itself, and what can be done to its pixels.
    fn inspect_ui(&mut self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let Some(open) = &self.workspace.open else { return };
        let document = &self.workspace.document;
        ui.strong(texts::inspect::TITLE);
        if !document.selection().is_empty() {
            shape_ui(ui, &self.settings, availability, actions);
        }
        self.panels.inspect.ui(ui, document, &open.photo.pixels, actions);
        ui.take_available_space();
    }

    /// Filters, classes and the list of masks.
    fn masks_ui(&mut self, ui: &mut Ui, shown: &ShownMasks, actions: &mut Actions) {
        let Some(open) = &self.workspace.open else { return };
        let (document, items) = (&self.workspace.document, &shown.items);
        let relations = self.panels.relations.of(document.masks(), open.size());
        if let Some(run) = self.everything.on(open.id) {
            let kept = items.iter().filter(|m| m.found.is_some_and(|f| f.run == run.number)).count();
            filters_ui(ui, run, kept, actions);
        }
        self.panels.classes.ui(ui, document, self.projects.active(), actions);
        ui.horizontal(|ui| {
            ui.strong(texts::masks::title(items.len()));
            self.panels.mask_list.switches_ui(ui);
            self.panels.mask_list.search_ui(ui);
            coverage_ui(ui, relations.coverage);
        });
        let content = ListContent {
            document,
            photo: &open.photo.pixels,
            items,
            colours: &shown.colours,
            parents: &relations.parents,
        };
        self.panels.mask_list.ui(ui, &content, actions);
    }

    fn canvas_ui(&mut self, ui: &mut Ui, shown: &ShownMasks, prompting: &Prompting, actions: &mut Actions) {
        let Some(open) = &self.workspace.open else { return };
        let bare = !ui.text_edit_focused() && ui.input(|i| i.key_down(Key::H) && i.modifiers.is_none());
        let (masks, highlighted) = if bare { (vec![], vec![]) } else { self.scene(shown, prompting) };
        let class = class_of_next(&self.workspace.document, &self.projects);
        let class = class.map(|class| (&*class.name, class.colour));
        let input = CanvasInput {
            photo: open,
            document: &self.workspace.document,
            masks,
            highlighted,
            tool: self.stage.tool,
            opacity: self.settings.opacity,
            style: self.settings.style,
            minimap: self.settings.minimap,
            preview: self.prompt.preview.mask().cloned(),
            brush_radius: self.settings.brush_radius,
            vertices: self.stage.vertices.editing(),
            region: open.region,
            adjustment: self.picture.adjustment,
            class,
        };
        let canvas = CentralPanel::no_frame().show(ui, |ui| self.stage.canvas.ui(ui, &input, actions));
        if std::mem::replace(&mut self.stage.pointer, canvas.inner) != canvas.inner {
            // The status bar, which was drawn before, has to show it, too.
            canvas.response.ctx.request_repaint();
        }
    }

    /// The masks over the photo, and those of them that are pointed out.
    fn scene(&self, shown: &ShownMasks, prompting: &Prompting) -> (Vec<SceneMask>, Vec<Arc<Mask>>) {
        let document = &self.workspace.document;
        let (mut masks, mut highlighted) = (vec![], vec![]);
        if !self.stage.masks_hidden {
            // What is worked on again is shown as it becomes.
            let reopened = document.reopened().map(|m| m.id);
            let items = shown.items.iter().filter(|m| document.is_shown(m) && Some(m.id) != reopened);
            masks.extend(
                items.map(|m| SceneMask { mask: m.annotation.mask.clone(), colour: shown.colours[&m.id] }),
            );
            // An outline that is edited would be covered by that of its mask.
            let is_pointed_out = self.stage.vertices.editing().is_none();
            highlighted.extend(
                self.selected()
                    .filter(|m| is_pointed_out && document.is_shown(m))
                    .map(|m| m.annotation.mask.clone()),
            );
        }
        let answer = self.prompt.inquiry.shown(prompting).filter(|_| !prompting.is_empty());
        if let Some((_, candidate)) = answer {
            masks.push(SceneMask { mask: candidate.mask.clone(), colour: CANDIDATE_COLOUR });
            highlighted.push(candidate.mask.clone());
        }
        (masks, highlighted)
    }

    fn status(&self) -> Status {
        let work = if let Some((text, fraction)) = self.everything.status() {
            Some((text, fraction, true))
        } else if let Some((text, fraction)) = self.comparing.status() {
            Some((text, fraction, true))
        } else if let Some((text, fraction)) = self.clipboard.status() {
            Some((text, fraction, true))
        } else if let Some(fraction) = self.encoding.fraction() {
            let is_region = self.region().is_some();
            let text = if is_region { texts::status::ENCODING_REGION } else { texts::status::ENCODING_PHOTO };
            Some((text.into(), fraction, true))
        } else if self.model.is_loading() {
            Some((texts::status::LOADING_MODEL.into(), 0.0, false))
        } else {
            None
        };
        let open = self.workspace.open.as_ref();
        let photo = match open {
            Some(open) => {
                Some(texts::photos::with_size(&self.workspace.place_of(&open.photo.path), open.size()))
            }
            None if self.workspace.unreadable.is_some() && !self.workspace.loading => {
                self.workspace.photos.get(self.workspace.current).map(|path| self.workspace.place_of(path))
            }
            None => None,
        };
        let batch = self.batch.status();
        let zoom_percent = open.map(|_| self.stage.canvas.view.zoom() * 100.0);
        Status {
            work,
            batch,
            timing: self.timing.clone(),
            photo,
            zoom_percent,
            pointer: self.stage.pointer.filter(|_| open.is_some()),
        }
    }
}

/// The class that accepting the prompt will give.
fn class_of_next<'a>(document: &'a Document, projects: &'a Projects) -> Option<&'a Class> {
    match document.reopened() {
        Some(item) => document.class_of(item),
        None => projects.active(),
    }
}

/// How much of the photo the masks cover.
fn coverage_ui(ui: &mut Ui, Coverage { covered, overlapping }: Coverage) {
    if covered > 0.0 {
        let text = texts::masks::coverage(covered * 100.0, overlapping * 100.0);
        // Its digits must not widen the panel: the photo would move under the pointer.
        ui.add(Label::new(RichText::new(text).weak()).truncate())
            .on_hover_text(texts::masks::COVERAGE_TOOLTIP);
    }
}
