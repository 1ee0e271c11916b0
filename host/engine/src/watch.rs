//! Watches the plugin folder: add, replace, delete, while requests run.

use crate::folder::{self, Listing};
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A file counts as written once it has looked the same for this long. Half a file that a slow
/// copy leaves for longer than this is refused, and looked at again when it grows.
const SETTLE: Duration = Duration::from_millis(200);

/// A look without any event, for file systems that send none.
const POLL: Duration = Duration::from_secs(5);

/// Files that are put again at the same time.
const PUT_AGAIN_AT_ONCE: usize = 2;

/// Who is told what the plugin folder holds. Calls may block. They come one after the other, but
/// for [`Self::put`] of files that are put again.
pub trait FolderKeeper: Send + Sync {
    /// These files were there when the watch began; [`Self::put`] follows for each.
    fn begin(&self, files: &[&str]);
    /// A file is there, and looks as if it were whole; `is_new` if it came or changed since the
    /// watch began.
    fn put(&self, file: &str, path: &Path, is_new: bool);
    /// A file is gone.
    fn remove(&self, file: &str);
    /// Files that were refused, and may be welcome now that others are gone.
    fn refused(&self) -> Vec<String>;
    /// Those of them that are not at fault themselves, and whether they were new: they are put
    /// again as soon as the watch has begun, and every few seconds.
    fn unfinished(&self) -> Vec<(String, bool)>;
}

/// A running watch; dropping it ends it.
pub struct FolderWatch {
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
    _watcher: notify::RecommendedWatcher,
}

enum Wake {
    Look,
    End,
}

/// Tells what is in `folder` now, then what changes, from a thread of its own: requests never wait
/// for it.
///
/// # Errors
/// Where the folder cannot be read or watched, or the thread cannot be started.
pub fn watch_folder(keeper: Arc<dyn FolderKeeper>, folder: &Path) -> notify::Result<FolderWatch> {
    let (wake, woken) = channel();
    let sender = wake.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| is_only_reading(event.kind)) {
            return;
        }
        // The only receiver gone means that the watch is ending.
        let _ = sender.send(Wake::Look);
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    // Listed before it is loaded: what changes in between is seen as a change.
    let known = folder::list(folder).map_err(notify::Error::io)?;
    keeper.begin(&known.keys().map(String::as_str).collect::<Vec<_>>());
    for (name, (path, _)) in &known {
        keeper.put(name, path, false);
    }
    let follow = Follow { keeper, folder: folder.to_owned(), known };
    let thread = std::thread::Builder::new()
        .name("plugin-folder".into())
        .spawn(move || follow.run(&woken))
        .map_err(notify::Error::io)?;
    Ok(FolderWatch { wake, thread: Some(thread), _watcher: watcher })
}

/// Our own looks are events too: heeding them would be looking for ever.
fn is_only_reading(kind: EventKind) -> bool {
    let is_access = matches!(kind, EventKind::Access(_));
    is_access && kind != EventKind::Access(AccessKind::Close(AccessMode::Write))
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Follow {
    keeper: Arc<dyn FolderKeeper>,
    folder: PathBuf,
    /// What was last installed, or refused.
    known: Listing,
}

impl Follow {
    fn run(mut self, woken: &Receiver<Wake>) {
        self.put_again(self.keeper.unfinished());
        loop {
            match woken.recv_timeout(POLL) {
                Ok(Wake::End) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Wake::Look) => {}
                Err(RecvTimeoutError::Timeout) => self.put_again(self.keeper.unfinished()),
            }
            if !self.settle(woken) {
                return;
            }
        }
    }

    /// Looks until nothing changes any more; `false` if the watch is ending.
    fn settle(&mut self, woken: &Receiver<Wake>) -> bool {
        let mut before = self.look();
        while before.as_ref().is_some_and(|listing| *listing != self.known) {
            std::thread::sleep(SETTLE);
            while let Ok(wake) = woken.try_recv() {
                if matches!(wake, Wake::End) {
                    return false;
                }
            }
            let now = self.look();
            if let (Some(before), Some(now)) = (&before, &now) {
                self.apply(before, now);
            }
            before = now;
        }
        true
    }

    fn look(&self) -> Option<Listing> {
        folder::list(&self.folder)
            .inspect_err(|error| tracing::error!(%error, "the plugin folder cannot be read"))
            .ok()
    }

    /// Takes over every change that looked the same in two looks.
    fn apply(&mut self, before: &Listing, now: &Listing) {
        let gone: Vec<_> =
            self.known.keys().filter(|name| !now.contains_key(*name)).cloned().collect();
        for name in &gone {
            self.known.remove(name);
            self.keeper.remove(name);
        }
        for (name, file) in now {
            let settled = before.get(name) == Some(file);
            if settled && self.known.get(name) != Some(file) {
                self.known.insert(name.clone(), file.clone());
                self.keeper.put(name, &file.0, true);
            }
        }
        if !gone.is_empty() {
            // A name or a place that is free again may be just what they were waiting for.
            let refused = self.keeper.refused();
            self.put_again(refused.into_iter().map(|file| (file, true)).collect());
        }
    }

    fn put_again(&self, files: Vec<(String, bool)>) {
        let workers = PUT_AGAIN_AT_ONCE.min(files.len());
        let files = Mutex::new(files.into_iter());
        let next = || files.lock().unwrap_or_else(PoisonError::into_inner).next();
        let work = || {
            while let Some((name, is_new)) = next() {
                if let Some((path, _)) = self.known.get(&name) {
                    self.keeper.put(&name, path, is_new);
                }
            }
        };
        std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    }
}
