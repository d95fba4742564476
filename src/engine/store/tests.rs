use std::sync::{Arc, LazyLock};
use std::thread;

use image::{Rgb, RgbImage};

use super::*;
use crate::mask::PixelBox;
use crate::sam::Map;

fn encoded(seed: f32) -> Encoded {
    let values = (0..600).map(|i| seed + i as f32 / 7.0).collect();
    let odd = vec![f32::from_bits(1), -0.0, 65_504.0];
    let maps = vec![Map { shape: vec![20, 30], values }, Map { shape: vec![3], values: odd }];
    Encoded { photo_size: (123, 45), maps }
}

/// That of [`encoded`].
fn form() -> Form<'static> {
    static SHAPES: LazyLock<[Vec<usize>; 2]> = LazyLock::new(|| [vec![20, 30], vec![3]]);
    Form { photo_size: (123, 45), shapes: &*SHAPES }
}

fn key(n: u8) -> EmbeddingKey {
    let hash = ContentHash::of_bytes(&[n]);
    EmbeddingKey::new(hash, None, hash, 64)
}

fn folder() -> (tempfile::TempDir, EmbeddingFolder) {
    let dir = tempfile::tempdir().unwrap();
    let folder = EmbeddingFolder::new(dir.path().join("new/embeddings"));
    (dir, folder)
}

fn bits(encoded: &Encoded) -> Vec<u32> {
    encoded.maps.iter().flat_map(|map| map.values.iter().map(|x| x.to_bits())).collect()
}

#[test]
fn what_was_saved_comes_back_bit_by_bit() {
    let (_dir, folder) = folder();
    assert!(folder.load(&key(1), form()).is_none());
    folder.save(&key(1), &encoded(1.0)).unwrap();
    let back = folder.load(&key(1), form()).unwrap();
    assert_eq!((back.photo_size, bits(&back)), ((123, 45), bits(&encoded(1.0))));
    assert_eq!(back.maps.iter().map(|m| m.shape.clone()).collect::<Vec<_>>(), [vec![20, 30], vec![3]]);
    assert!(folder.load(&key(2), form()).is_none());
}

#[test]
fn a_damaged_file_is_none_and_goes() {
    let (_dir, folder) = folder();
    let whole = entry::bytes(&encoded(1.0));
    let mut flipped = whole.clone();
    flipped[1000] ^= 1;
    let mut lying = whole[..whole.len() - 4].to_vec();
    lying[28..36].fill(0xff);
    lying.extend(crc32fast::hash(&lying).to_le_bytes());
    let mut newer = whole[..whole.len() - 4].to_vec();
    newer[8] += 1;
    newer.extend(crc32fast::hash(&newer).to_le_bytes());
    for bytes in [&[][..], &whole[..whole.len() / 2], &flipped, &lying, &newer, b"no embedding at all"] {
        folder.save(&key(1), &encoded(1.0)).unwrap();
        std::fs::write(folder.file(&key(1)), bytes).unwrap();
        assert!(folder.load(&key(1), form()).is_none());
        assert!(!folder.file(&key(1)).exists());
    }
    assert!((0..whole.len()).step_by(5).all(|end| entry::parse(&whole[..end], form()).is_none()));
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let (_dir, folder) = folder();
    folder.save(&key(1), &encoded(1.0)).unwrap();
    File::create(folder.file(&key(1))).unwrap().set_len(1 << 34).unwrap();
    assert!(folder.load(&key(1), form()).is_none());
    assert!(!folder.file(&key(1)).exists());
    let huge = |axes: usize| Form { shapes: &[vec![usize::MAX; axes]], ..form() }.bytes();
    assert_eq!((huge(1), huge(2)), (None, None));
}

#[test]
fn what_no_encoder_of_this_form_makes_is_not_used_and_goes() {
    let (_dir, folder) = folder();
    let with = |change: &dyn Fn(&mut Encoded)| {
        let mut forged = encoded(1.0);
        change(&mut forged);
        forged
    };
    for forged in [
        with(&|e| e.maps[0].values[7] = f32::NAN),
        with(&|e| e.maps[1].values[0] = f32::NEG_INFINITY),
        with(&|e| e.maps[1].values[2] = 1e30),
        with(&|e| e.maps[0].shape = vec![30, 20]),
        with(&|e| e.maps[0].shape = vec![600]),
        with(&|e| drop(e.maps.pop())),
        with(&|e| e.maps.swap(0, 1)),
        with(&|e| e.photo_size = (45, 123)),
    ] {
        // The checksum is right.
        folder.save(&key(1), &forged).unwrap();
        assert!(folder.load(&key(1), form()).is_none(), "{:?}", forged.maps[0].shape);
        assert!(!folder.file(&key(1)).exists());
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_opened() {
    let (_dir, folder) = folder();
    folder.save(&key(1), &encoded(1.0)).unwrap();
    let (pipe, link, device) = (folder.file(&key(2)), folder.file(&key(3)), folder.file(&key(4)));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    std::fs::create_dir(folder.file(&key(5))).unwrap();
    // The link before what it leads to.
    for n in [3, 2, 4, 5] {
        assert!(folder.load(&key(n), form()).is_none());
    }
    assert!([&pipe, &link, &device].iter().all(|path| path.symlink_metadata().is_err()));
    let bytes = entry::bytes(&encoded(1.0)).len() as u64;
    assert_eq!(folder.trim(bytes), bytes, "a folder does not count");
    assert!(folder.load(&key(1), form()).is_some());
}

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let (_dir, folder) = folder();
    let size = entry::bytes(&encoded(0.0)).len() as u64;
    for n in 0..4 {
        folder.save(&key(n), &encoded(0.0)).unwrap();
        let file = File::options().write(true).open(folder.file(&key(n))).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(n))).unwrap();
    }
    folder.load(&key(0), form()).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
    assert_eq!(folder.trim(3 * size), 3 * size);
    assert_eq!(folder.trim(2 * size + 1), 2 * size);
    let left: Vec<u8> = (0..4).filter(|n| folder.load(&key(*n), form()).is_some()).collect();
    assert_eq!(left, [0, 3]);
    assert_eq!(folder.trim(0), 0);
    assert!(folder.path().join("notes.txt").exists());
}

#[test]
fn what_a_killed_program_left_goes_and_what_another_writes_stays() {
    let (_dir, folder) = folder();
    folder.save(&key(1), &encoded(1.0)).unwrap();
    let [old, new] = ["old", "new"].map(|name| folder.path().join(format!("{TEMPORARY_PREFIX}{name}")));
    for path in [&old, &new] {
        std::fs::write(path, "half").unwrap();
    }
    File::options().write(true).open(&old).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    folder.trim(u64::MAX);
    assert_eq!((old.exists(), new.exists()), (false, true));
}

#[test]
fn several_programs_can_use_a_folder_at_once() {
    let (_dir, folder) = folder();
    let expected: Arc<Vec<Vec<u32>>> = Arc::new((0..4u8).map(|n| bits(&encoded(f32::from(n)))).collect());
    let size = entry::bytes(&encoded(0.0)).len() as u64;
    let threads: Vec<_> = (0..4u8)
        .map(|offset| {
            let (folder, expected) = (folder.clone(), expected.clone());
            thread::spawn(move || {
                for round in 0..50 {
                    let n = (round + offset) % 4;
                    folder.save(&key(n), &encoded(f32::from(n))).unwrap();
                    if let Some(found) = folder.load(&key(3 - n), form()) {
                        assert_eq!(bits(&found), expected[usize::from(3 - n)]);
                    }
                    assert!(folder.trim(2 * size) <= 2 * size);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_key_depends_on_pixels_size_part_model_and_input() {
    let photo = |w, h, grey| ContentHash::of_pixels(&RgbImage::from_pixel(w, h, Rgb([grey; 3])));
    let model = |bytes: &[u8]| ContentHash::of_bytes(bytes);
    let part = |x1| Some(PixelBox { x0: 0, y0: 0, x1, y1: 2 });
    let keys = [
        EmbeddingKey::new(photo(4, 2, 9), None, model(b"a"), 64),
        EmbeddingKey::new(photo(2, 4, 9), None, model(b"a"), 64),
        EmbeddingKey::new(photo(4, 2, 8), None, model(b"a"), 64),
        EmbeddingKey::new(photo(4, 2, 9), part(3), model(b"a"), 64),
        EmbeddingKey::new(photo(4, 2, 9), part(4), model(b"a"), 64),
        EmbeddingKey::new(photo(4, 2, 9), None, model(b"b"), 64),
        EmbeddingKey::new(photo(4, 2, 9), None, model(b"a"), 128),
    ];
    let names: std::collections::HashSet<String> = keys.iter().map(EmbeddingKey::to_string).collect();
    assert_eq!(names.len(), keys.len());
    assert_eq!(photo(4, 2, 9), photo(4, 2, 9));
    let joined = ContentHash::of_files([&b"ab"[..], b"c"]).unwrap();
    assert_ne!(joined, ContentHash::of_files([&b"a"[..], b"bc"]).unwrap());
}
