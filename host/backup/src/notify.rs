use crate::BackupError;
use std::time::Duration;

/// How long the webhook may take.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// Bytes of a message; errors of other programs are in it.
const TEXT_BYTES_MAX: usize = 2000;

/// Says `text` to a webhook that takes messages as Slack's do: `{"text": …}`. It blocks, for 10 s
/// at most.
///
/// # Errors
/// [`BackupError::Webhook`], which does not tell the address: whoever knows it may write there.
pub fn notify(url: &str, text: &str) -> Result<(), BackupError> {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let body = serde_json::json!({ "text": text.get(..end).unwrap_or_default() });
    let request = ureq::post(url).config().timeout_global(Some(WAIT_MAX)).build();
    let request = request.header("Content-Type", "application/json");
    request.send(body.to_string()).map(drop).map_err(|error| {
        BackupError::Webhook(match error {
            ureq::Error::StatusCode(status) => format!("it answers {status}"),
            ureq::Error::Timeout(_) => "it does not answer".to_owned(),
            ureq::Error::Io(error) => error.kind().to_string(),
            ureq::Error::HostNotFound => "there is no such host".to_owned(),
            _ => "it cannot be reached".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// What a webhook that answers so is told, and what comes of it.
    fn told(answer: &'static str) -> (String, Result<(), BackupError>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/secret/path", listener.local_addr().unwrap());
        let hook = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
            while !seen.ends_with(b"}") {
                let count = stream.read(&mut buffer).unwrap();
                seen.extend_from_slice(&buffer[..count]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(seen).unwrap()
        });
        let outcome = notify(&url, "Backup \"x\" failed");
        (hook.join().unwrap(), outcome)
    }

    #[test]
    fn message_is_slacks() {
        let (told, outcome) = told("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        assert!(told.ends_with(r#"{"text":"Backup \"x\" failed"}"#), "{told}");
        outcome.unwrap();
    }

    #[test]
    fn refusal_does_not_tell_the_address() {
        let (_, outcome) = told("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        let words = outcome.unwrap_err().to_string();
        assert!(words.contains("404") && !words.contains("secret"), "{words}");
        let gone = notify("http://127.0.0.1:1/secret", "x").unwrap_err().to_string();
        assert!(!gone.contains("secret"), "{gone}");
    }
}
