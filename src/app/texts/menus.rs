//! The menus, the rail of tools, and the options above the photo.

texts! { menus:
    file;
    edit;
    photo;
    view;
    mask;
    shape;
    batch;
    sequence;
    help;
    prompt;
    brush_radius;
    brush_radius_tooltip;
    settings;
    settings_tooltip;
    opacity;
    opacity_number;
    style;
    style_of_masks;
    theme;
    language;
    text_size;
    tool;
    crosshair;
    candidate;
    refine;
    edit_outline;
    inspect;
    hide;
    show;
    show_alone;
    show_all;
    lock;
    unlock;
    rename;
    class;
    no_class;
    copy;
    duplicate;
    export;
    delete;
    open_photo;
    copy_path;
    loading;
    colours;
    by_class;
    by_class_tooltip;
    own;
    own_tooltip;
    random;
    random_tooltip;
    by_area;
    by_area_tooltip;
    by_score;
    by_score_tooltip;
    /// A command, and what it would act on.
    command_on(command: &str, object: &str);
    /// The field with the number of a slider, for screen readers.
    number_of(slider: &str);
    /// A choice, and what is chosen.
    choice(name: &str, current: &str);
    with_shortcut(tooltip: &str, shortcut: &str);
    model(name: &str);
}

pub fn tooltip(tooltip: &str, shortcut: Option<&str>) -> String {
    shortcut.map_or_else(|| tooltip.to_owned(), |shortcut| with_shortcut(tooltip, shortcut))
}
