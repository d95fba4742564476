//! The program's window, frame by frame: takes events in, runs commands, lays the panels out and applies the
//! actions that they emit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use eframe::wgpu::rwh::HasDisplayHandle;
use egui::{Context, Event, Key, Modifiers, Ui, ViewportCommand, pos2};

use super::actions::{Action, Actions, AfterSaving};
use super::batch_question::BatchQuestion;
use super::clipboard::Clipboard;
use super::comparison::Comparing;
use super::exit::Closing;
use super::export_window::ExportChoices;
use super::import_question::ImportQuestion;
use super::messages::Messages;
use super::sequence_export::SequenceExportWindow;
use super::settings::Settings;
use super::state::{
    Batch, Encoding, Everything, LastSave, Model, PanelStates, PhotoStates, Picture, Projects, PromptQueries,
    Review, Sample, Sequence, Stage,
};
use super::tasks::Tasks;
use super::texts::{Language, doctor, photos as texts};
use super::workspace::Workspace;
use super::{commands, look, models, platform};
use crate::document::Document;
use crate::engine::{EmbeddingFolder, Engine, ModelSource};
use crate::files::boxes::holds_boxes;
use crate::files::holds_masks;
use crate::files::session::Autosave;
use crate::mask::{Mask, PixelBox};
use crate::sam::weights::BUILT_IN_NAME;

/// Closing the window waits at most this long for files that are being written.
const PATIENCE: Duration = Duration::from_secs(20);

/// The window's state.
pub struct Tinsel {
    pub(super) engine: Engine,
    pub(super) tasks: Tasks,
    pub(super) settings: Settings,
    /// The first of the languages that the system is set to.
    system_language: Language,
    pub(super) messages: Messages,
    pub(super) workspace: Workspace,
    pub(super) projects: Projects,
    pub(super) photo_states: PhotoStates,
    pub(super) sample: Sample,
    pub(super) sessions: Autosave,
    pub(super) last_save: LastSave,
    pub(super) after_saving: Vec<AfterSaving>,
    pub(super) model: Model,
    pub(super) encoding: Encoding,
    pub(super) prompt: PromptQueries,
    pub(super) everything: Everything,
    pub(super) comparing: Comparing,
    pub(super) batch: Batch,
    pub(super) batch_question: Option<BatchQuestion>,
    pub(super) review: Review,
    pub(super) sequence: Sequence,
    pub(super) sequence_export: SequenceExportWindow,
    pub(super) clipboard: Clipboard,
    pub(super) export: ExportChoices,
    pub(super) import_question: Option<ImportQuestion>,
    pub(super) stage: Stage,
    pub(super) picture: Picture,
    pub(super) panels: PanelStates,
    pub(super) closing: Closing,
    /// How long the last operation took, in words.
    pub(super) timing: String,
    /// Whether files can be dropped on the window.
    pub(super) takes_drops: bool,
    /// A text field had the focus at the end of the last frame; Escape and Enter then belong to it.
    was_typing: bool,
    title: String,
}

impl Tinsel {
    /// Starts the worker, loads the model and opens what was given. The window speaks English if the user has not
    /// chosen another language.
    pub fn new(cc: &eframe::CreationContext<'_>, paths: Vec<PathBuf>, model: Option<String>) -> Self {
        Self::in_language(cc, Language::default(), paths, model)
    }

    /// The same, in the language of the system if the user has not chosen another.
    pub(super) fn in_language(
        cc: &eframe::CreationContext<'_>,
        system_language: Language,
        paths: Vec<PathBuf>,
        model: Option<String>,
    ) -> Self {
        let ctx = cc.egui_ctx.clone();
        look::apply(&ctx);
        let settings: Settings =
            cc.storage.and_then(|s| eframe::get_value(s, eframe::APP_KEY)).unwrap_or_default();
        ctx.set_theme(settings.theme);
        look::set_text_size(&ctx, settings.text_size);
        settings.language.unwrap_or(system_language).choose();
        let (waker, session_waker) = (ctx.clone(), ctx.clone());
        let mut this = Self {
            engine: Engine::start(move || waker.request_repaint()),
            tasks: Tasks::new(ctx.clone()),
            settings,
            system_language,
            messages: Messages::default(),
            workspace: Workspace::default(),
            projects: Projects::default(),
            photo_states: PhotoStates::default(),
            sample: Sample::default(),
            sessions: Autosave::new(move |after| session_waker.request_repaint_after(after)),
            last_save: LastSave::default(),
            after_saving: vec![],
            model: Model::default(),
            encoding: Encoding::default(),
            prompt: PromptQueries::default(),
            everything: Everything::new(ctx.clone()),
            comparing: Comparing::default(),
            batch: Batch::default(),
            batch_question: None,
            review: Review::default(),
            sequence: Sequence::default(),
            sequence_export: SequenceExportWindow::default(),
            clipboard: Clipboard::default(),
            export: ExportChoices::default(),
            import_question: None,
            stage: Stage::new(&ctx),
            picture: Picture::new(ctx.clone()),
            panels: PanelStates::new(&ctx),
            closing: Closing::default(),
            timing: String::new(),
            takes_drops: platform::takes_drops(cc.display_handle().ok().map(|display| display.as_raw())),
            was_typing: false,
            title: String::new(),
        };
        let wanted = model.or_else(|| this.settings.model.clone());
        this.load_named_model(wanted.as_deref().unwrap_or(BUILT_IN_NAME));
        this.panels.recent.check(&this.settings.recent);
        if !paths.is_empty() {
            this.list(paths, None);
        }
        this
    }

    /// Makes the window speak a language, or that of the system.
    pub(super) fn choose_language(&mut self, language: Option<Language>) {
        self.settings.language = language;
        language.unwrap_or(self.system_language).choose();
    }

    /// Keeps the embeddings of photos in a folder, so that a photo is encoded once only.
    pub fn keeping_embeddings_in(mut self, folder: EmbeddingFolder) -> Self {
        self.encoding.keep_in(folder, self.settings.embeddings_gb, &self.engine);
        self
    }

    /// Puts the sample photo into a folder, so that the work on it is kept as that on other photos.
    pub fn keeping_sample_in(mut self, folder: PathBuf) -> Self {
        self.sample = Sample::kept_in(folder);
        self
    }

    /// Says that the window is drawn by software, the first time that it is.
    pub fn mentioning_software_drawing(mut self) -> Self {
        if !std::mem::replace(&mut self.settings.software_mentioned, true) {
            self.messages.news(doctor::drawn_by_software());
        }
        self
    }

    /// Saves the work also when the program ends without notice. Call it on the main thread.
    pub fn saving_at_exit(self) -> Self {
        self.sessions.save_at_exit();
        self
    }

    /// Saves and closes the window, without a question, when this becomes true and a frame is drawn.
    pub fn ending_with(mut self, end: Arc<AtomicBool>) -> Self {
        self.closing = Closing::new(end);
        self
    }

    /// The mask that is shown as the answer to the prompt.
    pub fn candidate(&self) -> Option<&Arc<Mask>> {
        let (_, candidate) = self.prompt.inquiry.shown(self.workspace.document.prompting())?;
        Some(&candidate.mask)
    }

    /// The part of the photo that the network looks closer at, if there is one.
    pub fn region(&self) -> Option<PixelBox> {
        self.workspace.open.as_ref()?.region
    }

    /// How long the last operation took, in words.
    pub fn timing(&self) -> &str {
        &self.timing
    }

    /// The work on the open photo.
    pub fn document(&self) -> &Document {
        &self.workspace.document
    }

    /// Whether anything is being opened, computed or rendered.
    pub fn is_busy(&self) -> bool {
        self.tasks.is_busy()
            || self.model.is_loading()
            || self.encoding.is_running()
            || self.encoding.ahead.is_encoding()
            || self.everything.is_pending()
            || self.sessions.is_saving()
            || self.projects.is_syncing()
            || !self.after_saving.is_empty()
            || self.batch.is_running()
            || self.sequence.is_busy()
            || self.comparing.is_running()
            || self.clipboard.is_searching()
            || self.comparing.is_rendering()
            || self.prompt.inquiry.is_pending()
            || self.prompt.preview.is_pending()
            || self.stage.canvas.is_rendering()
            || self.picture.is_pending()
            || self.panels.is_pending()
    }

    /// The mask that is shown as what a click would give.
    pub fn previewed(&self) -> Option<&Arc<Mask>> {
        self.prompt.preview.mask()
    }

    /// Where a point of the photo lies in the window, in egui points.
    pub fn photo_to_screen(&self, x: f32, y: f32) -> egui::Pos2 {
        self.stage.canvas.view.to_screen(pos2(x, y))
    }

    /// Runs the commands whose keys were pressed in this frame, one after the other.
    fn run_pressed_commands(&mut self, ctx: &Context, frame: &eframe::Frame) {
        while !self.takes_keys_itself() {
            if let Some(action) = self.take_vertex_key(ctx) {
                self.apply(action, ctx, frame);
                continue;
            }
            let focused = ctx.memory(|memory| memory.focused());
            let widget_focused = focused.is_some_and(|id| !self.stage.canvas.is(id));
            let pressed = self.settings.keymap.pressed(ctx, widget_focused, |c| c.is_enabled(self));
            let Some(command) = pressed else { return };
            // Tab also moves the focus, which would then take the next Enter.
            if let Some(id) = focused.filter(|_| *command == commands::prompt::NEXT_CANDIDATE) {
                ctx.memory_mut(|memory| memory.surrender_focus(id));
            }
            self.apply(Action::Run(command), ctx, frame);
        }
    }

    /// Whether keys belong to a window that is open.
    fn takes_keys_itself(&self) -> bool {
        let asks = self.export.is_asking()
            || self.import_question.is_some()
            || self.batch_question.is_some()
            || self.closing.is_asking();
        asks || self.panels.take_keys()
    }

    /// Whether a window lies over the photo that Escape closes.
    fn has_open_window(&self) -> bool {
        let panels = &self.panels;
        self.export.open
            || self.sequence_export.open
            || panels.keys.open
            || panels.diagnostics.open
            || self.comparing.open
    }

    fn close_windows(&mut self) {
        (self.export.open, self.sequence_export.open) = (false, false);
        (self.panels.keys.open, self.panels.diagnostics.open) = (false, false);
        self.comparing.open = false;
    }

    fn update_title(&mut self, ctx: &Context) {
        let name = self.workspace.open.as_ref().and_then(|open| open.photo.path.file_name());
        let title =
            name.map_or_else(|| texts::PROGRAM.into(), |name| texts::window_title(&name.to_string_lossy()));
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
    }
}

/// Whether a file with this name can contain masks or boxes, but is no photo.
fn is_annotation(path: &Path) -> bool {
    holds_masks(path) || holds_boxes(path)
}

/// Whether a mouse button comes before the first key in this frame.
fn is_key_after_click(ctx: &Context) -> bool {
    ctx.input(|input| {
        let click = input.events.iter().position(|e| matches!(e, Event::PointerButton { .. }));
        let key = input.events.iter().position(|e| matches!(e, Event::Key { pressed: true, .. }));
        click.zip(key).is_some_and(|(click, key)| click < key)
    })
}

/// Takes Escape, so that it does nothing else.
fn is_escape_pressed(ctx: &Context) -> bool {
    ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

impl eframe::App for Tinsel {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.receive();
        self.follow_closing(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let mut actions = Actions::new();
        let ctx = ui.ctx().clone();
        log::trace!("a frame, because of {:?}", ctx.repaint_causes());
        let dropped: Vec<PathBuf> =
            ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        let (dropped_models, dropped): (Vec<PathBuf>, Vec<PathBuf>) =
            dropped.into_iter().partition(|path| models::is_model_file(path));
        if let Some(model) = dropped_models.into_iter().next() {
            actions.push(Action::UseModel(ModelSource::file(model)));
        }
        let (masks, dropped): (Vec<PathBuf>, Vec<PathBuf>) =
            dropped.into_iter().partition(|path| is_annotation(path) && self.workspace.open.is_some());
        if !masks.is_empty() {
            actions.push(Action::OpenAnnotations(masks));
        }
        if !dropped.is_empty() {
            actions.push(Action::OpenDropped(dropped));
        }
        // What is typed, or closes a menu or a question, is no command.
        let typing = self.was_typing || ctx.text_edit_focused();
        let keys_are_free = !typing && !egui::Popup::is_any_open(&ctx) && !self.takes_keys_itself();
        // Frames can be long: a key pressed before a click counts for it, one pressed after it
        // comes after what the click does.
        let keys_come_last = is_key_after_click(&ctx);
        if keys_are_free && self.has_open_window() && is_escape_pressed(&ctx) {
            self.close_windows();
        }
        if keys_are_free && !keys_come_last {
            self.run_pressed_commands(&ctx, frame);
        }
        self.follow_states();
        self.draw(ui, &mut actions);
        if self.export.open
            && let Some(open) = &self.workspace.open
        {
            let workspace = &self.workspace;
            self.export.ui(&ctx, &workspace.document, &open.photo, &workspace.photos, &mut actions);
        }
        if self.sequence_export.open {
            let rate = self.settings.frame_rate;
            self.sequence_export.ui(&ctx, &self.workspace.photos, rate, &mut actions);
        }
        self.import_question.take_if(|question| question.ui(&ctx, &mut actions));
        let (photos, parameters) = (self.workspace.photos.len(), self.model.parameters());
        self.batch_question.take_if(|question| question.ui(&ctx, photos, parameters, &mut actions));
        self.closing.ui(&ctx, &mut actions);
        self.panels.keys.ui(&ctx, &self.settings.keymap, &mut actions);
        self.panels.diagnostics.ui(&ctx);
        self.panels.note.ui(&ctx, &mut actions);
        self.panels.classes.attributes.ui(&ctx, &mut actions);
        self.comparing.dialog_ui(&ctx, &self.settings.models_url, &mut actions);
        self.messages.follow(&ctx);
        self.messages.ui(&ctx, &mut actions);
        self.was_typing = ctx.text_edit_focused();
        for action in actions {
            self.apply(action, &ctx, frame);
        }
        if keys_are_free && keys_come_last && !ctx.text_edit_focused() {
            self.run_pressed_commands(&ctx, frame);
        }
        self.follow_picture(&ctx);
        self.follow_vertices();
        self.follow_projects();
        self.follow_review(&ctx);
        self.follow_prompt();
        self.follow_pointer(&ctx);
        self.look_ahead();
        self.update_title(&ctx);
    }

    fn on_exit(&mut self) {
        self.save_all();
        self.sessions.flush();
        self.projects.flush();
        // It ends with the photo that it is at; what it has written is whole.
        self.export.cancel();
        self.sequence_export.cancel();
        self.stop_batch();
        self.finish_sequence();
        self.tasks.flush(PATIENCE);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, eframe::APP_KEY, &self.settings);
    }
}
