use super::*;
use crate::artifact::World;
use tar::{Builder, Header};

const LIMITS: Limits = Limits { component_bytes_max: 4096, time_max: std::time::Duration::ZERO };

type Spoil = fn(&mut serde_json::Value);

/// A layout as files, to be spoilt.
struct Layout(Vec<(String, Vec<u8>)>);

fn artifact() -> Artifact {
    Artifact { component: b"\0asm and more".to_vec(), signature: Some("keyid=a".to_owned()) }
}

impl Layout {
    fn of(artifact: &Artifact) -> Self {
        let packed = artifact.pack(&World::default()).unwrap();
        let manifest = serde_json::json!({
            "mediaType": MANIFEST,
            "digest": Digest::of(&packed.manifest).as_str(),
            "size": packed.manifest.len(),
        });
        let index =
            serde_json::json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [manifest]});
        let blobs = [packed.manifest, packed.config, artifact.component.clone()];
        let blobs = blobs.map(|blob| (blob_path(&Digest::of(&blob)), blob));
        let marker = br#"{"imageLayoutVersion": "1.0.0"}"#.to_vec();
        let index = index.to_string().into_bytes();
        let files = [("oci-layout".to_owned(), marker), ("index.json".to_owned(), index)];
        Self(files.into_iter().chain(blobs).collect())
    }

    fn tar(&self) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        for (path, bytes) in &self.0 {
            tar.append(&header(path, bytes.len(), EntryType::Regular), bytes.as_slice()).unwrap();
        }
        tar.into_inner().unwrap()
    }

    /// The first file whose path contains `part`.
    fn file(&mut self, part: &str) -> &mut (String, Vec<u8>) {
        self.0.iter_mut().find(|(path, _)| path.contains(part)).unwrap()
    }

    /// That file as JSON, after `change`.
    fn edit(&mut self, part: &str, change: impl Fn(&mut serde_json::Value)) {
        let (_, bytes) = self.file(part);
        let mut json = serde_json::from_slice(bytes).unwrap();
        change(&mut json);
        *bytes = json.to_string().into_bytes();
    }
}

/// Names are written as they are, which the library would not do.
fn header(path: &str, size: usize, kind: EntryType) -> Header {
    let mut header = Header::new_ustar();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(size.try_into().unwrap());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// The tar of a good layout and one more entry.
fn with_entry(path: &str, kind: EntryType, claimed: usize) -> Vec<u8> {
    let mut tar = Layout::of(&artifact()).tar();
    tar.truncate(tar.len() - 1024);
    tar.extend_from_slice(header(path, claimed, kind).as_bytes());
    tar.extend_from_slice(&[0; 1024]);
    tar
}

fn read(tar: &[u8]) -> Result<Artifact, LayoutError> {
    read_layout(tar, &LIMITS)
}

fn check(tar: &[u8], said: &str) {
    let error = read(tar).unwrap_err().to_string();
    assert!(error.contains(said), "{said}: {error}");
}

#[test]
fn layout_of_a_plugin_is_read() {
    assert_eq!(read(&Layout::of(&artifact()).tar()), Ok(artifact()));
    let unsigned = Artifact { signature: None, ..artifact() };
    assert_eq!(read(&Layout::of(&unsigned).tar()), Ok(unsigned));
    let mut dotted = Layout::of(&artifact());
    dotted.0.iter_mut().for_each(|(path, _)| path.insert_str(0, "./"));
    assert_eq!(read(&dotted.tar()), Ok(artifact()));
    for folder in ["./", "blobs/", "blobs/sha256/", "ingest/"] {
        assert_eq!(read(&with_entry(folder, EntryType::Directory, 0)), Ok(artifact()), "{folder}");
    }
}

#[test]
fn truncated_tar_is_refused_wherever_it_ends() {
    let tar = Layout::of(&artifact()).tar();
    // Without the two empty blocks that end it, it is still whole.
    for end in (0..tar.len() - 1024 - 512).step_by(100) {
        assert!(read(&tar[..end]).is_err(), "{end}");
    }
    check(b"", "oci-layout: there is none");
    check(&[1; 2000], "archive: ");
    check(&[tar.as_slice(), b"x"].concat(), "archive: something follows its end");
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    for path in [
        "../index.json",
        "/etc/passwd",
        "blobs/../../x",
        "blobs//sha256/x",
        "blobs/sha256/../../oci-layout",
        "./../x",
        "blobs\\x",
        "oci-lay\nout",
    ] {
        check(&with_entry(path, EntryType::Regular, 0), "is no path within a layout");
    }
    for path in ["x", "blobs/x", "blobs/sha256/x", "blobs/sha512/x", "manifest.json", "./"] {
        check(&with_entry(path, EntryType::Regular, 0), "has no place in a layout");
    }
    for kind in [
        EntryType::Symlink,
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::GNUSparse,
        EntryType::XGlobalHeader,
        EntryType::Continuous,
    ] {
        assert!(read(&with_entry("blobs/sha256/x", kind, 0)).is_err(), "{kind:?}");
    }
    check(&with_entry("blobs/sha256/x", EntryType::Symlink, 0), "neither file nor folder");
    check(&with_entry("index.json", EntryType::Regular, 0), "is there twice");
}

#[test]
fn sizes_that_are_claimed_are_bounded() {
    check(&with_entry("index.json", EntryType::Regular, 1 << 30), "claims 1073741824 bytes");
    check(&with_entry("x/", EntryType::Directory, 1 << 30), "claims 1073741824 bytes");
    check(&with_entry("index.json", EntryType::Regular, 4096), "ends within");
    let large = Artifact { component: vec![0; 4096], signature: None };
    assert_eq!(read(&Layout::of(&large).tar()), Ok(large));
    let larger = Artifact { component: vec![0; 4097], signature: None };
    check(&Layout::of(&larger).tar(), "claims 4097 bytes, more than 4096");
    let mut many = Layout::of(&artifact()).tar();
    many.truncate(many.len() - 1024);
    for _ in 0..LAYOUT_ENTRIES_MAX {
        many.extend_from_slice(header("x/", 0, EntryType::Directory).as_bytes());
    }
    check(&many, "more than 64 entries");
}

#[test]
fn blobs_must_be_what_they_are_called() {
    let component = blob_path(&Digest::of(&artifact().component));
    let mut spoilt = Layout::of(&artifact());
    spoilt.file(&component).1[4] ^= 1;
    check(&spoilt.tar(), "blob: blobs/sha256/");
    let mut missing = Layout::of(&artifact());
    missing.0.retain(|(path, _)| *path != component);
    check(&missing.tar(), "is not there");
    let mut no_manifest = Layout::of(&artifact());
    no_manifest.0.remove(2);
    check(&no_manifest.tar(), "is not there");
    let mut stranger = Layout::of(&artifact());
    stranger.0.push((blob_path(&Digest::of(b"x")), b"x".to_vec()));
    check(&stranger.tar(), "belongs to no plugin");
}

#[test]
fn two_artifacts_are_refused() {
    let mut two = Layout::of(&artifact());
    two.edit("index.json", |index| {
        let one = index["manifests"][0].clone();
        index["manifests"].as_array_mut().unwrap().push(one);
    });
    check(&two.tar(), "index: it names 2 artifacts");
    let mut none = Layout::of(&artifact());
    none.edit("index.json", |index| index["manifests"] = serde_json::json!([]));
    check(&none.tar(), "index: it names 0 artifacts");
}

#[test]
fn marker_and_index_must_be_of_a_known_version() {
    let mut layout = Layout::of(&artifact());
    layout.edit("oci-layout", |it| it["imageLayoutVersion"] = "2.0.0".into());
    check(&layout.tar(), "oci-layout: the version is \"2.0.0\", not 1.0.0");
    let wrong: [(&str, Spoil); 5] = [
        ("version 2", |it| it["schemaVersion"] = 1.into()),
        ("version 2", |it| it["mediaType"] = MANIFEST.into()),
        ("of the type", |it| it["manifests"][0]["mediaType"] = INDEX.into()),
        ("is no digest", |it| it["manifests"][0]["digest"] = "sha256:../../x".into()),
        ("bytes, not 1", |it| it["manifests"][0]["size"] = 1.into()),
    ];
    for (said, change) in wrong {
        let mut layout = Layout::of(&artifact());
        layout.edit("index.json", change);
        check(&layout.tar(), said);
    }
    let mut layout = Layout::of(&artifact());
    layout.file("index.json").1 = b"[".to_vec();
    check(&layout.tar(), "index: ");
}
