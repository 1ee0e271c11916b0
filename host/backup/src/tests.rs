//! Backups of real SQLite databases, in folders. Postgres and S3 have their turn in
//! `deploy/tests/backup.py`.

use crate::archive::{FORMAT, Header, Packer};
use crate::*;
use pynomaly_store::{
    AuditEntry, HOME_TENANT, Location, PoolOptions, Role, Store, StoreOptions, Synchronous, User,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const SECRETS: &[&str] = &["jwt_secret", "encryption_key"];

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_795_489_200).unwrap()
}

/// A folder with machines and a place for archives.
struct Site {
    folder: tempfile::TempDir,
    destination: Destination,
    key: Key,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archives = folder.path().join("archives");
        let destination = Destination::open(archives.to_str().unwrap()).unwrap();
        Self { folder, destination, key: Key::parse(&Key::generate().secret).unwrap() }
    }

    /// The data folder of a machine.
    fn data(&self, machine: &str) -> PathBuf {
        self.folder.path().join(machine)
    }

    /// A machine with a user of that number, and a secret.
    async fn machine(&self, name: &str, number: u128) -> Source {
        let data_dir = self.data(name);
        let store = Store::open(&options(&data_dir)).await.unwrap();
        let (user, audit) = (user(number), audit(number));
        store.create_user(&user, &audit).await.unwrap();
        store.close().await;
        fs::write(data_dir.join("jwt_secret"), format!("secret of {name}")).unwrap();
        let settings = BTreeMap::from([("LOG_LEVEL".to_owned(), "it's".to_owned())]);
        Source { store: options(&data_dir), data_dir, secrets: SECRETS, settings }
    }

    async fn create(&self, source: Source, now: OffsetDateTime) -> Result<Created, BackupError> {
        create(source, &self.destination, &self.key, now, Progress::default()).await
    }

    async fn restore(&self, key: &Key, target: &Target) -> Result<Restored, BackupError> {
        let name = find(&self.destination, "latest").await?.name;
        restore(&self.destination, &name, key, target, now(), Progress::default()).await
    }

    fn target(&self, machine: &str, replace: bool) -> Target {
        let data_dir = self.data(machine);
        Target { store: options(&data_dir), data_dir, secrets: SECRETS, replace }
    }

    /// The file of an archive.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("archives").join(name)
    }
}

fn options(data_dir: &Path) -> StoreOptions {
    StoreOptions {
        location: Location::Sqlite(data_dir.join("pynomaly.db")),
        pool: PoolOptions::default(),
        statement_timeout: std::time::Duration::from_secs(5),
        queue_length: 8,
        synchronous: Synchronous::Normal,
    }
}

fn user(number: u128) -> User {
    User {
        id: Uuid::from_u128(number),
        tenant_id: HOME_TENANT,
        email: format!("user{number}@example.org"),
        password_hash: String::new(),
        role: Role::Admin,
        is_active: true,
        has_totp: false,
        created_at: now(),
    }
}

fn audit(number: u128) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(number),
        timestamp: now(),
        tenant_id: Some(HOME_TENANT),
        user_id: None,
        action: "create".into(),
        subject: String::new(),
        outcome: "done".into(),
        address: String::new(),
        request_id: String::new(),
        before: None,
        after: None,
    }
}

async fn has_user(data_dir: &Path, number: u128) -> bool {
    let store = Store::open(&options(data_dir)).await.unwrap();
    let found = store.find_user(Uuid::from_u128(number)).await.unwrap();
    store.close().await;
    found.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_machine_comes_back_whole() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    let created = site.create(source, now()).await.unwrap();
    assert_eq!(
        created.archive.bytes,
        fs::metadata(site.file(&created.archive.name)).unwrap().len()
    );
    fs::remove_dir_all(site.data("old")).unwrap();

    let restored = site.restore(&site.key, &site.target("new", false)).await.unwrap();
    assert_eq!(restored.manifest, created.manifest);
    assert!(has_user(&site.data("new"), 1).await);
    let secret = fs::read_to_string(site.data("new").join("jwt_secret")).unwrap();
    assert_eq!(secret, "secret of old");
    let settings = fs::read_to_string(&restored.settings_file).unwrap();
    assert!(settings.ends_with("LOG_LEVEL='it'\\''s'\n"), "{settings}");
    assert!(!site.data("new").join("backup.scratch").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_restored_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new();
    let source = site.machine("old", 1).await;
    site.create(source, now()).await.unwrap();
    site.restore(&site.key, &site.target("new", false)).await.unwrap();
    for file in ["pynomaly.db", "jwt_secret", "restored.env"] {
        let mode = fs::metadata(site.data("new").join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_replaced_only_if_it_may_be() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    site.create(source, now()).await.unwrap();
    site.machine("other", 2).await;
    let refused = site.restore(&site.key, &site.target("other", false)).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty(_))));
    assert!(has_user(&site.data("other"), 2).await);

    // Nor is a secret alone.
    fs::create_dir(site.data("third")).unwrap();
    fs::write(site.data("third").join("jwt_secret"), "another").unwrap();
    let refused = site.restore(&site.key, &site.target("third", false)).await;
    assert!(matches!(refused, Err(BackupError::NotEmpty(_))));
    assert_eq!(fs::read_dir(site.data("third")).unwrap().count(), 2, "its lock is there too");

    site.restore(&site.key, &site.target("other", true)).await.unwrap();
    assert!(has_user(&site.data("other"), 1).await);
    assert!(!has_user(&site.data("other"), 2).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_replaced_under_a_server() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    site.create(source, now()).await.unwrap();
    let store = Store::open(&options(&site.data("old"))).await.unwrap();
    store.beat_replica(Uuid::from_u128(9), "server", now(), now()).await.unwrap();
    let refused = site.restore(&site.key, &site.target("old", true)).await;
    assert!(matches!(refused, Err(BackupError::Served)));
    store.end_replica(Uuid::from_u128(9)).await.unwrap();
    store.close().await;
    site.restore(&site.key, &site.target("old", true)).await.unwrap();
}

/// An archive with this header, and a part that is no database.
fn forged(site: &Site, header: Header) {
    let name = "pynomaly-20991231T235959Z.age";
    let file = fs::File::create(site.file(name)).unwrap();
    let mut packer = Packer::begin(file, &site.key, header, 0, Progress::default()).unwrap();
    packer.bytes("database", b"no database").unwrap();
    packer.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_touches_nothing() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    let created = site.create(source, now()).await.unwrap();
    site.machine("other", 2).await;
    let database = || fs::read(site.data("other").join("pynomaly.db")).unwrap();
    let (before, file) = (database(), site.file(&created.archive.name));
    let whole = fs::read(&file).unwrap();
    let header = created.manifest.header.clone();
    let with = |change: fn(&mut Header)| {
        let mut header = header.clone();
        change(&mut header);
        header
    };

    let refused = async |key: &Key| {
        let empty = site.restore(key, &site.target("empty", false)).await.unwrap_err();
        assert!(!site.data("empty").exists(), "{empty}");
        let full = site.restore(key, &site.target("other", true)).await.unwrap_err();
        assert!(database() == before, "{full}");
        assert_eq!(full.to_string(), empty.to_string());
        full
    };
    let other_key = Key::parse(&Key::generate().secret).unwrap();
    assert!(matches!(refused(&other_key).await, BackupError::WrongKey));
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    assert!(matches!(refused(&site.key).await, BackupError::Damaged(_)));
    fs::write(&file, [&whole[..whole.len() / 2], b"x", &whole[whole.len() / 2 + 1..]].concat())
        .unwrap();
    assert!(matches!(refused(&site.key).await, BackupError::Damaged(_)));
    fs::write(&file, b"SQLite format 3\0 and so on, and so on").unwrap();
    assert!(matches!(refused(&site.key).await, BackupError::Foreign(_)));
    forged(&site, with(|header| header.schema = 9999));
    assert!(matches!(refused(&site.key).await, BackupError::NewerSchema { found: 9999, .. }));
    forged(&site, with(|header| header.format = FORMAT + 1));
    assert!(matches!(refused(&site.key).await, BackupError::NewerFormat(_)));
    forged(&site, with(|header| header.database = "postgres".to_owned()));
    assert!(matches!(refused(&site.key).await, BackupError::OtherDatabase { .. }));
    forged(&site, header.clone());
    assert!(matches!(refused(&site.key).await, BackupError::Damaged(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_backup_leaves_nothing() {
    let site = Site::new();
    let mut source = site.machine("old", 1).await;
    source.store = options(&site.data("nowhere"));
    let error = site.create(source.clone(), now()).await.unwrap_err();
    assert!(matches!(error, BackupError::EmptyDatabase), "{error}");
    assert_eq!(list(&site.destination).await.unwrap(), []);
    source.store = options(&site.data("old"));
    site.create(source.clone(), now()).await.unwrap();
    let error = site.create(source, now()).await.unwrap_err();
    assert!(matches!(error, BackupError::Taken(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backup_of_a_database_in_use_is_of_one_moment() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    let store = Store::open(&source.store).await.unwrap();
    store.create_user(&user(2), &audit(2)).await.unwrap();
    site.create(source, now()).await.unwrap();
    store.create_user(&user(3), &audit(3)).await.unwrap();
    store.close().await;
    site.restore(&site.key, &site.target("new", false)).await.unwrap();
    assert!(has_user(&site.data("new"), 2).await);
    assert!(!has_user(&site.data("new"), 3).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_good_archive_is_never_pruned() {
    let site = Site::new();
    let source = site.machine("old", 1).await;
    let days = |count: i64| now() + Duration::days(count);
    for day in 0..4 {
        site.create(source.clone(), days(day)).await.unwrap();
    }
    let names = async || {
        let archives = list(&site.destination).await.unwrap();
        archives.iter().map(|it| it.created_at).collect::<Vec<_>>()
    };
    let prune = async |now| {
        let age = Duration::days(30);
        prune(&site.destination, &site.key, age, now, Progress::default()).await
    };
    assert_eq!(prune(days(30)).await.unwrap().deleted, []);
    let pruned = prune(days(31)).await.unwrap();
    assert_eq!(pruned.deleted.len(), 1, "older than 30 days");
    assert_eq!(names().await, [days(3), days(2), days(1)]);

    let newest = find(&site.destination, "latest").await.unwrap().name;
    fs::write(site.file(&newest), "damaged").unwrap();
    let pruned = prune(days(1000)).await.unwrap();
    assert_eq!((pruned.bad.len(), pruned.deleted.len()), (1, 1));
    assert_eq!(names().await, [days(3), days(2)]);

    fs::write(site.file(&pruned.good.unwrap().name), "damaged too").unwrap();
    assert!(matches!(prune(days(1000)).await, Err(BackupError::NoneGood)));
    assert_eq!(names().await.len(), 2);
}
