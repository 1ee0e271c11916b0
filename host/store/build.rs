//! A new migration is a reason to compile again.

#[expect(clippy::print_stdout, reason = "how a build script talks to cargo")]
fn main() {
    println!("cargo::rerun-if-changed=../../migrations/sqlite");
}
