//! The program's window: takes in what the worker and the tasks report, draws the panels, and
//! applies the actions that they emit.

mod acting;
mod closing;
mod commanding;
mod drawing;
mod receiving;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use eframe::wgpu::rwh::HasDisplayHandle;
use egui::{Context, Event, Ui, ViewportCommand, pos2};

use crate::app::actions::{Action, Actions};
use crate::app::ahead::Ahead;
use crate::app::background::Background;
use crate::app::canvas::{Canvas, UnderPointer};
use crate::app::closing::Closing;
use crate::app::commands::Command;
use crate::app::comparison::Comparing;
use crate::app::everything_run::EverythingRun;
use crate::app::export_window::ExportChoices;
use crate::app::filmstrip::Filmstrip;
use crate::app::import_question::ImportQuestion;
use crate::app::inquiry::Inquiry;
use crate::app::messages::Messages;
use crate::app::models::Models;
use crate::app::panels::{Classes, Inspect, Keys, MaskList, Palette};
use crate::app::preview::Preview;
use crate::app::relations::Relations;
use crate::app::settings::{Settings, Tool};
use crate::app::workspace::Workspace;
use crate::app::{models, opening, theme};
use crate::document::{Document, Prompting};
use crate::engine::EmbeddingFolder;
use crate::engine::{Engine, FilterTask, ModelSource};
use crate::everything::Parameters;
use crate::files::holds_masks;
use crate::files::session::Autosave;
use crate::mask::{Mask, PixelBox};
use crate::prompt::Point;
use crate::sam::weights::BUILT_IN_NAME;

/// Closing the window waits at most this long for files that are being written.
const PATIENCE: Duration = Duration::from_secs(20);

/// The window's state.
pub struct Tinsel {
    engine: Engine,
    filter_task: FilterTask,
    relations: Relations,
    sessions: Autosave,
    comparing: Comparing,
    background: Background,
    workspace: Workspace,
    inquiry: Inquiry,
    preview: Preview,
    run: Option<EverythingRun>,
    canvas: Canvas,
    mask_list: MaskList,
    palette: Palette,
    classes: Classes,
    inspect: Inspect,
    messages: Messages,
    models: Models,
    settings: Settings,
    export: ExportChoices,
    import_question: Option<ImportQuestion>,
    closing: Closing,
    /// Where the sample photo is put, so that the work on it can be kept.
    sample_folder: Option<PathBuf>,
    /// Actions about all photos, until what the window holds of these is saved.
    after_saving: Vec<Action>,
    tool: Tool,
    /// The masks are hidden for a look at the bare photo.
    masks_hidden: bool,
    keys: Keys,
    /// A text field had the focus at the end of the last frame; Escape and Enter then belong to it.
    was_typing: bool,
    /// Name of the model, once it is loaded.
    model: Option<String>,
    loading_model: bool,
    model_number: u64,
    /// What suits the model, and what the user made of it.
    parameters: (Parameters, Parameters),
    /// How far the encoding of a photo is, in [0, 1].
    encoding: Option<f32>,
    encoding_number: u64,
    /// The photo whose embedding is there.
    encoded_photo: Option<u64>,
    ahead: Ahead,
    /// The last move through the folder was to a photo before.
    backwards: bool,
    filmstrip: Filmstrip,
    embeddings_folder: Option<EmbeddingFolder>,
    /// Embeddings on disk, in bytes, once it is known.
    embeddings_kept: Option<u64>,
    timing: String,
    pointer: Option<UnderPointer>,
    title: String,
    takes_drops: bool,
}

impl Tinsel {
    /// Starts the worker, loads the model and opens what was given.
    pub fn new(cc: &eframe::CreationContext<'_>, paths: Vec<PathBuf>, model: Option<String>) -> Self {
        let ctx = cc.egui_ctx.clone();
        theme::apply(&ctx);
        let settings: Settings =
            cc.storage.and_then(|s| eframe::get_value(s, eframe::APP_KEY)).unwrap_or_default();
        ctx.set_theme(settings.theme);
        let (waker, filter_waker, session_waker) = (ctx.clone(), ctx.clone(), ctx.clone());
        let mut this = Self {
            engine: Engine::start(move || waker.request_repaint()),
            filter_task: FilterTask::start(move || filter_waker.request_repaint()),
            relations: Relations::new(ctx.clone()),
            sessions: Autosave::new(move |after| session_waker.request_repaint_after(after)),
            comparing: Comparing::default(),
            background: Background::new(ctx.clone()),
            workspace: Workspace::default(),
            inquiry: Inquiry::default(),
            preview: Preview::default(),
            run: None,
            canvas: Canvas::new(&ctx),
            mask_list: MaskList::new(ctx.clone()),
            palette: Palette::default(),
            classes: Classes::default(),
            inspect: Inspect::default(),
            messages: Messages::default(),
            models: Models::default(),
            settings,
            export: ExportChoices::default(),
            import_question: None,
            closing: Closing::default(),
            sample_folder: None,
            after_saving: vec![],
            tool: Tool::default(),
            masks_hidden: false,
            keys: Keys::default(),
            was_typing: false,
            model: None,
            loading_model: false,
            model_number: 0,
            parameters: Default::default(),
            encoding: None,
            encoding_number: 0,
            encoded_photo: None,
            ahead: Ahead::default(),
            backwards: false,
            filmstrip: Filmstrip::new(ctx),
            embeddings_folder: None,
            embeddings_kept: None,
            timing: String::new(),
            pointer: None,
            title: String::new(),
            takes_drops: opening::takes_drops(cc.display_handle().ok().map(|display| display.as_raw())),
        };
        let wanted = model.or_else(|| this.settings.model.clone());
        this.load_named_model(wanted.as_deref().unwrap_or(BUILT_IN_NAME));
        if !paths.is_empty() {
            this.list(paths, None);
        }
        this
    }

    /// Keeps the embeddings of photos in a folder, so that a photo is encoded once only.
    pub fn keeping_embeddings_in(mut self, folder: EmbeddingFolder) -> Self {
        self.embeddings_folder = Some(folder);
        self.keep_embeddings();
        self
    }

    /// Puts the sample photo into a folder, so that the work on it is kept as that on other photos.
    pub fn keeping_sample_in(mut self, folder: PathBuf) -> Self {
        self.sample_folder = Some(folder);
        self
    }

    /// Saves the work also when the program ends without a word to the window. Call it on the main thread.
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
        let (_, candidate) = self.inquiry.shown(self.workspace.document.prompting())?;
        Some(&candidate.mask)
    }

    /// The part of the photo that the network looks closer at, if there is one.
    pub fn region(&self) -> Option<PixelBox> {
        self.workspace.open.as_ref()?.region
    }

    /// How long the last thing took, in words.
    pub fn timing(&self) -> &str {
        &self.timing
    }

    /// The work on the open photo.
    pub fn document(&self) -> &Document {
        &self.workspace.document
    }

    /// Whether anything is being opened, computed or rendered.
    pub fn is_busy(&self) -> bool {
        self.background.is_busy()
            || self.loading_model
            || self.encoding.is_some()
            || self.run.as_ref().is_some_and(EverythingRun::is_pending)
            || self.relations.is_pending()
            || self.sessions.is_saving()
            || !self.after_saving.is_empty()
            || self.comparing.is_running()
            || self.comparing.is_rendering()
            || self.inquiry.is_pending()
            || self.preview.is_pending()
            || self.canvas.is_rendering()
            || self.ahead.is_encoding()
            || self.filmstrip.is_pending()
            || self.inspect.is_pending()
    }

    /// The mask that is shown as what a click would give.
    pub fn previewed(&self) -> Option<&Arc<Mask>> {
        self.preview.mask()
    }

    /// Where a point of the photo lies in the window, in egui points.
    pub fn photo_to_screen(&self, x: f32, y: f32) -> egui::Pos2 {
        self.canvas.view.to_screen(pos2(x, y))
    }

    /// Asks the network about the prompt, whatever changed it: a click, a drag, undo.
    fn follow_prompt(&mut self) {
        let Some(open) = self.workspace.open.as_ref().filter(|_| self.model.is_some()) else { return };
        let prompting = self.canvas.effective_prompting(&self.workspace.document);
        // Encoding was cancelled. It is not left to the prompt, as the next one would start it anew.
        let is_missing = self.encoded_photo != Some(open.id) && self.encoding.is_none();
        if is_missing && self.inquiry.is_new(&prompting) {
            self.encode();
        }
        let Some(open) = &self.workspace.open else { return };
        self.inquiry.follow(&prompting, open.reference_for(&prompting), &self.engine);
    }

    /// Asks what a click at the pointer would give, if that is wanted.
    fn follow_pointer(&mut self, ctx: &Context) {
        let Some(open) = &self.workspace.open else { return };
        let (shift, ctrl) = ctx.input(|i| (i.modifiers.shift, i.modifiers.command));
        let prompting = self.workspace.document.prompting();
        let points_out = matches!(self.tool, Tool::Positive | Tool::Negative);
        let is_encoded = self.encoding.is_none() && self.encoded_photo == Some(open.id);
        let ready = self.settings.live_preview && self.model.is_some() && is_encoded;
        let asked = points_out && ready && !self.is_searching() && !self.inquiry.is_pending();
        // With points set, a further one is only tried while Ctrl is held.
        let free = prompting.is_empty() || ctrl;
        let hovered = self.canvas.hovered().filter(|_| asked && free);
        let wish = hovered.map(|at| {
            let positive = (self.tool == Tool::Positive) != shift;
            let mut wish = Prompting { chosen: None, ..prompting.clone() };
            wish.from = self.inquiry.former(prompting).or(wish.from);
            wish.prompt.points.push(Point { x: at.x, y: at.y, positive });
            wish
        });
        let photo = wish.as_ref().map_or_else(|| open.reference(), |wish| open.reference_for(wish));
        self.preview.follow(wish, photo, &self.engine, ctx);
    }

    /// Makes the photo ready that is likely to be opened next, while nothing else is to be done.
    fn look_ahead(&mut self) {
        let current = self.workspace.current;
        let next = if self.backwards { current.checked_sub(1) } else { Some(current + 1) };
        let Some(path) = next.and_then(|next| self.workspace.photos.get(next)) else { return };
        let is_encoded = self.workspace.open.as_ref().is_some_and(|open| self.encoded_photo == Some(open.id));
        let is_idle = is_encoded
            && self.encoding.is_none()
            && !self.workspace.loading
            && !self.loading_model
            && !self.inquiry.is_pending()
            && !self.comparing.is_running()
            && !self.run.as_ref().is_some_and(EverythingRun::is_pending);
        if is_idle && self.settings.encode_ahead {
            self.ahead.follow(path, &mut self.background, &self.engine);
        }
    }

    /// Runs the commands whose keys were pressed in this frame, one after the other.
    fn run_pressed_commands(&mut self, ctx: &Context, frame: &eframe::Frame) {
        while !self.takes_keys_itself() {
            let focused = ctx.memory(|memory| memory.focused());
            let widget_focused = focused.is_some_and(|id| !self.canvas.is(id));
            let pressed = self.settings.keymap.pressed(ctx, widget_focused, |c| self.is_enabled(c));
            let Some(command) = pressed else { return };
            // Tab also moves the focus, which would then take the next Enter.
            if let Some(id) = focused.filter(|_| command == Command::NextCandidate) {
                ctx.memory_mut(|memory| memory.surrender_focus(id));
            }
            self.apply(Action::Run(command), ctx, frame);
        }
    }

    /// Whether keys belong to a window that is open.
    fn takes_keys_itself(&self) -> bool {
        let asks = self.export.is_asking() || self.import_question.is_some() || self.closing.is_asking();
        asks || self.palette.open || self.keys.is_recording()
    }

    fn update_title(&mut self, ctx: &Context) {
        let name = self.workspace.open.as_ref().and_then(|open| open.photo.path.file_name());
        let title = name.map_or_else(|| "Tinsel".into(), |n| format!("{} - Tinsel", n.to_string_lossy()));
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
    }
}

/// Whether a mouse button comes before the first key in this frame.
fn is_key_after_click(ctx: &Context) -> bool {
    ctx.input(|input| {
        let click = input.events.iter().position(|e| matches!(e, Event::PointerButton { .. }));
        let key = input.events.iter().position(|e| matches!(e, Event::Key { pressed: true, .. }));
        click.zip(key).is_some_and(|(click, key)| click < key)
    })
}

impl eframe::App for Tinsel {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.receive();
        self.follow_closing(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let mut actions = Actions::new();
        let ctx = ui.ctx().clone();
        let dropped: Vec<PathBuf> =
            ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        let (dropped_models, dropped): (Vec<PathBuf>, Vec<PathBuf>) =
            dropped.into_iter().partition(|path| models::is_model_file(path));
        if let Some(model) = dropped_models.into_iter().next() {
            actions.push(Action::UseModel(ModelSource::file(model)));
        }
        let (masks, dropped): (Vec<PathBuf>, Vec<PathBuf>) =
            dropped.into_iter().partition(|path| holds_masks(path) && self.workspace.open.is_some());
        actions.extend(masks.into_iter().map(Action::ImportFile));
        if !dropped.is_empty() {
            actions.push(Action::OpenDropped(dropped));
        }
        // What is typed, or closes a menu or a question, is no command.
        let typing = self.was_typing || ctx.text_edit_focused();
        let keys_are_free = !typing && !egui::Popup::is_any_open(&ctx) && !self.takes_keys_itself();
        // Frames can be long: a key pressed before a click counts for it, one pressed after it
        // comes after what the click does.
        let keys_come_last = is_key_after_click(&ctx);
        if keys_are_free && !keys_come_last {
            self.run_pressed_commands(&ctx, frame);
        }
        self.draw(ui, &mut actions);
        if self.export.open
            && let Some(open) = &self.workspace.open
        {
            let workspace = &self.workspace;
            self.export.ui(&ctx, &workspace.document, &open.photo, &workspace.photos, &mut actions);
        }
        self.import_question.take_if(|question| question.ui(&ctx, &mut actions));
        self.closing.ui(&ctx, &mut actions);
        self.keys.ui(&ctx, &self.settings.keymap, &mut actions);
        self.comparing.dialog_ui(&ctx, &self.settings.models_url, &mut actions);
        self.messages.ui(&ctx, &mut actions);
        self.was_typing = ctx.text_edit_focused();
        for action in actions {
            self.apply(action, &ctx, frame);
        }
        if keys_are_free && keys_come_last && !ctx.text_edit_focused() {
            self.run_pressed_commands(&ctx, frame);
        }
        self.follow_prompt();
        self.follow_pointer(&ctx);
        self.look_ahead();
        self.update_title(&ctx);
    }

    fn on_exit(&mut self) {
        self.save_all();
        self.sessions.flush();
        // It ends with the photo that it is at; what it has written is whole.
        self.export.cancel();
        self.background.flush(PATIENCE);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, eframe::APP_KEY, &self.settings);
    }
}
