//! Attributes of classes and masks.

pub const ADD: &str = "Add attribute";
pub const NAME: &str = "Name of attribute";
pub const YES_NO: &str = "Yes or no";
pub const TEXT: &str = "Text";
pub const NUMBER: &str = "Number";
pub const CHOICE: &str = "Choice";
pub const CHOICES: &str = "left, right, …";
pub const NONE: &str = "–";
pub const DELETE: &str = "Delete attribute";
pub const SAVE: &str = "Save";
pub const CANCEL: &str = "Cancel";

pub fn title(class: &str) -> String {
    format!("Attributes of {class}")
}
