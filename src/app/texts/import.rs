//! Importing masks.

use std::fmt::Display;

texts! { import:
    question_title;
    question_hint;
    import_all;
    this_photo_only;
    cancel;
    photo_changed;
    question(file: &str, photos: usize);
    masks_imported(masks: usize);
    masks_of_photos_imported(masks: usize, photos: usize);
    with_problems(imported: &str, problems: &str);
    failed(error: &impl Display => error.to_string());
    /// `new` of the classes that were read were not in the list.
    classes_imported(new: usize, classes: usize);
}
