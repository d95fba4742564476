//! Titles and file types of the system's dialogs.

texts! { dialogs:
    open_photos;
    photos;
    open_folder;
    open_model;
    models;
    export_to;
    split_list;
    text;
    save_in;
    import_masks;
    open_boxes;
    boxes;
    masks;
    save_comparison;
    import_classes;
    classes;
}
