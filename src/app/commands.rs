//! Every command with its text, tooltip and keys. Menus, keys, palette and cheat-sheet derive from
//! this registry.

use egui::{Key, KeyboardShortcut, Modifiers, ThemePreference, Vec2};

use super::settings::{MaskStyle, Settings, Tool};
use crate::document::ShapeOp;

/// A command without parameters, as menus and keys start it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Command {
    OpenPhotos,
    OpenFolder,
    OpenSample,
    OpenModel,
    UseBuiltInModel,
    NextPhoto,
    PreviousPhoto,
    Export,
    ImportMasks,
    CopyCutout,
    CopyMask,
    Quit,
    Undo,
    Redo,
    SelectAll,
    DeleteSelected,
    HideSelected,
    SoloSelected,
    ShowAll,
    Tool(Tool),
    Accept,
    DropPrompt,
    NextCandidate,
    Candidate(u8),
    SegmentEverything,
    Compare,
    Cancel,
    ZoomIn,
    ZoomOut,
    ZoomFit,
    ZoomActual,
    ZoomSelection,
    Style(MaskStyle),
    Minimap,
    LivePreview,
    Filmstrip,
    EncodeRegion,
    WholePhoto,
    Refine,
    LockSelected,
    Shape(Shape),
    BrushLarger,
    BrushSmaller,
    Class(u8),
    Palette,
    Keys,
    RenameSelected,
    Raise,
    Lower,
    Theme(ThemePreference),
    SelectNone,
    Cross(Way),
    ClickCross,
}

/// Where a key moves the cross on the photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    Left,
    Right,
    Up,
    Down,
}

impl Way {
    pub fn direction(self) -> Vec2 {
        match self {
            Way::Left => Vec2::LEFT,
            Way::Right => Vec2::RIGHT,
            Way::Up => Vec2::UP,
            Way::Down => Vec2::DOWN,
        }
    }
}

/// What can be done to the pixels of the selected masks; sizes come from the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    FillHoles,
    RemoveSpecks,
    Smooth,
    Grow,
    Shrink,
    KeepLargestPart,
    Split,
    Union,
    Subtract,
    Intersect,
}

impl Shape {
    pub const ALL: [Shape; 10] = [
        Shape::FillHoles,
        Shape::RemoveSpecks,
        Shape::Smooth,
        Shape::Grow,
        Shape::Shrink,
        Shape::KeepLargestPart,
        Shape::Split,
        Shape::Union,
        Shape::Subtract,
        Shape::Intersect,
    ];

    /// The operation, with the sizes of the settings.
    pub fn op(self, settings: &Settings) -> ShapeOp {
        match self {
            Shape::FillHoles => ShapeOp::FillHoles(None),
            Shape::RemoveSpecks => ShapeOp::RemoveSpecks(settings.speck_area),
            Shape::Smooth => ShapeOp::Smooth(settings.shape_pixels),
            Shape::Grow => ShapeOp::Grow(settings.shape_pixels),
            Shape::Shrink => ShapeOp::Shrink(settings.shape_pixels),
            Shape::KeepLargestPart => ShapeOp::KeepLargestPart,
            Shape::Split => ShapeOp::Split,
            Shape::Union => ShapeOp::Union,
            Shape::Subtract => ShapeOp::Subtract,
            Shape::Intersect => ShapeOp::Intersect,
        }
    }
}

/// The menus of the menu bar, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    File,
    Edit,
    View,
    Mask,
    Shape,
    Help,
}

impl Menu {
    pub const ALL: [Menu; 6] = [Menu::File, Menu::Edit, Menu::View, Menu::Mask, Menu::Shape, Menu::Help];

    pub fn label(self) -> &'static str {
        match self {
            Menu::File => "File",
            Menu::Edit => "Edit",
            Menu::View => "View",
            Menu::Mask => "Mask",
            Menu::Shape => "Shape",
            Menu::Help => "Help",
        }
    }
}

pub(super) struct Info {
    pub text: &'static str,
    pub tooltip: &'static str,
    pub menu: Menu,
    pub keys: Vec<KeyboardShortcut>,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

impl Command {
    pub const ALL: [Command; 86] = [
        Command::OpenPhotos,
        Command::OpenFolder,
        Command::OpenSample,
        Command::OpenModel,
        Command::UseBuiltInModel,
        Command::NextPhoto,
        Command::PreviousPhoto,
        Command::Export,
        Command::ImportMasks,
        Command::Quit,
        Command::Undo,
        Command::Redo,
        Command::SelectAll,
        Command::SelectNone,
        Command::CopyCutout,
        Command::CopyMask,
        Command::DeleteSelected,
        Command::Tool(Tool::Positive),
        Command::Tool(Tool::Negative),
        Command::Tool(Tool::Box),
        Command::Tool(Tool::Select),
        Command::Tool(Tool::Brush),
        Command::Tool(Tool::Eraser),
        Command::Tool(Tool::Lasso),
        Command::Cross(Way::Left),
        Command::Cross(Way::Right),
        Command::Cross(Way::Up),
        Command::Cross(Way::Down),
        Command::ClickCross,
        Command::BrushLarger,
        Command::BrushSmaller,
        Command::Refine,
        Command::Accept,
        Command::DropPrompt,
        Command::NextCandidate,
        Command::Candidate(1),
        Command::Candidate(2),
        Command::Candidate(3),
        Command::EncodeRegion,
        Command::WholePhoto,
        Command::SegmentEverything,
        Command::Compare,
        Command::Cancel,
        Command::HideSelected,
        Command::SoloSelected,
        Command::LockSelected,
        Command::RenameSelected,
        Command::Raise,
        Command::Lower,
        Command::ShowAll,
        Command::ZoomIn,
        Command::ZoomOut,
        Command::ZoomFit,
        Command::ZoomActual,
        Command::ZoomSelection,
        Command::Style(MaskStyle::Fill),
        Command::Style(MaskStyle::Outline),
        Command::Style(MaskStyle::Both),
        Command::Style(MaskStyle::Dim),
        Command::Minimap,
        Command::LivePreview,
        Command::Filmstrip,
        Command::Theme(ThemePreference::System),
        Command::Theme(ThemePreference::Light),
        Command::Theme(ThemePreference::Dark),
        Command::Shape(Shape::FillHoles),
        Command::Shape(Shape::RemoveSpecks),
        Command::Shape(Shape::Smooth),
        Command::Shape(Shape::Grow),
        Command::Shape(Shape::Shrink),
        Command::Shape(Shape::KeepLargestPart),
        Command::Shape(Shape::Split),
        Command::Shape(Shape::Union),
        Command::Shape(Shape::Subtract),
        Command::Shape(Shape::Intersect),
        Command::Class(1),
        Command::Class(2),
        Command::Class(3),
        Command::Class(4),
        Command::Class(5),
        Command::Class(6),
        Command::Class(7),
        Command::Class(8),
        Command::Class(9),
        Command::Palette,
        Command::Keys,
    ];

    pub fn info(self) -> Info {
        let info = |menu, text, tooltip, keys: &[KeyboardShortcut]| Info {
            text,
            tooltip,
            menu,
            keys: keys.to_vec(),
        };
        use Menu::{Edit, File, Help, Mask, View};
        let shape = |text, tooltip, keys: &[KeyboardShortcut]| info(Menu::Shape, text, tooltip, keys);
        match self {
            Command::OpenPhotos => info(File, "Open photos…", "Open one or more photos", &[ctrl(Key::O)]),
            Command::OpenFolder => {
                info(File, "Open folder…", "Open all photos of a folder", &[ctrl_shift(Key::O)])
            }
            Command::OpenSample => info(File, "Open the sample photo", "A photo to try things on", &[]),
            Command::OpenModel => info(
                File,
                "Open model…",
                "Use the weights in a .pt or .safetensors file, or an ONNX pair",
                &[ctrl(Key::M)],
            ),
            Command::UseBuiltInModel => {
                info(File, "Use the built-in model", "Use MobileSAM, which needs no download", &[])
            }
            Command::NextPhoto => info(
                File,
                "Next photo",
                "The next photo of the folder",
                &[plain(Key::D), plain(Key::PageDown)],
            ),
            Command::PreviousPhoto => info(
                File,
                "Previous photo",
                "The photo before in the folder",
                &[plain(Key::A), plain(Key::PageUp)],
            ),
            Command::Export => info(File, "Export…", "Write masks to files", &[ctrl(Key::E), ctrl(Key::S)]),
            Command::ImportMasks => info(
                File,
                "Import masks…",
                "Add masks from COCO, labelme, YOLO, ISAT or PNG files",
                &[ctrl_shift(Key::I)],
            ),
            Command::CopyCutout => info(
                Edit,
                "Copy cut-out",
                "Copy the selected thing, transparent around it, to the clipboard",
                &[ctrl_shift(Key::X)],
            ),
            Command::CopyMask => info(
                Edit,
                "Copy mask",
                "Copy the selected mask, white on black, to the clipboard",
                &[ctrl_shift(Key::M)],
            ),
            Command::Quit => info(File, "Quit", "Close the window", &[ctrl(Key::Q)]),
            Command::Undo => info(Edit, "Undo", "Take the last step back", &[ctrl(Key::Z)]),
            Command::Redo => {
                info(Edit, "Redo", "Bring the last step back again", &[ctrl_shift(Key::Z), ctrl(Key::Y)])
            }
            Command::SelectAll => info(Edit, "Select all", "Select all masks", &[ctrl(Key::A)]),
            Command::SelectNone => info(
                Edit,
                "Select none",
                "Let go of the selected masks",
                &[plain(Key::Escape), ctrl_shift(Key::A)],
            ),
            Command::DeleteSelected => info(
                Edit,
                "Delete selected",
                "Delete the selected masks",
                &[plain(Key::Delete), plain(Key::Backspace)],
            ),
            Command::Tool(Tool::Positive) => {
                info(Mask, "Add points", "Click on the thing; right click beside it", &[plain(Key::Q)])
            }
            Command::Tool(Tool::Negative) => {
                info(Mask, "Remove points", "Click on what does not belong to the thing", &[plain(Key::E)])
            }
            Command::Tool(Tool::Box) => info(Mask, "Box", "Drag a box around the thing", &[plain(Key::W)]),
            Command::Tool(Tool::Select) => {
                info(Mask, "Pick masks", "Click a mask to select it", &[plain(Key::M)])
            }
            Command::Accept => {
                info(Mask, "Accept mask", "Put the mask into the list", &[plain(Key::Enter), plain(Key::F)])
            }
            Command::DropPrompt => info(
                Mask,
                "Drop prompt",
                "Remove all points and the box",
                &[plain(Key::Escape), plain(Key::B)],
            ),
            Command::NextCandidate => {
                info(Mask, "Next candidate", "Show the next possible mask", &[plain(Key::Tab)])
            }
            Command::Candidate(1) => {
                info(Mask, "Candidate 1", "Show the first possible mask", &[plain(Key::Num1)])
            }
            Command::Candidate(2) => {
                info(Mask, "Candidate 2", "Show the second possible mask", &[plain(Key::Num2)])
            }
            Command::Candidate(_) => {
                info(Mask, "Candidate 3", "Show the third possible mask", &[plain(Key::Num3)])
            }
            Command::SegmentEverything => {
                info(Mask, "Segment everything", "Find a mask for everything in the photo", &[ctrl(Key::G)])
            }
            Command::Compare => info(
                Mask,
                "Compare two models…",
                "Segment everything with two models or settings and see where they differ",
                &[ctrl_shift(Key::C)],
            ),
            Command::Cancel => info(
                Mask,
                "Cancel",
                "Stop what is running; masks found so far are kept",
                &[ctrl(Key::Period)],
            ),
            Command::HideSelected => info(
                Mask,
                "Hide or show selected",
                "Hide the selected masks, or show them again",
                &[plain(Key::S)],
            ),
            Command::SoloSelected => {
                info(Mask, "Show selected alone", "Show only this mask, or all again", &[shift(Key::S)])
            }
            Command::ShowAll => info(
                View,
                "Hide or show all masks",
                "The bare photo and back",
                &[plain(Key::V), ctrl(Key::H)],
            ),
            Command::ZoomIn => info(View, "Zoom in", "", &[plain(Key::Plus), plain(Key::Equals)]),
            Command::ZoomOut => info(View, "Zoom out", "", &[plain(Key::Minus)]),
            Command::ZoomFit => info(View, "Fit", "Show the whole photo", &[plain(Key::Home), ctrl(Key::F)]),
            Command::ZoomActual => info(
                View,
                "100 %",
                "One photo pixel for each screen pixel",
                &[ctrl(Key::Num0), ctrl(Key::Equals)],
            ),
            Command::ZoomSelection => info(
                View,
                "Zoom to selection",
                "Show the selected masks as large as they fit",
                &[plain(Key::Z)],
            ),
            Command::Style(MaskStyle::Fill) => info(View, "Filled masks", "Paint the inside of masks", &[]),
            Command::Style(MaskStyle::Outline) => {
                info(View, "Outlines only", "Paint the borders of masks", &[plain(Key::O)])
            }
            Command::Style(MaskStyle::Both) => {
                info(View, "Fill and outline", "Paint inside and border of masks", &[])
            }
            Command::Style(MaskStyle::Dim) => {
                info(View, "Dim everything else", "Darken what lies outside the masks", &[shift(Key::O)])
            }
            Command::Filmstrip => {
                info(View, "Filmstrip", "Show the photos of the folder below the canvas", &[shift(Key::F)])
            }
            Command::EncodeRegion => info(
                Mask,
                "Encode what is visible",
                "Zoom in first: the network then looks closer at what is visible, for small things",
                &[ctrl(Key::R)],
            ),
            Command::WholePhoto => info(
                Mask,
                "Whole photo",
                "Leave the region: prompts are answered from the whole photo again",
                &[ctrl_shift(Key::R)],
            ),
            Command::Minimap => info(
                View,
                "Minimap",
                "Show the whole photo in a corner while only a part of it is in view",
                &[],
            ),
            Command::LivePreview => info(
                View,
                "Live preview",
                "Show the mask that a click would give; Alt for a larger or smaller one",
                &[plain(Key::P)],
            ),
            Command::Refine => info(
                Mask,
                "Refine selected",
                "Work on the selected mask again, with its points or from its pixels",
                &[plain(Key::R)],
            ),
            Command::Tool(Tool::Brush) => info(
                Mask,
                "Brush",
                "Paint on the selected mask, or a new one; Shift erases",
                &[plain(Key::T)],
            ),
            Command::Tool(Tool::Eraser) => {
                info(Mask, "Eraser", "Erase from the selected mask; Shift paints", &[plain(Key::X)])
            }
            Command::Tool(Tool::Lasso) => info(
                Mask,
                "Lasso",
                "Draw around an area to add it to the selected mask; Shift takes it away",
                &[plain(Key::L)],
            ),
            Command::BrushLarger => {
                info(Mask, "Larger brush", "Grow brush and eraser", &[plain(Key::CloseBracket)])
            }
            Command::BrushSmaller => {
                info(Mask, "Smaller brush", "Shrink brush and eraser", &[plain(Key::OpenBracket)])
            }
            Command::LockSelected => info(
                Mask,
                "Lock or unlock selected",
                "Protect the selected masks from being changed or deleted",
                &[ctrl(Key::L)],
            ),
            Command::Cross(way) => {
                let (text, key) = match way {
                    Way::Left => ("Cross to the left", Key::ArrowLeft),
                    Way::Right => ("Cross to the right", Key::ArrowRight),
                    Way::Up => ("Cross up", Key::ArrowUp),
                    Way::Down => ("Cross down", Key::ArrowDown),
                };
                info(
                    Mask,
                    text,
                    "Move a cross over the photo, to click without a mouse; Shift: by one pixel",
                    &[plain(key)],
                )
            }
            Command::ClickCross => info(
                Mask,
                "Click at the cross",
                "What a click of the mouse would do there; Shift: a point of the other kind",
                &[plain(Key::C)],
            ),
            Command::RenameSelected => {
                info(Mask, "Rename selected", "Give the selected mask another name", &[plain(Key::F2)])
            }
            Command::Raise => info(
                Mask,
                "Bring forward",
                "Draw the selected masks over the one above them",
                &[ctrl(Key::ArrowUp)],
            ),
            Command::Lower => info(
                Mask,
                "Send backward",
                "Draw the selected masks under the one below them",
                &[ctrl(Key::ArrowDown)],
            ),
            Command::Theme(ThemePreference::System) => {
                info(View, "Theme of the system", "Light or dark, as the system says", &[])
            }
            Command::Theme(ThemePreference::Light) => info(View, "Light theme", "", &[]),
            Command::Theme(ThemePreference::Dark) => info(View, "Dark theme", "", &[]),
            Command::Class(n) => {
                const TEXTS: [&str; 9] = [
                    "Class 1", "Class 2", "Class 3", "Class 4", "Class 5", "Class 6", "Class 7", "Class 8",
                    "Class 9",
                ];
                const KEYS: [Key; 9] = [
                    Key::Num1,
                    Key::Num2,
                    Key::Num3,
                    Key::Num4,
                    Key::Num5,
                    Key::Num6,
                    Key::Num7,
                    Key::Num8,
                    Key::Num9,
                ];
                let i = usize::from(n.clamp(1, 9)) - 1;
                info(Edit, TEXTS[i], "Mark the selected masks with this class", &[plain(KEYS[i])])
            }
            Command::Shape(Shape::FillHoles) => {
                shape("Fill holes", "Fill all holes of the selected masks", &[])
            }
            Command::Shape(Shape::RemoveSpecks) => shape(
                "Remove specks",
                "Remove small separate parts, below the size in the panel Change shape",
                &[],
            ),
            Command::Shape(Shape::Smooth) => {
                shape("Smooth", "Round corners and close gaps, by the pixels in the panel Change shape", &[])
            }
            Command::Shape(Shape::Grow) => {
                shape("Grow", "Grow by the pixels in the panel Change shape", &[ctrl(Key::CloseBracket)])
            }
            Command::Shape(Shape::Shrink) => {
                shape("Shrink", "Shrink by the pixels in the panel Change shape", &[ctrl(Key::OpenBracket)])
            }
            Command::Shape(Shape::KeepLargestPart) => {
                shape("Keep the largest part", "Remove all separate parts but the largest", &[])
            }
            Command::Shape(Shape::Split) => {
                shape("Split into parts", "Make a mask of each separate part", &[ctrl_shift(Key::S)])
            }
            Command::Shape(Shape::Union) => {
                shape("Unite", "Make one mask of the selected ones", &[ctrl(Key::U)])
            }
            Command::Shape(Shape::Subtract) => {
                shape("Subtract", "Take the later masks out of the first one in the list", &[ctrl(Key::D)])
            }
            Command::Shape(Shape::Intersect) => {
                shape("Intersect", "Keep what all selected masks share", &[ctrl(Key::I)])
            }
            Command::Palette => {
                info(Help, "All commands…", "Find and run any command by its name", &[ctrl_shift(Key::P)])
            }
            Command::Keys => info(
                Help,
                "Keys and gestures",
                "All keys at a glance",
                &[plain(Key::F1), plain(Key::Questionmark)],
            ),
        }
    }

    /// Names the command in what is saved.
    pub fn id(self) -> String {
        format!("{self:?}")
    }

    /// Whether the same keys may start both commands: while something is prompted the numbers choose
    /// candidates, else classes, and Escape drops the prompt before it lets go of masks.
    pub fn may_share_keys(self, other: Command) -> bool {
        use Command::{Candidate, Class, DropPrompt, SelectNone};
        let never_both = |a, b| matches!((a, b), (Candidate(_), Class(_)) | (DropPrompt, SelectNone));
        self == other || never_both(self, other) || never_both(other, self)
    }

    /// Whether the command neither shows nor changes the masks of the photo.
    pub fn is_for_everywhere(self) -> bool {
        use Command as C;
        matches!(
            self,
            C::OpenPhotos
                | C::OpenFolder
                | C::OpenSample
                | C::OpenModel
                | C::UseBuiltInModel
                | C::NextPhoto
                | C::PreviousPhoto
                | C::Quit
                | C::Compare
                | C::Cancel
                | C::Palette
                | C::Keys
                | C::Theme(_)
                | C::Filmstrip
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_commands_share_a_key_or_a_text() {
        let (mut texts, mut ids) = (HashSet::new(), HashSet::new());
        for command in Command::ALL {
            assert!(texts.insert(command.info().text), "{} stands twice", command.info().text);
            assert!(ids.insert(command.id()), "{command:?} stands twice");
            for other in Command::ALL.into_iter().filter(|other| !command.may_share_keys(*other)) {
                let shared = other.info().keys.into_iter().find(|key| command.info().keys.contains(key));
                assert_eq!(shared, None, "{command:?} and {other:?}");
            }
        }
    }
}
