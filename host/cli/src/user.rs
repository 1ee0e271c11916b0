//! `pynomaly user …`

use crate::exit::Refused;
use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use pynomaly_server::{Config, NewAccount, ServeError};
use std::io::Read;

/// Bytes of a password on standard input.
const PASSWORD_BYTES_MAX: u64 = 1024;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make an account. Without --password-stdin a random password is printed, once.
    Create {
        /// Address to log in with.
        email: String,
        /// admin: everything; analyst: detect, read own; viewer: read.
        #[arg(long, value_enum, default_value_t = Role::Analyst)]
        role: Role,
        /// Read the password from standard input, so that no process list shows it.
        #[arg(long)]
        password_stdin: bool,
    },
}

/// What an account may do.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Role {
    Admin,
    Analyst,
    Viewer,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Create { email, role, password_stdin } => create(email, *role, *password_stdin),
    }
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
fn create(email: &str, role: Role, password_stdin: bool) -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let role = match role {
        Role::Admin => pynomaly_server::Role::Admin,
        Role::Analyst => pynomaly_server::Role::Analyst,
        Role::Viewer => pynomaly_server::Role::Viewer,
    };
    let password = if password_stdin { Some(read_password()?) } else { None };
    let tenant_id = pynomaly_server::HOME_TENANT;
    let account = NewAccount { tenant_id, email: email.to_owned(), password, role };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let created = runtime.block_on(pynomaly_server::create_user(&config, account));
    let created = created.map_err(|error| match error {
        ServeError::Account(refused) => Refused(refused.to_string()).into(),
        other => anyhow::Error::from(other),
    })?;
    println!("made {}", created.email);
    if let Some(password) = &created.password {
        println!("password {password}\nIt is not shown again.");
    }
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    let mut input = std::io::stdin().lock().take(PASSWORD_BYTES_MAX);
    input.read_to_string(&mut text).context("the password cannot be read")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
