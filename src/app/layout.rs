//! Lays the panels out and gives each what it shows.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{
    Align, Button, CentralPanel, Context, Frame, Key, Label, Layout, Margin, Panel, Rect, RichText, Role, Ui,
    WidgetInfo, pos2,
};

use super::actions::{Action, Actions};
use super::canvas::{CanvasInput, SceneMask};
use super::commands::{self, Availability};
use super::filmstrip::StripContent;
use super::look::{section_title, tokens};
use super::panels::{
    ImageContent, ListContent, OptionsBar, PromptContent, ReviewBar, Status, Step, TopBar, Welcome,
    filters_ui, introduction_ui, options_bar_ui, rail_ui, review_bar_ui, shape_ui, status_ui, top_bar_ui,
    welcome_ui,
};
use super::shell::Tinsel;
use super::state::Projects;
use super::texts;
use super::timeline::{TimelineContent, TimelinePanel};
use super::workspace::Workspace;
use crate::colour::Colour;
use crate::document::{Class, Document, MaskId, MaskItem, Prompting, colours};
use crate::mask::{Coverage, Mask};

/// Heights of the rows and the width of the tools, in points.
const TOP: f32 = 40.0;
const OPTIONS: f32 = 36.0;
const STRIP: f32 = 94.0;
const STATUS: f32 = 26.0;
const RAIL: f32 = 48.0;
/// The panel beside the photo: at first, and within which limits it can be dragged.
const SIDE: f32 = 304.0;
const SIDE_RANGE: RangeInclusive<f32> = 240.0..=480.0;
/// At first. Not a share of the window: that would be the one of some early frame.
const INSPECT_HEIGHT: f32 = 186.0;
const IMAGE_HEIGHT: f32 = 300.0;
/// The colour of a mask without a class that is still being prompted.
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
        row("top", TOP, Panel::top).frame(bar_frame(ui)).show(ui, |ui| {
            top_bar_ui(ui, &self.top_bar(), &availability, actions);
        });
        row("status", STATUS, Panel::bottom).frame(bar_frame(ui)).show(ui, |ui| self.status_ui(ui, actions));
        let Some(photo) = self.workspace.open.as_ref().map(|open| open.id) else {
            self.filmstrip_ui(ui, &availability, actions);
            CentralPanel::default().show(ui, |ui| welcome_ui(ui, &self.welcome(), actions));
            return;
        };
        self.filmstrip_ui(ui, &availability, actions);
        let rail = Panel::left("rail").exact_size(RAIL).resizable(false).frame(bar_frame(ui));
        rail.show(ui, |ui| rail_ui(ui, &availability, actions));
        if self.comparing.covers(photo) {
            CentralPanel::no_frame().show(ui, |ui| self.comparison_ui(ui, actions));
            self.stage.pointer = None;
            return;
        }
        let shown = self.shown_masks(photo);
        if self.settings.side_panel {
            let panel = Panel::right("side").default_size(SIDE).size_range(SIDE_RANGE).resizable(true);
            panel.show(ui, |ui| self.side_ui(ui, &availability, &shown, actions));
        }
        row("options", OPTIONS, Panel::top).frame(bar_frame(ui)).show(ui, |ui| {
            let bar = OptionsBar {
                tool: self.stage.tool,
                vertices: &self.stage.vertices,
                settings: &self.settings,
                parameters: self.model.parameters(),
                own_parameters: self.model.own_parameters(),
            };
            options_bar_ui(ui, &bar, &availability, actions);
        });
        let prompting = self.stage.canvas.effective_prompting(&self.workspace.document);
        let canvas = self.canvas_ui(ui, &availability, &shown, &prompting, actions);
        if self.review.is_running() {
            self.review_ui(ui.ctx(), canvas, &availability, actions);
        }
        self.introduction_ui(ui, canvas, &prompting, &availability, actions);
        self.prompt_bar_ui(ui, canvas, &prompting, &availability, actions);
    }

    /// Classes, masks, and the properties of the selected one.
    fn side_ui(
        &mut self,
        ui: &mut Ui,
        availability: &Availability,
        shown: &ShownMasks,
        actions: &mut Actions,
    ) {
        // Contents never widen the panel: the photo would move.
        ui.set_max_width(ui.available_width());
        // Each tab has a height of its own.
        let (id, height) =
            if self.panels.image.open { ("image", IMAGE_HEIGHT) } else { ("inspect", INSPECT_HEIGHT) };
        let frame = Frame::new().inner_margin(Margin::symmetric(0, 6));
        let inspect = Panel::bottom(id).resizable(true).default_size(height).min_size(32.0).frame(frame);
        inspect.show(ui, |ui| self.inspect_ui(ui, availability, actions));
        CentralPanel::no_frame().show(ui, |ui| self.masks_ui(ui, availability, shown, actions));
    }

    fn top_bar(&self) -> TopBar<'_> {
        let open = self.workspace.open.as_ref().map(|open| open.photo.path.as_path());
        let unreadable = || {
            let is_shown = self.workspace.unreadable.is_some() && !self.workspace.loading;
            self.workspace.photos.get(self.workspace.current).filter(|_| is_shown).map(PathBuf::as_path)
        };
        let path = open.or_else(unreadable);
        let folder =
            path.filter(|path| !self.sample.is(path)).and_then(Path::parent).and_then(Path::file_name);
        let photos = self.workspace.photos.len();
        TopBar {
            settings: &self.settings,
            recent: &self.panels.recent,
            folder: folder.map(|folder| folder.to_string_lossy().into_owned()),
            photo: path.map(|path| self.workspace.place_of(path)),
            done: (photos > 1).then(|| (self.photo_states.done(), photos)),
            model: self.model.name(),
            models: &self.model.choice,
            embeddings_kept: self.encoding.kept_bytes(),
        }
    }

    /// The bar beside the object that is being prompted.
    fn prompt_bar_ui(
        &mut self,
        ui: &Ui,
        canvas: Rect,
        prompting: &Prompting,
        availability: &Availability,
        actions: &mut Actions,
    ) {
        let document = &self.workspace.document;
        let view = &self.stage.canvas.view;
        let mask = self.prompt.inquiry.shown(prompting).and_then(|(_, candidate)| candidate.mask.bbox());
        let prompt = || {
            let points = prompting.prompt.points.iter().map(|point| pos2(point.x, point.y));
            let corners = prompting.prompt.bbox.iter().flat_map(|b| [pos2(b.x0, b.y0), pos2(b.x1, b.y1)]);
            Rect::from_points(&points.chain(corners).collect::<Vec<_>>())
        };
        let in_photo = mask.map_or_else(prompt, |b| {
            Rect::from_min_max(pos2(b.x0 as f32, b.y0 as f32), pos2(b.x1 as f32, b.y1 as f32))
        });
        let on_screen = Rect::from_min_max(view.to_screen(in_photo.min), view.to_screen(in_photo.max));
        let content = PromptContent {
            prompting,
            inquiry: &self.prompt.inquiry,
            class: class_of_next(document, &self.projects),
            classes: document.classes().all(),
            availability,
            object: on_screen.intersect(canvas),
            canvas,
            is_dragging: self.stage.canvas.is_dragging(),
        };
        self.panels.prompt_bar.ui(ui.ctx(), &content, actions);
    }

    fn filmstrip_ui(&mut self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let Workspace { photos, current, .. } = &self.workspace;
        let masks_of = |path: &Path| self.workspace.masks_of(path);
        let projects = &self.projects;
        // What is being opened comes before pictures of the others.
        let wait = self.workspace.loading.then_some(Duration::MAX).or(self.encoding.precedence());
        let content =
            StripContent { photos, current: *current, masks_of: &masks_of, projects, availability, wait };
        if let Some(timeline) = &self.sequence.open {
            let content = TimelineContent {
                timeline,
                frame: *current,
                selected: self.tracks_in_hand(),
                frame_rate: self.settings.frame_rate,
                doubts: self.settings.doubts,
                remembers: self.model.remembers,
            };
            self.panels.filmstrip.rest();
            let height = TimelinePanel::height(timeline.lanes.len());
            row("timeline", height, Panel::bottom).frame(bar_frame(ui)).show(ui, |ui| {
                self.panels.timeline.ui(ui, &content, availability, actions);
            });
        } else if self.settings.filmstrip && photos.len() > 1 {
            let states = &mut self.photo_states;
            let frame = bar_frame(ui).inner_margin(Margin::symmetric(8, 6));
            row("filmstrip", STRIP, Panel::bottom).frame(frame).show(ui, |ui| {
                self.panels.filmstrip.ui(ui, &content, states, actions);
            });
        }
    }

    /// The hint for somebody who has never accepted a mask.
    fn introduction_ui(
        &self,
        ui: &Ui,
        canvas: Rect,
        prompting: &Prompting,
        availability: &Availability,
        actions: &mut Actions,
    ) {
        let is_wanted = !self.settings.introduced
            && self.workspace.document.masks().is_empty()
            && self.stage.tool.prompts()
            && !self.everything.is_searching();
        if is_wanted {
            let step = if prompting.is_empty() { Step::Click } else { Step::Refine };
            introduction_ui(ui.ctx(), canvas, step, availability, actions);
        }
    }

    fn review_ui(&self, ctx: &Context, canvas: Rect, availability: &Availability, actions: &mut Actions) {
        let document = &self.workspace.document;
        let proposal = self.reviewed().and_then(|id| document.mask(id)).map(|item| &**item);
        let bar = ReviewBar { document, proposal, photos_left: self.review.photos_left() };
        review_bar_ui(ctx, canvas, &bar, availability, actions);
    }

    fn welcome(&self) -> Welcome<'_> {
        Welcome {
            loading: self.workspace.loading,
            takes_drops: self.takes_drops,
            recent: &self.settings.recent,
            files: &self.panels.recent,
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

    /// Two tabs: the selected mask by itself and what can be done to its pixels, or how photo and masks look.
    fn inspect_ui(&mut self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let Some(open) = &self.workspace.open else { return };
        let document = &self.workspace.document;
        self.tabs_ui(ui, availability, actions);
        if self.panels.image.open {
            let (photo, picture, settings) = (&open.photo, &self.picture, &self.settings);
            let content = ImageContent { photo, picture, settings, availability };
            return self.panels.image.ui(ui, &content, actions);
        }
        if !document.selection().is_empty() {
            shape_ui(ui, &self.settings, availability, actions);
        }
        self.panels.inspect.ui(ui, document, &open.photo.pixels, actions);
        ui.take_available_space();
    }

    fn tabs_ui(&self, ui: &mut Ui, availability: &Availability, actions: &mut Actions) {
        let image = &commands::view::IMAGE;
        let is_image = self.panels.image.open;
        let key = availability.keymap.text(ui.ctx(), image);
        ui.horizontal(|ui| {
            for (text, is_on, tooltip) in [
                (texts::inspect::title(), !is_image, texts::inspect::title_tooltip().to_owned()),
                (image.text(), is_image, texts::menus::tooltip(image.tooltip(), key.as_deref())),
            ] {
                let text = section_title(text);
                let text = if is_on { text } else { text.weak() };
                let button = Button::new(text).frame(false);
                let response = ui.add(button).on_hover_text(tooltip);
                if is_on {
                    let accent = tokens(ui.visuals()).accent_text;
                    ui.painter().hline(response.rect.x_range(), response.rect.bottom(), (2.0, accent));
                } else if response.clicked() {
                    actions.push(Action::Run(image));
                }
            }
        });
    }

    /// Classes and the list of masks.
    fn masks_ui(
        &mut self,
        ui: &mut Ui,
        availability: &Availability,
        shown: &ShownMasks,
        actions: &mut Actions,
    ) {
        let Some(open) = &self.workspace.open else { return };
        let (document, items) = (&self.workspace.document, &shown.items);
        let relations = self.panels.relations.of(document.masks(), open.size());
        self.panels.classes.ui(ui, document, self.projects.active(), actions);
        ui.separator();
        ui.horizontal(|ui| {
            ui.label(section_title(texts::masks::title(items.len())));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                self.panels.mask_list.switches_ui(ui);
                if let Some(run) = self.everything.on(open.id) {
                    let kept = items.iter().filter(|m| m.found.is_some_and(|f| f.run == run.number)).count();
                    filters_ui(ui, run, kept, &mut self.panels.filters, actions);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    coverage_ui(ui, relations.coverage)
                });
            });
        });
        let content = ListContent {
            document,
            photo: &open.photo.pixels,
            items,
            colours: &shown.colours,
            parents: &relations.parents,
            availability,
        };
        self.panels.mask_list.ui(ui, &content, actions);
    }

    /// Draws photo and masks; returns where.
    fn canvas_ui(
        &mut self,
        ui: &mut Ui,
        availability: &Availability,
        shown: &ShownMasks,
        prompting: &Prompting,
        actions: &mut Actions,
    ) -> Rect {
        let place = ui.available_rect_before_wrap();
        let Some(open) = &self.workspace.open else { return place };
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
            availability,
        };
        let canvas = CentralPanel::no_frame().show(ui, |ui| self.stage.canvas.ui(ui, &input, actions));
        if std::mem::replace(&mut self.stage.pointer, canvas.inner) != canvas.inner {
            // The status bar, which was drawn before, has to show it, too.
            canvas.response.ctx.request_repaint();
        }
        place
    }

    /// The masks over the photo, and those of them that are pointed out.
    fn scene(&self, shown: &ShownMasks, prompting: &Prompting) -> (Vec<SceneMask>, Vec<Arc<Mask>>) {
        let document = &self.workspace.document;
        let (mut masks, mut highlighted) = (vec![], vec![]);
        if !self.stage.masks_hidden {
            // What is worked on again is shown as it becomes.
            let chosen = self.sequence.open.as_ref().and_then(|timeline| timeline.chosen);
            let replaced = chosen.filter(|_| !prompting.is_empty());
            let replaced = replaced.and_then(|track| document.mask_of_track(track));
            let reopened = document.reopened().or(replaced).map(|m| m.id);
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
        // The smaller lies on top.
        masks.sort_by_key(|item| std::cmp::Reverse(item.mask.area()));
        let inquiry = &self.prompt.inquiry;
        let hovered = self.panels.prompt_bar.hovered.and_then(|i| inquiry.answer()?.candidates.get(i));
        let answer = hovered.or_else(|| inquiry.shown(prompting).map(|(_, candidate)| candidate));
        if let Some(candidate) = answer.filter(|_| !prompting.is_empty()) {
            let colour =
                class_of_next(document, &self.projects).map_or(CANDIDATE_COLOUR, |class| class.colour);
            masks.push(SceneMask { mask: candidate.mask.clone(), colour });
            highlighted.push(candidate.mask.clone());
        }
        (masks, highlighted)
    }

    fn status_ui(&self, ui: &mut Ui, actions: &mut Actions) {
        let hint = |ui: &mut Ui, actions: &mut Actions| {
            if self.model.is_built_in() {
                self.model.choice.hint_ui(ui, &self.settings.models_url, actions);
            }
        };
        status_ui(ui, &self.status(), hint, actions);
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
            let text =
                if is_region { texts::status::encoding_region() } else { texts::status::encoding_photo() };
            Some((text.into(), fraction, true))
        } else if self.model.is_loading() {
            Some((texts::status::loading_model().into(), 0.0, false))
        } else {
            None
        };
        let open = self.workspace.open.as_ref();
        let photo = open.map(|open| texts::photos::size(open.size()));
        let batch = self.batch.status();
        let zoom_percent = open.map(|_| self.stage.canvas.view.zoom() * 100.0);
        Status {
            work,
            batch,
            timing: self.timing.clone(),
            saved: self.last_save.state().filter(|_| open.is_some()),
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
        let response =
            ui.add(Label::new(RichText::new(texts::masks::covered(covered * 100.0)).weak()).truncate());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        response.on_hover_text(format!("{text}\n{}", texts::masks::coverage_tooltip()));
    }
}

/// A row over the whole width; neither it nor anything in it changes its height.
fn row(id: &'static str, height: f32, side: fn(&'static str) -> Panel) -> Panel {
    side(id).exact_size(height).resizable(false)
}

fn bar_frame(ui: &Ui) -> Frame {
    Frame::new().fill(tokens(ui.visuals()).bar).inner_margin(Margin::symmetric(8, 0))
}
