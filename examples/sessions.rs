//! What is kept about the photos of a folder: a line for each mask.
//!
//! ```sh
//! cargo run --release --example sessions -- FOLDER
//! ```

use std::error::Error;
use std::path::Path;

use tinsel::files::photos_in;
use tinsel::files::session::Session;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: sessions FOLDER")?;
    for photo in photos_in(Path::new(&folder))? {
        let Some(session) = Session::newest_for(&photo) else { continue };
        for mask in &session.masks {
            let annotation = &mask.annotation;
            let class = annotation.class.as_deref().unwrap_or("no class");
            let score =
                annotation.predicted_iou.map_or("by hand".into(), |iou| format!("predicted IoU {iou:.2}"));
            let (name, area) = (&annotation.name, annotation.mask.area());
            println!("{}\t{name}\t{class}\t{area} pixels\t{score}", photo.display());
        }
    }
    Ok(())
}
