//! `pynomaly backup key`

use pynomaly_backup::Key;

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(super) fn run() -> anyhow::Result<()> {
    let new = Key::generate();
    println!("# public key: {}\n{}", new.public, new.secret);
    Ok(())
}
