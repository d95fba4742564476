//! The commands: one definition each, in the file of its menu. Menus, keys, palette and the list of
//! shortcuts derive from it.

pub(super) mod batch;
pub(super) mod class;
pub(super) mod edit;
pub(super) mod file;
pub(super) mod help;
mod keymap;
pub(super) mod mask;
pub(super) mod photo;
pub(super) mod prompt;
pub(super) mod sequence;
pub(super) mod shape;
pub(super) mod tool;
pub(super) mod view;

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use egui::{Context, Key, KeyboardShortcut, Modifiers};

pub(super) use keymap::{Keymap, key_text};

use super::shell::Tinsel;
use super::texts::{commands as command_texts, menus as texts};

/// Defines the commands of a file, and the list of them in the order of the menu.
macro_rules! commands {
    ($($name:ident = $definition:expr;)*) => {
        $(pub(in crate::app) static $name: $crate::app::commands::Command = $definition;)*

        pub(in crate::app) static ALL: &[&$crate::app::commands::Command] = &[$(&$name),*];
    };
}
use commands;

/// A command without parameters, as menus and keys start it.
pub(super) struct Command {
    /// Names the command in saved settings, so it never changes. No two commands share one.
    pub id: &'static str,
    pub menu: Menu,
    /// The submenu that has it; commands of one stand together.
    pub submenu: Option<Submenu>,
    /// A line above it parts it from the command before in the menu.
    pub begins_group: bool,
    /// Whether the menu lists it; the palette and the list of shortcuts list all commands.
    pub in_menu: bool,
    /// The default keys; the first one is shown next to the command.
    pub keys: &'static [KeyboardShortcut],
    pub prompt: PromptState,
    /// Whether it makes sense while a comparison covers the photo, because it neither shows nor changes masks.
    pub over_comparison: bool,
    /// Whether it makes sense, on top of `prompt` and `over_comparison`.
    pub enabled: fn(&Tinsel) -> bool,
    /// Whether what the command switches is on.
    pub on: fn(&Tinsel) -> bool,
    /// What it would act on now, to be shown behind its text in the menu.
    pub object: fn(&Tinsel) -> Option<String>,
    pub run: fn(&mut Tinsel, &Context, &eframe::Frame),
}

/// The prompt that a command needs. Keys may start two commands if there is none that suits both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptState {
    Any,
    /// There are points or a box.
    Set,
    Empty,
}

/// What definitions start from.
const COMMAND: Command = Command {
    id: "",
    menu: Menu::File,
    submenu: None,
    begins_group: false,
    in_menu: true,
    keys: &[],
    prompt: PromptState::Any,
    over_comparison: false,
    enabled: |_| true,
    on: |_| false,
    object: |_| None,
    run: |_, _, _| {},
};

/// The menus of the menu bar, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    File,
    Edit,
    Photo,
    View,
    Mask,
    Shape,
    Batch,
    Sequence,
    Help,
}

impl Menu {
    pub const ALL: [Menu; 9] = [
        Menu::File,
        Menu::Edit,
        Menu::Photo,
        Menu::View,
        Menu::Mask,
        Menu::Shape,
        Menu::Batch,
        Menu::Sequence,
        Menu::Help,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Menu::File => texts::file(),
            Menu::Edit => texts::edit(),
            Menu::Photo => texts::photo(),
            Menu::View => texts::view(),
            Menu::Mask => texts::mask(),
            Menu::Shape => texts::shape(),
            Menu::Batch => texts::batch(),
            Menu::Sequence => texts::sequence(),
            Menu::Help => texts::help(),
        }
    }

    /// Its commands, including those that only the list of shortcuts shows.
    pub fn commands(self) -> impl Iterator<Item = &'static Command> {
        all().filter(move |command| command.menu == self)
    }
}

/// All commands, in the order of the palette.
pub(super) fn all() -> impl Iterator<Item = &'static Command> {
    let files = [
        file::ALL,
        edit::ALL,
        photo::ALL,
        tool::ALL,
        prompt::ALL,
        mask::ALL,
        view::ALL,
        shape::ALL,
        class::ALL,
        batch::ALL,
        sequence::ALL,
        help::ALL,
    ];
    files.into_iter().flatten().copied()
}

/// The submenus, each in the menu of its commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Submenu {
    Tool,
    Crosshair,
    Candidate,
    Style,
    Theme,
    TextSize,
    Language,
}

impl Submenu {
    pub fn label(self) -> &'static str {
        match self {
            Submenu::Tool => texts::tool(),
            Submenu::Crosshair => texts::crosshair(),
            Submenu::Candidate => texts::candidate(),
            Submenu::Style => texts::style_of_masks(),
            Submenu::Theme => texts::theme(),
            Submenu::TextSize => texts::text_size(),
            Submenu::Language => texts::language(),
        }
    }
}

impl Command {
    /// What menus call it.
    pub fn text(&self) -> &'static str {
        command_texts::text(self.id)
    }

    /// What it does; may be empty.
    pub fn tooltip(&self) -> &'static str {
        command_texts::tooltip(self.id)
    }

    pub fn is_enabled(&self, window: &Tinsel) -> bool {
        let has_prompt = !window.document().prompting().is_empty();
        let suits_prompt = match self.prompt {
            PromptState::Any => true,
            PromptState::Set => has_prompt,
            PromptState::Empty => !has_prompt,
        };
        suits_prompt && (self.over_comparison || !window.is_photo_covered()) && (self.enabled)(window)
    }

    /// Whether the same keys may start both commands, because never both are enabled.
    pub fn may_share_keys(&self, other: &Command) -> bool {
        use PromptState::{Empty, Set};
        self == other || matches!((self.prompt, other.prompt), (Set, Empty) | (Empty, Set))
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Command {}

impl Hash for Command {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// How a command stands in a frame.
#[derive(Debug, Clone, Default)]
struct State {
    enabled: bool,
    on: bool,
    object: Option<String>,
}

/// How all commands stand in a frame, and the keys that start them: what panels need to show them.
pub(super) struct Availability {
    states: HashMap<&'static Command, State>,
    pub keymap: Keymap,
}

impl Availability {
    pub fn of(window: &Tinsel) -> Self {
        let state = |command: &'static Command| State {
            enabled: command.is_enabled(window),
            on: (command.on)(window),
            object: (command.object)(window),
        };
        let states = all().map(|command| (command, state(command))).collect();
        Self { states, keymap: window.settings.keymap.clone() }
    }

    pub fn is_enabled(&self, command: &Command) -> bool {
        self.states.get(command).is_some_and(|state| state.enabled)
    }

    pub fn is_on(&self, command: &Command) -> bool {
        self.states.get(command).is_some_and(|state| state.on)
    }

    /// What a menu calls the command now.
    pub fn text(&self, command: &Command) -> String {
        match self.states.get(command).and_then(|state| state.object.as_ref()) {
            Some(object) => texts::command_on(command.text(), object),
            None => command.text().to_owned(),
        }
    }
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::texts::Language;
    use super::*;

    #[test]
    fn no_two_commands_share_a_key_or_a_text() {
        let (mut texts, mut ids) = (HashSet::new(), HashSet::new());
        for command in all() {
            for language in Language::ALL {
                let text = command_texts::text_in(language, command.id);
                assert!(texts.insert((language as u8, text)), "{text} stands twice in {language:?}");
            }
            assert!(ids.insert(command.id), "{command:?} stands twice");
            for other in all().filter(|other| !command.may_share_keys(other)) {
                let shared = other.keys.iter().find(|key| command.keys.contains(key));
                assert_eq!(shared, None, "{command:?} and {other:?}");
            }
        }
    }

    #[test]
    fn the_ids_in_saved_settings_are_still_those_of_commands() {
        let saved = "OpenPhotos OpenFolder OpenSample OpenModel UseBuiltInModel NextPhoto PreviousPhoto Export \
                     ImportMasks Quit Undo Redo SelectAll SelectNone CopyCutout CopyMask DeleteSelected \
                     Tool(Positive) Tool(Negative) Tool(Box) Tool(Select) Tool(Brush) Tool(Eraser) Tool(Lasso) \
                     Cross(Left) Cross(Right) Cross(Up) Cross(Down) ClickCross BrushLarger BrushSmaller Refine \
                     Accept DropPrompt NextCandidate Candidate(1) Candidate(2) Candidate(3) EncodeRegion \
                     WholePhoto SegmentEverything Compare Cancel HideSelected SoloSelected LockSelected \
                     RenameSelected Raise Lower ShowAll ZoomIn ZoomOut ZoomFit ZoomActual ZoomSelection \
                     Style(Fill) Style(Outline) Style(Both) Style(Dim) Minimap LivePreview Filmstrip \
                     Theme(System) Theme(Light) Theme(Dark) Shape(FillHoles) Shape(RemoveSpecks) Shape(Smooth) \
                     Shape(Grow) Shape(Shrink) Shape(KeepLargestPart) Shape(Split) Shape(Union) \
                     Shape(Subtract) Shape(Intersect) Class(1) Class(2) Class(3) Class(4) Class(5) Class(6) \
                     Class(7) Class(8) Class(9) SegmentAll BoxesToMasks StopBatch Review AcceptProposal \
                     RejectProposal SkipProposal Palette Keys";
        let ids: HashSet<&str> = all().map(|command| command.id).collect();
        let missing: Vec<&str> = saved.split_whitespace().filter(|id| !ids.contains(id)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
