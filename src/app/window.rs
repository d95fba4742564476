//! The program's window: takes in what the worker and the tasks report, draws the panels, and
//! applies the actions that they emit.

use std::path::PathBuf;

use egui::{CentralPanel, Context, Panel, Rect, Ui, ViewportCommand, pos2};

use super::actions::{Action, Actions};
use super::background::{Background, Outcome};
use super::canvas::{Canvas, CanvasInput, SceneMask, UnderPointer};
use super::commands::Command;
use super::everything_run::{EverythingRun, new_masks};
use super::export_window::ExportChoices;
use super::inquiry::Inquiry;
use super::messages::Messages;
use super::models::{self, Models};
use super::panels::{
    Availability, Inspect, MaskList, Status, Toolbar, keys_ui, menu_ui, prompt_bar_ui, status_ui, toolbar_ui,
    welcome_ui,
};
use super::settings::{Settings, Tool};
use super::theme;
use super::workspace::Workspace;
use crate::document::{Document, Edit, MaskId};
use crate::engine::{Engine, Event, Job, ModelSource};
use crate::everything::Parameters;
use crate::models::DownloadError;
use crate::sam2::weights::STARTER_NAME;

/// The photo that an empty window offers.
static SAMPLE: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.jpg"));
const SAMPLE_NAME: &str = "coffee.jpg";
/// The colour of a mask that is still being prompted.
const CANDIDATE_COLOUR: [u8; 3] = [0x3d, 0x9b, 0xe9];
const ZOOM_STEP: f32 = 1.25;

/// The window's state.
pub struct Tinsel {
    engine: Engine,
    background: Background,
    workspace: Workspace,
    inquiry: Inquiry,
    run: Option<EverythingRun>,
    canvas: Canvas,
    mask_list: MaskList,
    inspect: Inspect,
    messages: Messages,
    models: Models,
    settings: Settings,
    export: ExportChoices,
    tool: Tool,
    /// The masks are hidden for a look at the bare photo.
    masks_hidden: bool,
    keys_open: bool,
    /// Name of the model, once it is loaded.
    model: Option<String>,
    loading_model: bool,
    /// What suits the model, and what the user made of it.
    parameters: (Parameters, Parameters),
    /// How far the encoding of a photo is, in [0, 1].
    encoding: Option<f32>,
    encoding_number: u64,
    timing: String,
    pointer: Option<UnderPointer>,
    title: String,
}

impl Tinsel {
    /// Starts the worker, loads the model and opens what was given.
    pub fn new(cc: &eframe::CreationContext<'_>, paths: Vec<PathBuf>, model: Option<String>) -> Self {
        let ctx = cc.egui_ctx.clone();
        theme::apply(&ctx);
        let settings = cc.storage.and_then(|s| eframe::get_value(s, eframe::APP_KEY)).unwrap_or_default();
        let waker = ctx.clone();
        let mut this = Self {
            engine: Engine::start(move || waker.request_repaint()),
            background: Background::new(ctx.clone()),
            workspace: Workspace::default(),
            inquiry: Inquiry::default(),
            run: None,
            canvas: Canvas::new(&ctx),
            mask_list: MaskList::default(),
            inspect: Inspect::default(),
            messages: Messages::default(),
            models: Models::default(),
            settings,
            export: ExportChoices::default(),
            tool: Tool::default(),
            masks_hidden: false,
            keys_open: false,
            model: None,
            loading_model: false,
            parameters: Default::default(),
            encoding: None,
            encoding_number: 0,
            timing: String::new(),
            pointer: None,
            title: String::new(),
        };
        let wanted = model.or_else(|| this.settings.model.clone());
        this.load_named_model(wanted.as_deref().unwrap_or(STARTER_NAME));
        if !paths.is_empty() {
            this.background.list(paths);
        }
        this
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
            || self.run.is_some()
            || self.inquiry.is_pending()
            || self.canvas.is_rendering()
    }

    /// Where a point of the photo lies in the window, in egui points.
    pub fn photo_to_screen(&self, x: f32, y: f32) -> egui::Pos2 {
        self.canvas.view.to_screen(pos2(x, y))
    }

    fn load_model(&mut self, source: ModelSource) {
        self.loading_model = true;
        self.engine.load_model(source);
    }

    /// Loads a model by name or path; the starter model, with a word why, if there is no such.
    fn load_named_model(&mut self, name: &str) {
        match models::source(name, &self.settings.models_url) {
            Ok(source) => self.load_model(source),
            Err(error) => {
                self.messages.error(error);
                self.load_model(ModelSource::Starter);
            }
        }
    }

    fn receive(&mut self) {
        let events: Vec<Event> = self.engine.events().collect();
        events.into_iter().for_each(|event| self.receive_event(event));
        while let Some(outcome) = self.background.next() {
            self.receive_outcome(outcome);
        }
        match self.models.receive() {
            Some(Ok(file)) => self.load_model(ModelSource::File(file)),
            Some(Err(DownloadError::Cancelled)) | None => {}
            Some(Err(error)) => self.messages.error(error.to_string()),
        }
    }

    fn receive_event(&mut self, event: Event) {
        match event {
            Event::ModelLoaded { name, seconds, everything } => {
                self.timing = format!("Model loaded in {seconds:.1} s");
                self.settings.model = Some(name.clone());
                self.loading_model = false;
                self.model = Some(models::display_name(&name, &self.settings.models_url));
                self.parameters = (everything, everything);
                self.inquiry.forget();
                self.encode();
            }
            Event::Progress { job: Job::Encoding, fraction } => self.encoding = Some(fraction),
            Event::Progress { .. } => {}
            Event::Encoded { seconds, .. } => {
                self.encoding = None;
                if seconds > 0.0 {
                    self.timing = format!("Photo encoded in {seconds:.2} s");
                }
            }
            Event::Predicted { number, candidates, suggested, seconds, .. } => {
                self.timing = format!("Mask in {:.0} ms", seconds * 1000.0);
                self.encoding = None;
                self.inquiry.receive(number, candidates, suggested);
                if self.inquiry.accept_when_ready && !self.inquiry.is_pending() {
                    self.accept();
                }
            }
            Event::Found { number, masks, points_done, points_total, .. } => {
                self.encoding = None;
                if let Some(run) = self.run.as_mut().filter(|run| run.number == number) {
                    run.add(masks, points_done, points_total);
                }
            }
            Event::EverythingDone { number, photo, masks, complete, seconds } => {
                if self.run.as_ref().is_some_and(|run| run.number == number) {
                    self.run = None;
                }
                let count = masks.len();
                if let Some(document) = self.workspace.document_of(photo) {
                    document.apply(Edit::AddMasks(new_masks(masks)));
                }
                let ending = if complete { "" } else { "; it was cancelled, what had been found is kept" };
                self.timing = format!("{count} masks in {seconds:.1} s{ending}");
                if count == 0 {
                    self.messages.news(
                        "No mask passed the thresholds. Lower them under Settings beside “Segment everything”.",
                    );
                } else if self.inquiry.answer().is_none() {
                    self.tool = Tool::Select;
                }
            }
            Event::Cancelled { job, number } => self.ended(job, number),
            Event::Failed { job, number, message } => {
                self.ended(job, number);
                self.messages.error(format!("{}: {message}", job.label()));
            }
        }
    }

    /// Tidies up after a job that came to nothing, unless a newer one of its kind is under way.
    fn ended(&mut self, job: Job, number: u64) {
        match job {
            // A failed model leaves the former one in place; without one the built-in serves.
            Job::Model if self.model.is_none() => self.load_model(ModelSource::Starter),
            Job::Model => self.loading_model = false,
            Job::Encoding => {
                if self.encoding_number == number {
                    self.encoding = None;
                }
            }
            Job::Prompt => {
                if self.inquiry.give_up(number) {
                    self.encoding = None;
                }
            }
            Job::Everything => {
                if self.run.take_if(|run| run.number == number).is_some() {
                    self.encoding = None;
                }
            }
        }
    }

    fn receive_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Picked(paths) if paths.is_empty() => {}
            Outcome::Picked(paths) => self.background.list(paths),
            Outcome::PickedModel(path) => {
                if let Some(path) = path {
                    self.load_model(ModelSource::File(path));
                }
            }
            Outcome::PickedExportFolder(folder) => {
                if let Some(folder) = folder {
                    self.export.folder = folder.display().to_string();
                }
            }
            Outcome::Listed { photos, first, problems } => {
                problems.into_iter().for_each(|p| self.messages.error(p));
                if !photos.is_empty() {
                    self.workspace.photos = photos;
                    self.open_photo(first);
                }
            }
            Outcome::Opened { request, .. } if request != self.workspace.request => {}
            Outcome::Opened { result: Ok(photo), .. } => {
                self.workspace.loading = false;
                self.settings.photo_folder = photo.path.parent().map(Into::into);
                self.engine.cancel(Job::Prompt);
                self.inquiry.forget();
                self.workspace.show(photo);
                self.encode();
            }
            Outcome::Opened { result: Err(error), .. } => {
                self.workspace.loading = false;
                self.messages.error(error.to_string());
            }
            Outcome::Exported(Ok(files)) => {
                self.export.open = false;
                let folder = files.first().and_then(|f| f.parent()).map(std::path::Path::to_path_buf);
                let shown = folder.as_ref().map(|f| f.display().to_string()).unwrap_or_default();
                self.messages.news(match &files[..] {
                    [one] => format!("Written: {}", one.display()),
                    many => format!("{} files written to {shown}", many.len()),
                });
                self.settings.export_folder = folder;
            }
            Outcome::Exported(Err(error)) => self.messages.error(error.to_string()),
            Outcome::Broken(what) => {
                self.workspace.loading = false;
                self.messages.error(what);
            }
        }
    }

    /// Encodes the open photo ahead of the first click.
    fn encode(&mut self) {
        if let Some(open) = self.workspace.open.as_ref().filter(|_| self.model.is_some()) {
            self.encoding = Some(0.0);
            self.encoding_number = self.engine.encode(open.reference());
        }
    }

    fn open_photo(&mut self, index: usize) {
        let Some(path) = self.workspace.photos.get(index).cloned() else { return };
        self.workspace.current = index;
        self.workspace.request += 1;
        self.workspace.loading = true;
        self.background.open(self.workspace.request, path);
    }

    /// Puts the shown candidate into the list, now or when it has been computed.
    fn accept(&mut self) {
        let prompting = self.workspace.document.prompting().clone();
        if self.inquiry.is_pending() {
            self.inquiry.accept_when_ready = true;
        } else if let Some(mask) = self.inquiry.acceptable(&prompting) {
            if mask.mask.is_empty() {
                self.messages
                    .news("The mask is empty. Add a point on the thing, or choose another candidate.");
                self.inquiry.accept_when_ready = false;
                return;
            }
            self.workspace.document.apply(Edit::Accept(mask));
            self.inquiry.forget();
        }
    }

    fn is_enabled(&self, command: Command) -> bool {
        let document = &self.workspace.document;
        let has_photo = self.workspace.open.is_some();
        match command {
            Command::NextPhoto => self.workspace.current + 1 < self.workspace.photos.len(),
            Command::PreviousPhoto => self.workspace.current > 0,
            Command::Export => has_photo && !document.masks().is_empty(),
            Command::Undo => document.undo_label().is_some(),
            Command::Redo => document.redo_label().is_some(),
            Command::SelectAll | Command::ShowAll => !document.masks().is_empty(),
            Command::DeleteSelected
            | Command::HideSelected
            | Command::SoloSelected
            | Command::ZoomSelection => !document.selection().is_empty(),
            Command::Accept | Command::NextCandidate | Command::Candidate(_) => {
                !document.prompting().is_empty()
            }
            Command::DropPrompt => !document.prompting().is_empty(),
            Command::SegmentEverything => has_photo && self.model.is_some() && self.run.is_none(),
            Command::Cancel => self.run.is_some() || self.encoding.is_some(),
            Command::Tool(_)
            | Command::ZoomIn
            | Command::ZoomOut
            | Command::ZoomFit
            | Command::ZoomActual => has_photo,
            Command::UseStarterModel => self.model.as_deref() != Some(STARTER_NAME),
            _ => true,
        }
    }

    fn apply(&mut self, action: Action, ctx: &Context, frame: &eframe::Frame) {
        let document = &mut self.workspace.document;
        match action {
            Action::Run(command) => {
                if self.is_enabled(command) {
                    self.run_command(command, ctx, frame);
                }
            }
            Action::Edit(edit) => document.apply(edit),
            Action::Select(ids) => document.select(ids),
            Action::ToggleSelected(id) => document.toggle_selected(id),
            Action::ZoomToMask(id) => {
                document.select([id]);
                self.zoom_to(&[id]);
            }
            Action::SetOpacity(opacity) => self.settings.opacity = opacity,
            Action::SetParameters(parameters) => self.parameters.1 = parameters,
            Action::ResetParameters => self.parameters.1 = self.parameters.0,
            Action::OpenPaths(paths) => self.background.list(paths),
            Action::Export { overwrite } => {
                if let Some(open) = &self.workspace.open {
                    let masks = self.export.masks(&self.workspace.document);
                    let folder = PathBuf::from(self.export.folder.trim());
                    let format = self.export.format;
                    self.background.export(open.photo.clone(), masks, format, folder, overwrite);
                }
            }
            Action::ChooseExportFolder => {
                let dialog = rfd::FileDialog::new().set_parent(frame);
                self.background.pick_export_folder(dialog.set_directory(&self.export.folder));
            }
            Action::UseModel(source) => self.load_model(source),
            Action::DownloadModel(entry) => match models::store(&self.settings.models_url) {
                Ok(store) => self.models.download(entry, store, ctx),
                Err(error) => self.messages.error(error),
            },
            Action::CancelDownload => self.models.cancel(),
            Action::SetModelsUrl(url) => self.settings.models_url = url,
            Action::DismissMessage(index) => self.messages.dismiss(index),
        }
    }

    fn run_command(&mut self, command: Command, ctx: &Context, frame: &eframe::Frame) {
        let dialog = || {
            let dialog = rfd::FileDialog::new().set_parent(frame);
            match &self.settings.photo_folder {
                Some(folder) => dialog.set_directory(folder),
                None => dialog,
            }
        };
        let document = &mut self.workspace.document;
        let selection: Vec<MaskId> = document.selection().iter().copied().collect();
        match command {
            Command::OpenPhotos => self.background.pick_photos(dialog()),
            Command::OpenFolder => self.background.pick_folder(dialog()),
            Command::OpenModel => self.background.pick_model(dialog()),
            Command::OpenSample => {
                self.workspace.photos = vec![SAMPLE_NAME.into()];
                self.workspace.current = 0;
                self.workspace.request += 1;
                self.workspace.loading = true;
                self.background.open_bytes(self.workspace.request, SAMPLE_NAME.into(), SAMPLE);
            }
            Command::UseStarterModel => self.load_model(ModelSource::Starter),
            Command::NextPhoto => self.open_photo(self.workspace.current + 1),
            Command::PreviousPhoto => self.open_photo(self.workspace.current - 1),
            Command::Export => {
                if let Some(open) = &self.workspace.open {
                    self.export.open_for(document, &open.photo, self.settings.export_folder.as_deref());
                }
            }
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::Undo => {
                document.undo();
            }
            Command::Redo => {
                document.redo();
            }
            Command::SelectAll => {
                let all: Vec<MaskId> = document.masks().iter().map(|m| m.id).collect();
                document.select(all);
            }
            Command::DeleteSelected => document.apply(Edit::Delete(selection)),
            Command::HideSelected => {
                let any_visible = selection.iter().filter_map(|id| document.mask(*id)).any(|m| m.visible);
                document.apply(Edit::SetVisible(selection, !any_visible));
            }
            Command::SoloSelected => {
                let solo = if document.solo().is_some() { None } else { selection.first().copied() };
                document.apply(Edit::Solo(solo));
            }
            Command::ShowAll => self.masks_hidden = !self.masks_hidden,
            Command::Tool(tool) => self.tool = tool,
            Command::Accept => self.accept(),
            Command::DropPrompt => document.apply(Edit::ClearPrompt),
            Command::NextCandidate => {
                let count = self.inquiry.answer().map_or(0, |a| a.candidates.len());
                if let Some((shown, _)) = self.inquiry.shown(document.prompting()) {
                    document.apply(Edit::Choose((shown + 1) % count));
                }
            }
            Command::Candidate(n) => {
                let count = self.inquiry.answer().map_or(0, |a| a.candidates.len());
                // With the single mask in front, the candidates begin at index 1.
                let index = usize::from(n) - usize::from(count <= 3);
                if index < count {
                    document.apply(Edit::Choose(index));
                }
            }
            Command::SegmentEverything => {
                if let Some(open) = &self.workspace.open {
                    let number = self.engine.segment_everything(open.reference(), self.parameters.1);
                    self.run = Some(EverythingRun::new(number, open.id, document.next_colour()));
                }
            }
            Command::Cancel if self.run.is_some() => self.engine.cancel(Job::Everything),
            Command::Cancel => {
                // A photo is encoded for its own sake or because a prompt needs it.
                self.engine.cancel(Job::Encoding);
                self.engine.cancel(Job::Prompt);
            }
            Command::ZoomIn => self.canvas.view.zoom_by(ZOOM_STEP),
            Command::ZoomOut => self.canvas.view.zoom_by(1.0 / ZOOM_STEP),
            Command::ZoomFit => self.canvas.view.fit(),
            Command::ZoomActual => self.canvas.view.actual_size(),
            Command::ZoomSelection => self.zoom_to(&selection),
            Command::OutlineOnly => self.settings.outline_only = !self.settings.outline_only,
            Command::Keys => self.keys_open = !self.keys_open,
        }
    }

    /// Shows these masks as large as they fit.
    fn zoom_to(&mut self, ids: &[MaskId]) {
        let boxes = ids.iter().filter_map(|id| self.workspace.document.mask(*id)?.mask.bbox());
        let around = boxes
            .map(|b| {
                let corner = |x: u32, y: u32| pos2(x as f32, y as f32);
                Rect::from_min_max(corner(b.x0, b.y0), corner(b.x1, b.y1))
            })
            .reduce(Rect::union);
        if let Some(around) = around {
            self.canvas.view.show(around);
        }
    }

    fn draw(&mut self, ui: &mut Ui, actions: &mut Actions) {
        let enabled = |command| self.is_enabled(command);
        let document = &self.workspace.document;
        let availability = Availability {
            enabled: &enabled,
            undo_label: document.undo_label(),
            redo_label: document.redo_label(),
        };
        Panel::top("menu").show(ui, |ui| {
            menu_ui(ui, &availability, actions);
            let toolbar = Toolbar {
                tool: self.tool,
                settings: &self.settings,
                parameters: &self.parameters.1,
                model: self.model.as_deref(),
                models: &self.models,
            };
            toolbar_ui(ui, &toolbar, &availability, actions);
        });
        Panel::bottom("status").show(ui, |ui| status_ui(ui, &self.status(), actions));
        let Some(open) = &self.workspace.open else {
            CentralPanel::default().show(ui, |ui| welcome_ui(ui, self.workspace.loading, actions));
            return;
        };
        let provisional = self.run.as_ref().filter(|run| run.photo == open.id);
        let provisional = provisional.map_or(&[][..], |run| &run.provisional[..]);
        Panel::right("masks").default_size(360.0).min_size(280.0).show(ui, |ui| {
            let height = ui.available_height();
            Panel::bottom("inspect").resizable(true).default_size(height * 0.42).show(ui, |ui| {
                ui.strong("Inspect");
                self.inspect.ui(ui, document, &open.photo.pixels);
                ui.take_available_space();
            });
            CentralPanel::no_frame().show(ui, |ui| {
                ui.strong(format!("Masks ({})", document.masks().len() + provisional.len()));
                self.mask_list.ui(ui, document, provisional, actions);
            });
        });
        let prompting = self.canvas.effective_prompting(document);
        if !prompting.is_empty() {
            Panel::bottom("prompt").show(ui, |ui| prompt_bar_ui(ui, &prompting, &self.inquiry, actions));
        }

        let mut masks = vec![];
        let mut outlined = vec![];
        if !self.masks_hidden {
            let scene =
                |mask: &crate::document::MaskItem| SceneMask { mask: mask.mask.clone(), colour: mask.colour };
            let shown = document.masks().iter().filter(|m| document.is_shown(m));
            masks.extend(shown.chain(provisional).map(|m| scene(m)));
            let selected = document.selection().iter().filter_map(|id| document.mask(*id));
            outlined.extend(selected.filter(|m| document.is_shown(m)).map(|m| m.mask.clone()));
        }
        if !prompting.is_empty()
            && let Some((_, candidate)) = self.inquiry.shown(&prompting)
        {
            masks.push(SceneMask { mask: candidate.mask.clone(), colour: CANDIDATE_COLOUR });
            outlined.push(candidate.mask.clone());
        }
        let input = CanvasInput {
            photo: open,
            document,
            masks,
            outlined,
            tool: self.tool,
            opacity: self.settings.opacity,
            outline_only: self.settings.outline_only,
        };
        let canvas = CentralPanel::no_frame().show(ui, |ui| self.canvas.ui(ui, &input, actions));
        self.pointer = canvas.inner;
    }

    fn status(&self) -> Status {
        let work = if let Some(run) = &self.run {
            let left = run.seconds_left().map(|s| format!(", {s:.0} s left")).unwrap_or_default();
            let text = match run.points_total {
                0 => "Segmenting everything".to_owned(),
                total => {
                    format!("{} of {total} points, {} found{left}", run.points_done, run.provisional.len())
                }
            };
            Some((text, run.fraction(), true))
        } else if let Some(fraction) = self.encoding {
            Some(("Encoding the photo".into(), fraction, true))
        } else if self.loading_model {
            Some(("Loading the model".into(), 0.0, false))
        } else {
            None
        };
        let open = self.workspace.open.as_ref();
        let photo = open.map(|open| {
            let (width, height) = open.size();
            let name = open.photo.path.file_name().map(|n| n.to_string_lossy().into_owned());
            let place = match self.workspace.photos.len() {
                0 | 1 => String::new(),
                n => format!(" ({} of {n})", self.workspace.current + 1),
            };
            format!("{}{place}  {width} × {height}", name.unwrap_or_default())
        });
        let zoom_percent = open.map(|_| self.canvas.view.zoom(self.background.pixels_per_point()) * 100.0);
        Status {
            work,
            timing: self.timing.clone(),
            photo,
            zoom_percent,
            pointer: self.pointer.filter(|_| open.is_some()),
        }
    }

    /// Asks the network about the prompt, whatever changed it: a click, a drag, undo.
    fn follow_prompt(&mut self) {
        match &self.workspace.open {
            Some(open) if self.model.is_some() => {
                let prompting = self.canvas.effective_prompting(&self.workspace.document);
                self.inquiry.follow(&prompting, open.reference(), &self.engine);
            }
            _ => {}
        }
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

impl eframe::App for Tinsel {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        self.receive();
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let mut actions = Actions::new();
        let ctx = ui.ctx().clone();
        let dropped: Vec<PathBuf> =
            ctx.input(|i| i.raw.dropped_files.iter().map(|f| f.path().to_path_buf()).collect());
        let (dropped_models, dropped): (Vec<PathBuf>, Vec<PathBuf>) =
            dropped.into_iter().partition(|path| models::is_model_file(path));
        if let Some(model) = dropped_models.into_iter().next() {
            actions.push(Action::UseModel(ModelSource::File(model)));
        }
        if !dropped.is_empty() {
            actions.push(Action::OpenPaths(dropped));
        }
        if !ctx.text_edit_focused()
            && let Some(command) = Command::pressed(&ctx)
        {
            actions.push(Action::Run(command));
        }
        self.draw(ui, &mut actions);
        if self.export.open
            && let Some(open) = &self.workspace.open
        {
            self.export.ui(&ctx, &self.workspace.document, &open.photo, &mut actions);
        }
        egui::Window::new("Keys and gestures")
            .open(&mut self.keys_open)
            .resizable(false)
            .collapsible(false)
            .show(&ctx, keys_ui);
        self.messages.ui(&ctx, &mut actions);
        for action in actions {
            self.apply(action, &ctx, frame);
        }
        self.follow_prompt();
        self.update_title(&ctx);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, eframe::APP_KEY, &self.settings);
    }
}
