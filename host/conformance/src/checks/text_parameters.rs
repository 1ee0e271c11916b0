//! Texts that a parameter allows, empty and longest, are used or refused by name.

use crate::error::{Checked, Ended};
use crate::subject::{Subject, is_verdict};
use pynomaly_core::{Kind, Value};

/// Bytes of the longest text that is tried.
const TEXT_MAX: usize = 64 * 1024;

pub(crate) fn check(subject: &Subject) -> Checked {
    let mut tried = 0;
    for parameter in &subject.descriptor().parameters {
        for longest in parameter.kinds.iter().filter_map(longest) {
            for text in texts(longest) {
                let what = format!("`{}` of {} bytes", parameter.name, text.len());
                try_one(subject, &parameter.name, text).map_err(|ended| ended.of(&what))?;
                tried += 1;
            }
        }
    }
    if tried == 0 {
        return Err(Ended::NotApplicable("no parameter is a text".into()));
    }
    Ok(String::new())
}

fn longest(kind: &Kind) -> Option<usize> {
    if let Kind::Text(longest) = kind { Some((*longest as usize).min(TEXT_MAX)) } else { None }
}

/// Empty, of a space, of what is no letter, and as long as allowed.
fn texts(longest: usize) -> impl Iterator<Item = String> {
    let odd = ["", " ", "\0", "é🦀\n\u{202e}"].map(str::to_owned).into_iter();
    odd.filter(move |text| text.len() <= longest).chain(["x".repeat(longest)])
}

fn try_one(subject: &Subject, name: &str, text: String) -> Result<(), Ended> {
    let mut given = subject.given.clone();
    given.insert(name.to_owned(), Value::Text(text));
    let parameters = subject.descriptor().check_parameters(&given);
    let parameters = parameters.map_err(|error| Ended::Failed(error.to_string()))?;
    match subject.try_fit(&subject.usual(1)?, &parameters)? {
        Err(error) if !is_verdict(&error) => Err(Ended::Failed(error.to_string())),
        _ => Ok(()),
    }
}
