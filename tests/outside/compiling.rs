//! Components are compiled by a process of its own: what it may know, what it may take, and what
//! happens when it or the server is killed.

use crate::support::{Client, Server, bundled, costly};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PLUGINS: &str = "/api/v1/admin/plugins";
const CPU: &str = "PYNOMALY_COMPILE_CPU_MAX";
const WALL: &str = "PYNOMALY_COMPILE_WALL_MAX";
const MEMORY: &str = "PYNOMALY_COMPILE_MEMORY_MAX";

fn upload(admin: &Client, component: &[u8]) -> (u16, String) {
    let answer = admin.post_bytes(PLUGINS, "application/wasm", component);
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    (answer.status, detail)
}

/// Folders in /proc of the processes that compile for the server, once they have their limits.
fn compilers(server: &Server) -> Vec<PathBuf> {
    let is_compiler = |path: &PathBuf| {
        let read = |name: &str| fs::read_to_string(path.join(name)).unwrap_or_default();
        let stat = read("stat");
        let parent = stat.rsplit(')').next().and_then(|it| it.split_whitespace().nth(1));
        parent == Some(&server.process().to_string())
            && read("cmdline").contains("compile")
            && limit(path, "Max open files") == "3"
    };
    let folders = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    folders.filter(is_compiler).collect()
}

fn limit(process: &Path, name: &str) -> String {
    let limits = fs::read_to_string(process.join("limits")).unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().unwrap_or_default().to_owned()
}

/// The process that compiles, once there is one.
fn compiler(server: &Server) -> PathBuf {
    eventually("a process compiles", || compilers(server).pop())
}

fn eventually<T>(what: &str, found: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        if let Some(found) = found() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("not within a minute: {what}");
}

fn kill(process: &Path) {
    let id = process.file_name().unwrap();
    assert!(std::process::Command::new("kill").arg("-KILL").arg(id).status().unwrap().success());
}

#[test]
fn compiler_has_nothing_of_the_server_and_gives_way() {
    let secret = ("JWT_SECRET", "0123456789abcdef0123456789abcdef");
    let server = Server::start_with(&[], &[secret, (CPU, "2"), (MEMORY, "8589934592")]);
    let admin = server.admin();
    let asked = std::thread::spawn(move || upload(&admin, &costly()));
    let process = compiler(&server);
    // A setting of its allocator, and no other.
    assert_eq!(fs::read(process.join("environ")).unwrap(), b"MIMALLOC_ARENA_RESERVE=0\0");
    let open = fs::read_dir(process.join("fd")).unwrap();
    let mut open: Vec<_> = open.map(|entry| entry.unwrap().file_name()).collect();
    open.sort();
    assert_eq!(open, ["0", "1", "2"]);
    let folder = fs::read_link(process.join("cwd")).unwrap();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
    assert_eq!(limit(&process, "Max address space"), "8589934592");
    assert_eq!(limit(&process, "Max cpu time"), "2");
    assert_eq!(limit(&process, "Max file size"), "0");
    assert_eq!(limit(&process, "Max open files"), "3");
    let stat = fs::read_to_string(process.join("stat")).unwrap();
    let nice = stat.rsplit(')').next().unwrap().split_whitespace().nth(16).unwrap();
    assert_eq!(nice, "9", "{stat}");
    // Nobody else is held up.
    let rows = json!([[1.0], [2.0], [3.0], [40.0]]);
    let admin = server.admin();
    assert_eq!(admin.detect("isolation_forest", &rows, &json!({})).status, 200);
    let (status, detail) = asked.join().unwrap();
    assert_eq!(status, 422, "{detail}");
    let cause = "compile: not done within 2 s of processor time, which is the limit";
    assert_eq!(detail, cause);
    assert!(!process.exists());
    assert_eq!(upload(&admin, &bundled("knn")).0, 201);
}

#[test]
fn compilation_that_is_late_or_wants_too_much_is_ended_and_reported() {
    for (limit, cause) in [
        ((WALL, "1"), "compile: not done within 1 s, which is the limit"),
        ((MEMORY, "268435456"), "compile: not done within 268435456 bytes of memory"),
    ] {
        let server = Server::start_with(&[], &[limit]);
        let admin = server.admin();
        let (status, detail) = upload(&admin, &costly());
        assert_eq!(status, 422, "{detail}");
        assert!(detail.starts_with(cause), "{detail}");
        assert!(compilers(&server).is_empty());
    }
}

#[test]
fn upload_that_nobody_waits_for_shows_what_its_compilation_takes() {
    let mut server = Server::start_with(&[], &[(CPU, "60")]);
    let admin = server.admin();
    let accepted = admin.upload_async(PLUGINS, &costly());
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let location = accepted.header("location").to_owned();
    let step = eventually("its compilation takes time and memory", || {
        let upload = admin.get(&location).json();
        assert_eq!(upload["state"], "running", "{upload}");
        let step = upload["steps"].as_array().unwrap().last().unwrap().clone();
        (step["memory_bytes"].as_u64() > Some(10_000_000)).then_some(step)
    });
    assert_eq!((&step["step"], &step["state"]), (&json!("compile"), &json!("running")));
    // Killed, with the upload on its way.
    let process = compiler(&server);
    server.kill();
    eventually("it is gone", || (!is_running(&process)).then_some(()));
    server.restart();
    let admin = server.admin();
    eventually("it is lost", || (admin.get(&location).json()["state"] == "lost").then_some(()));
}

#[test]
fn command_tells_step_by_step_what_becomes_of_an_upload() {
    let server = Server::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let upload = |component: &[u8]| {
        let path = folder.path().join("x.wasm");
        fs::write(&path, component).unwrap();
        let admin = server.admin();
        let path = path.to_str().unwrap();
        let to = ["--server", &server.url, "--token", admin.token()];
        server.run(&[&["plugin", "upload", path, "--promote"][..], &to].concat())
    };
    let (is_good, said) = upload(&bundled("knn"));
    assert!(is_good && said.contains("knn is served by it: active"), "{said}");
    let begins = |step: &str| said.lines().any(|line| line.starts_with(step));
    for step in ["receive", "digest", "pre-check", "compile", "describe", "store"] {
        assert!(begins(step), "{step}: {said}");
    }
    let (is_good, said) = upload(b"not wasm");
    assert!(!is_good && said.contains("422: format: "), "{said}");
    assert!(said.contains("pre-check  failed"), "{said}");
}

#[test]
fn killed_compiler_is_no_fault_of_the_component() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let asked = std::thread::spawn({
        let admin = admin.clone();
        move || upload(&admin, &costly())
    });
    kill(&compiler(&server));
    assert_eq!(asked.join().unwrap().0, 500);
    assert!(server.log().contains("its process was ended by signal 9"));
    let audit = admin.get("/api/v1/admin/audit-logs").text;
    assert!(!audit.contains("plugin.upload"), "{audit}");
    assert_eq!(upload(&admin, &bundled("knn")).0, 201);
}

#[test]
fn compiler_does_not_outlive_its_server() {
    let mut server = Server::start(&[]);
    let admin = server.admin();
    let asked =
        std::thread::spawn(move || admin.post_bytes(PLUGINS, "application/wasm", &costly()).status);
    let process = compiler(&server);
    server.kill();
    asked.join().unwrap();
    eventually("it is gone", || (!is_running(&process)).then_some(()));
    server.restart();
    let admin = server.admin();
    assert_eq!(admin.get(PLUGINS).json()["items"], json!([]));
    assert_eq!(upload(&admin, &bundled("knn")).0, 201);
}

#[test]
fn server_that_is_told_to_end_does_not_wait_for_a_compilation() {
    let mut server = Server::start(&[]);
    server.put_plugin("costly.wasm", &costly());
    let process = compiler(&server);
    let (is_good, took) = server.terminate();
    println!("ended after {} ms", took.as_millis());
    assert!(is_good && !is_running(&process));
}

/// One that has ended and that nobody has waited for yet does not.
fn is_running(process: &Path) -> bool {
    let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|it| !it.is_empty() && !it.trim().starts_with('Z'))
}
