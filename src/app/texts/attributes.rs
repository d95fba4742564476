//! Attributes of classes and masks.

texts! { attributes:
    add;
    name;
    yes_no;
    text;
    number;
    choice;
    choices;
    none;
    delete;
    save;
    cancel;
    title(class: &str);
}
