//! The tab about the picture.

texts! { image:
    page;
    channel;
    one_channel;
    colours;
    red;
    green;
    blue;
    window;
    black;
    black_tooltip;
    white;
    white_tooltip;
    midtones;
    midtones_tooltip;
    automatic;
    automatic_tooltip;
    whole_range;
    whole_range_tooltip;
    view;
    view_tooltip;
    brightness;
    contrast;
    gamma;
    reset;
    reset_tooltip;
    network_sees;
    network_sees_tooltip;
    of_pages(pages: usize);
    of_channels(channels: usize);
}
