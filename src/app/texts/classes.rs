//! The panel of classes.

texts! { classes:
    new;
    add;
    search;
    nothing_found;
    rename;
    new_name;
    merge;
    attributes;
    key;
    no_key;
    select_masks;
    none_active;
    delete;
    delete_tooltip;
    choose_tooltip;
    title_without(classes: usize);
    title_with(classes: usize, active: &str);
    class(name: &str, masks: usize);
    /// The menu of a class, for screen readers.
    menu(name: &str);
}

/// `active` is the class of new masks.
pub fn title(classes: usize, active: Option<&str>) -> String {
    active.map_or_else(|| title_without(classes), |active| title_with(classes, active))
}
