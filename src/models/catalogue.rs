//! The official weights by name: where they are published, how long they are, what they hash to.

/// Licence of all weights in the catalogue.
pub const LICENCE: &str = "Apache-2.0";

/// A family of networks, with its publisher and URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Sam2,
    EdgeTam,
    Sam1,
    MobileSam,
}

impl Source {
    /// The name of the family.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sam2 => "Segment Anything 2",
            Self::EdgeTam => "EdgeTAM",
            Self::Sam1 => "Segment Anything (2023)",
            Self::MobileSam => "MobileSAM",
        }
    }

    /// The publisher of the weights, and its web page.
    pub fn publisher(self) -> &'static str {
        match self {
            Self::Sam2 => "Meta, https://github.com/facebookresearch/sam2",
            Self::EdgeTam => "Meta, https://github.com/facebookresearch/EdgeTAM",
            Self::Sam1 => "Meta, https://github.com/facebookresearch/segment-anything",
            Self::MobileSam => "Chaoning Zhang and others, https://github.com/ChaoningZhang/MobileSAM",
        }
    }

    /// The base URL of the files, with a slash at the end. A mirror replaces all of these.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Sam2 => "https://dl.fbaipublicfiles.com/segment_anything_2/",
            Self::EdgeTam => "https://github.com/facebookresearch/EdgeTAM/raw/main/checkpoints/",
            Self::Sam1 => "https://dl.fbaipublicfiles.com/segment_anything/",
            Self::MobileSam => "https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/",
        }
    }
}

/// One file of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name for users; unique in the catalogue.
    pub name: &'static str,
    pub source: Source,
    /// Path below the base URL, with `/` between its parts. Its last part is the name of the file.
    pub path: &'static str,
    /// Length of the file, if it is known.
    pub bytes: Option<u64>,
    /// SHA-256 of the file, 64 lower-case hexadecimal digits.
    pub sha256: &'static str,
    /// A description for users.
    pub title: &'static str,
    /// The number of parameters, for display.
    pub parameters: &'static str,
}

impl Entry {
    /// The name of the file, without folders.
    pub fn file_name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// All published image weights: SAM 2.1, EdgeTAM, then older ones, each family from small to large.
pub const CATALOGUE: &[Entry] = &[
    Entry {
        name: "sam2.1-tiny",
        source: Source::Sam2,
        path: "092824/sam2.1_hiera_tiny.pt",
        bytes: Some(156_008_466),
        sha256: "7402e0d864fa82708a20fbd15bc84245c2f26dff0eb43a4b5b93452deb34be69",
        title: "SAM 2.1, tiny: the fastest of SAM 2",
        parameters: "38.9 M",
    },
    Entry {
        name: "sam2.1-small",
        source: Source::Sam2,
        path: "092824/sam2.1_hiera_small.pt",
        bytes: Some(184_416_285),
        sha256: "6d1aa6f30de5c92224f8172114de081d104bbd23dd9dc5c58996f0cad5dc4d38",
        title: "SAM 2.1, small: slightly better than tiny, almost as fast",
        parameters: "46 M",
    },
    Entry {
        name: "sam2.1-base-plus",
        source: Source::Sam2,
        path: "092824/sam2.1_hiera_base_plus.pt",
        bytes: Some(323_606_802),
        sha256: "a2345aede8715ab1d5d31b4a509fb160c5a4af1970f199d9054ccfb746c004c5",
        title: "SAM 2.1, base plus: between small and large",
        parameters: "80.8 M",
    },
    Entry {
        name: "sam2.1-large",
        source: Source::Sam2,
        path: "092824/sam2.1_hiera_large.pt",
        bytes: Some(898_083_611),
        sha256: "2647878d5dfa5098f2f8649825738a9345572bae2d4350a2468587ece47dd318",
        title: "SAM 2.1, large: the best masks, the slowest",
        parameters: "224.4 M",
    },
    Entry {
        name: "edgetam",
        source: Source::EdgeTam,
        path: "edgetam.pt",
        bytes: Some(56_116_523),
        sha256: "ed2d4850b8792c239689b043c47046ec239b6e808a3d9b6ae676c803fd8780df",
        title: "EdgeTAM: made for following objects, five times as fast as SAM 2.1 tiny",
        parameters: "13.9 M",
    },
    Entry {
        name: "sam2-tiny",
        source: Source::Sam2,
        path: "072824/sam2_hiera_tiny.pt",
        bytes: None,
        sha256: "65b50056e05bcb13694174f51bb6da89c894b57b75ccdf0ba6352c597c5d1125",
        title: "SAM 2, tiny: the first release; 2.1 is better",
        parameters: "38.9 M",
    },
    Entry {
        name: "sam2-small",
        source: Source::Sam2,
        path: "072824/sam2_hiera_small.pt",
        bytes: None,
        sha256: "95949964d4e548409021d47b22712d5f1abf2564cc0c3c765ba599a24ac7dce3",
        title: "SAM 2, small: the first release; 2.1 is better",
        parameters: "46 M",
    },
    Entry {
        name: "sam2-base-plus",
        source: Source::Sam2,
        path: "072824/sam2_hiera_base_plus.pt",
        bytes: None,
        sha256: "d0bb7f236400a49669ffdd1be617959a8b1d1065081789d7bbff88eded3a8071",
        title: "SAM 2, base plus: the first release; 2.1 is better",
        parameters: "80.8 M",
    },
    Entry {
        name: "sam2-large",
        source: Source::Sam2,
        path: "072824/sam2_hiera_large.pt",
        bytes: None,
        sha256: "7442e4e9b732a508f80e141e7c2913437a3610ee0c77381a66658c3a445df87b",
        title: "SAM 2, large: the first release; 2.1 is better",
        parameters: "224.4 M",
    },
    Entry {
        name: "sam-vit-b",
        source: Source::Sam1,
        path: "sam_vit_b_01ec64.pth",
        bytes: None,
        sha256: "ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
        title: "SAM 1, base, 375 MB: for comparison with older work; SAM 2 is better",
        parameters: "93.7 M",
    },
    Entry {
        name: "sam-vit-l",
        source: Source::Sam1,
        path: "sam_vit_l_0b3195.pth",
        bytes: None,
        sha256: "3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
        title: "SAM 1, large, 1250 MB",
        parameters: "312.3 M",
    },
    Entry {
        name: "sam-vit-h",
        source: Source::Sam1,
        path: "sam_vit_h_4b8939.pth",
        bytes: Some(2_564_550_879),
        sha256: "a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
        title: "SAM 1, huge: used in most papers of 2023",
        parameters: "641.1 M",
    },
    Entry {
        name: "mobile-sam-original",
        source: Source::MobileSam,
        path: "mobile_sam.pt",
        bytes: Some(40_728_226),
        sha256: "6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
        title: "MobileSAM as published by its authors; the built-in model is nearly the same",
        parameters: "10.1 M",
    },
];

/// A name that is not in the catalogue. The message suggests the nearest name and lists all.
#[derive(Debug, thiserror::Error)]
#[error("unknown model `{name}`{}; the models are mobile-sam (built in), {}", suggestion(name), all_names())]
pub struct UnknownName {
    pub name: String,
}

/// The entry with this name, ignoring case.
///
/// # Errors
/// [`UnknownName`].
pub fn find(name: &str) -> Result<&'static Entry, UnknownName> {
    CATALOGUE
        .iter()
        .find(|entry| entry.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| UnknownName { name: name.chars().take(80).collect() })
}

fn all_names() -> String {
    CATALOGUE.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ")
}

/// The largest edit distance of a suggestion.
const NEAR: usize = 4;

fn suggestion(name: &str) -> String {
    let name = name
        .to_ascii_lowercase()
        .replace("_hiera_", "-")
        .replace('_', "-")
        .replace(".pth", "")
        .replace(".pt", "");
    let distances = CATALOGUE.iter().map(|entry| (distance(&name, entry.name), entry.name));
    match distances.min_by_key(|&(distance, _)| distance) {
        Some((distance, nearest)) if distance <= NEAR => format!(" (did you mean `{nearest}`?)"),
        _ => String::new(),
    }
}

/// The edit distance of two texts: insertions, deletions and substitutions.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let changed = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_files_and_hashes_are_unique_and_well_formed() {
        let unique = |of: fn(&Entry) -> &str| CATALOGUE.iter().map(of).collect::<HashSet<_>>().len();
        assert_eq!(unique(|e| e.name), CATALOGUE.len());
        assert_eq!(unique(|e| e.file_name()), CATALOGUE.len());
        assert_eq!(unique(|e| e.sha256), CATALOGUE.len());
        for entry in CATALOGUE {
            assert_eq!(entry.sha256.len(), 64, "{}", entry.name);
            assert!(entry.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')), "{}", entry.name);
            assert!(
                entry.file_name().ends_with(".pt") || entry.file_name().ends_with(".pth"),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn names_are_found_and_wrong_ones_get_a_hint() {
        assert_eq!(find("SAM2.1-Tiny").unwrap().path, "092824/sam2.1_hiera_tiny.pt");
        let message = |name| find(name).unwrap_err().to_string();
        assert!(message("sam2.1-tyni").contains("did you mean `sam2.1-tiny`?"));
        assert!(message("sam2.1_hiera_large.pt").contains("did you mean `sam2.1-large`?"));
        assert!(message("base").contains("the models are mobile-sam (built in), sam2.1-tiny, "));
        assert!(!message("something else entirely").contains("did you mean"));
        assert!(message(&"x".repeat(10_000)).len() < 400);
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
