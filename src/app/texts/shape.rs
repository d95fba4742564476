//! The panel that changes the shape of masks.

texts! { shape:
    title;
    distance;
    distance_label;
    distance_tooltip;
    specks;
    specks_label;
    specks_tooltip;
    edge_radius;
    edge_radius_label;
    edge_radius_tooltip;
    edge_strength;
    edge_strength_label;
    edge_strength_tooltip;
}
