//! Members as one text: `isolation_forest(variant=fair_cut) + near: knn(n_neighbors=5)`.

use crate::Value;
use crate::descriptor::is_name;
use std::collections::BTreeMap;

/// The greatest number of members.
pub const MEMBERS_MAX: usize = 16;

/// One member, as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// What it is called in this ensemble; the detector's name if nothing was said.
    pub name: String,
    /// Its `detector_type`.
    pub detector_type: String,
    /// What was said of its parameters.
    pub parameters: BTreeMap<String, Value>,
}

/// Why a text names no members.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MembersError {
    /// A member is not written as one.
    #[error("{0:?} is not written as `name: detector(parameter=value, …)`")]
    Member(String),
    /// Two members have one name.
    #[error("two members are called `{0}`; write `other: {0}(…)`")]
    Twice(String),
    /// A parameter of a member stands twice.
    #[error("`{name}` has the parameter `{parameter}` twice")]
    ParameterTwice {
        /// The member.
        name: String,
        /// The parameter.
        parameter: String,
    },
    /// More than [`MEMBERS_MAX`].
    #[error("there are more than {MEMBERS_MAX} members")]
    TooMany,
}

/// Reads members, separated by `+`; blanks do not matter. A value is what it looks like; see
/// [`Value::from_text`].
///
/// # Errors
/// [`MembersError`], naming the first fault.
pub fn parse_members(text: &str) -> Result<Vec<Member>, MembersError> {
    let mut members: Vec<Member> = Vec::new();
    for part in split(text, '+') {
        let member = parse_member(part.trim())?;
        if members.iter().any(|other| other.name == member.name) {
            return Err(MembersError::Twice(member.name));
        }
        if members.len() == MEMBERS_MAX {
            return Err(MembersError::TooMany);
        }
        members.push(member);
    }
    Ok(members)
}

fn parse_member(text: &str) -> Result<Member, MembersError> {
    let wrong = || MembersError::Member(text.to_owned());
    let (head, arguments) = match text.split_once('(') {
        None => (text, ""),
        Some((head, rest)) => (head, rest.strip_suffix(')').ok_or_else(wrong)?),
    };
    let (name, detector_type) = match head.split_once(':') {
        Some((name, detector_type)) => (name.trim(), detector_type.trim()),
        None => (head.trim(), head.trim()),
    };
    if !is_name(name) || !is_name(detector_type) {
        return Err(wrong());
    }
    let mut parameters = BTreeMap::new();
    for argument in arguments.split(',').filter(|_| !arguments.trim().is_empty()) {
        let (parameter, value) = argument.split_once('=').ok_or_else(wrong)?;
        let (parameter, value) = (parameter.trim(), Value::from_text(value.trim()));
        if !is_name(parameter) {
            return Err(wrong());
        }
        if parameters.insert(parameter.to_owned(), value).is_some() {
            let (name, parameter) = (name.to_owned(), parameter.to_owned());
            return Err(MembersError::ParameterTwice { name, parameter });
        }
    }
    Ok(Member { name: name.to_owned(), detector_type: detector_type.to_owned(), parameters })
}

/// The parts between separators that do not stand in parentheses.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == separator && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_names_detectors_and_parameters() {
        let text =
            "isolation_forest(variant=fair_cut) + ecod+ near : knn( n_neighbors = 5, p=1e+3 )";
        let members = parse_members(text).unwrap();
        let names: Vec<_> = members.iter().map(|it| (&*it.name, &*it.detector_type)).collect();
        let expected =
            [("isolation_forest", "isolation_forest"), ("ecod", "ecod"), ("near", "knn")];
        assert_eq!(names, expected);
        assert_eq!(members[0].parameters["variant"], Value::Text("fair_cut".into()));
        assert!(members[1].parameters.is_empty());
        assert_eq!(members[2].parameters["n_neighbors"], Value::Integer(5));
        assert_eq!(members[2].parameters["p"], Value::Number(1000.0));
        assert_eq!(parse_members("knn()").unwrap()[0].parameters, BTreeMap::new());
    }

    #[test]
    fn what_is_not_written_right_is_named() {
        let refusal = |text: &str| parse_members(text).unwrap_err().to_string();
        let wrong = "is not written as `name: detector(parameter=value, …)`";
        let cases =
            ["", "knn +", "knn(", "knn(k)", "knn(k=1", "Knn", "a:b:c", "knn(=1)", "knn) + x"];
        for text in cases {
            assert!(refusal(text).ends_with(wrong), "{text}: {}", refusal(text));
        }
        assert_eq!(refusal("knn + knn"), "two members are called `knn`; write `other: knn(…)`");
        assert_eq!(refusal("knn(k=1, k=2)"), "`knn` has the parameter `k` twice");
        let many: Vec<_> = (0..=MEMBERS_MAX).map(|at| format!("m{at}: knn")).collect();
        assert_eq!(refusal(&many.join("+")), "there are more than 16 members");
        assert!(parse_members(&many[1..].join("+")).is_ok());
    }
}
