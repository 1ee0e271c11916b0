//! The programs of Postgres. Where the database is, and the password, they are told by their
//! environment, which other users cannot read, unlike a command line.

use super::DumpError;
use percent_encoding::percent_decode_str;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use url::Url;

/// Bytes of a program's last words that are kept.
const SAID_MAX: usize = 4096;

/// Parameters of a URL, and the variables of the environment that mean the same.
const PARAMETERS: [(&str, &str); 12] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
];

/// Empties the schema of what is no extension's.
const BEGIN: &str = "\
BEGIN;
SET client_min_messages = warning;
DO $$ DECLARE it record; BEGIN
    FOR it IN SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP EXECUTE format('DROP TABLE %s CASCADE', it.name); END LOOP;
    FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP EXECUTE format('DROP ROUTINE %s CASCADE', it.name); END LOOP;
END $$;
";

/// Undoes everything where the dump was of another schema, of which nothing was taken.
const END: &str = "
RESET search_path;
DO $$ BEGIN
    IF to_regclass('_sqlx_migrations') IS NULL THEN
        RAISE EXCEPTION 'the dump is of a schema of another name';
    END IF;
END $$;
ANALYZE;
COMMIT;
";

/// What the programs are told about one database.
pub(super) struct Tools(Vec<(&'static str, String)>);

impl Tools {
    pub(super) fn new(url: &str) -> Result<Self, DumpError> {
        let url = Url::parse(url).map_err(|error| DumpError::Url(error.to_string()))?;
        let mut told = Vec::new();
        let mut tell = |variable, text: &str| {
            if !text.is_empty() {
                let text = percent_decode_str(text).decode_utf8_lossy();
                told.push((variable, text.into_owned()));
            }
        };
        tell("PGHOST", url.host_str().unwrap_or_default().trim_matches(['[', ']']));
        tell("PGUSER", url.username());
        tell("PGPASSWORD", url.password().unwrap_or_default());
        tell("PGDATABASE", url.path().trim_start_matches('/'));
        if let Some(port) = url.port() {
            told.push(("PGPORT", port.to_string()));
        }
        for (name, value) in url.query_pairs() {
            // The one that is about this program's own use of the database alone.
            if name == "statement-cache-capacity" {
                continue;
            }
            let known = PARAMETERS.iter().find(|(parameter, _)| *parameter == name);
            let (_, variable) = known.ok_or_else(|| DumpError::Url(name.into_owned()))?;
            told.push((variable, value.into_owned()));
        }
        Ok(Self(told))
    }

    /// Writes the database to `out`, in the custom format. Compressing is left to whoever takes it.
    pub(super) fn pg_dump(&self, more: &[String], out: &mut dyn Write) -> Result<(), DumpError> {
        let mut command = self.command("pg_dump");
        command.args(["--format=custom", "--compress=0", "--no-owner", "--no-privileges"]);
        let mut running = Running::start("pg_dump", command.args(more).stdout(Stdio::piped()))?;
        let copied = match running.child.stdout.take() {
            Some(mut from) => io::copy(&mut from, out),
            None => Err(io::Error::other("pg_dump has no output")),
        };
        // It has been left without a reader, and ends.
        let ended = running.end();
        copied?;
        ended
    }

    /// Puts the dump in the place of what is in the schema, in one transaction.
    pub(super) fn pg_restore(&self, schema: &str, dump: &Path) -> Result<(), DumpError> {
        let mut psql = self.command("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        psql.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut psql = Running::start("psql", &mut psql)?;
        let mut into = psql.child.stdin.take().ok_or_else(|| io::Error::other("no input"))?;
        let mut script = Command::new("pg_restore");
        script.args(["--no-owner", "--no-privileges", "--file=-", "--schema", schema]).arg(dump);
        let mut script = Running::start("pg_restore", script.stdout(Stdio::piped()))?;
        let written = script.feed(&mut into);
        let script = script.end();
        if written.is_ok() && script.is_ok() {
            // Without these words psql commits nothing.
            // An error shows in what psql says.
            let _ = into.write_all(END.as_bytes());
        }
        drop(into);
        // It comes first: it is why the others could not go on.
        psql.end()?;
        script?;
        Ok(written?)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.envs(self.0.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A program that runs, and somebody who listens to what it complains of.
struct Running {
    program: &'static str,
    child: Child,
    said: JoinHandle<String>,
}

impl Running {
    fn start(program: &'static str, command: &mut Command) -> Result<Self, DumpError> {
        let child = command.stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| DumpError::NoProgram(program, error))?;
        let stderr = child.stderr.take();
        let said = std::thread::spawn(move || stderr.map(last_words).unwrap_or_default());
        Ok(Self { program, child, said })
    }

    /// Hands on what a dump becomes as SQL, after what makes room for it.
    fn feed(&mut self, into: &mut dyn Write) -> io::Result<()> {
        into.write_all(BEGIN.as_bytes())?;
        let from = self.child.stdout.as_mut().ok_or_else(|| io::Error::other("no output"))?;
        io::copy(from, into).map(drop)
    }

    fn end(mut self) -> Result<(), DumpError> {
        drop(self.child.stdout.take());
        let status = self.child.wait()?;
        let said = self.said.join().unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        let said = if said.is_empty() { status.to_string() } else { said };
        Err(DumpError::Program { program: self.program, said })
    }
}

/// The end of what a program says.
fn last_words(mut from: impl Read) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1024]);
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        kept.drain(..kept.len().saturating_sub(SAID_MAX));
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

/// A name as SQL and the patterns of `pg_dump` read it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names of what is told, and nothing of it.
impl fmt::Debug for Tools {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> Vec<(&'static str, String)> {
        Tools::new(url).unwrap().0
    }

    #[test]
    fn url_becomes_an_environment() {
        let url = "postgres://ada:p%40ss@[::1]:5433/py?sslmode=verify-full&sslrootcert=/ca.pem";
        let wanted = [
            ("PGHOST", "::1"),
            ("PGUSER", "ada"),
            ("PGPASSWORD", "p@ss"),
            ("PGDATABASE", "py"),
            ("PGPORT", "5433"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/ca.pem"),
        ];
        assert_eq!(told(url), wanted.map(|(name, value)| (name, value.to_owned())));
        let socket = told("postgres:///py?host=/run/postgresql");
        assert!(socket.contains(&("PGHOST", "/run/postgresql".to_owned())));
    }

    #[test]
    fn what_the_programs_cannot_be_told_is_refused() {
        let refused = Tools::new("postgres://ada@db/py?options[search_path]=other");
        assert!(matches!(refused, Err(DumpError::Url(name)) if name.contains("options")));
    }

    #[test]
    fn no_password_is_shown() {
        let tools = Tools::new("postgres://ada:secret@db/py").unwrap();
        assert!(!format!("{tools:?}").contains("secret"));
    }

    #[test]
    fn only_the_last_words_are_kept() {
        let text = "a".repeat(10_000) + "the end\n";
        let kept = last_words(text.as_bytes());
        assert!(kept.ends_with("the end") && kept.len() <= SAID_MAX);
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
