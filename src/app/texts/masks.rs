//! The list of masks.

use super::decimal;

texts! { masks:
    empty;
    no_match;
    search;
    search_label;
    order;
    name;
    area;
    predicted_iou;
    stability;
    tree;
    classes;
    tree_tooltip;
    classes_tooltip;
    sort;
    new_name;
    rename;
    locked;
    proposed;
    show;
    hide;
    solo;
    delete;
    collapse;
    expand;
    without_class;
    coverage_tooltip;
    list_by_tree;
    list_by_classes;
    title(masks: usize);
    made_by(model: &str);
    made_by_some_model;
    /// What a button with this verb does, for screen readers.
    button(verb: &str, name: &str);
    all_of(class: &str);
    group(class: &str, masks: usize);
    /// In percent of the photo, as short as it fits beside the title.
    covered(percent: f32 => decimal(percent, 0));
    /// In percent of the photo.
    coverage(covered: f32 => decimal(covered, 1), overlapping: f32 => decimal(overlapping, 1));
}

/// What the mark of a proposal means; `model` has made it, if that is known.
pub fn proposed_by(model: Option<&str>) -> String {
    model.map_or_else(|| made_by_some_model().to_owned(), made_by)
}
