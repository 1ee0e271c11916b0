use super::Permission;
use std::fmt;

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scopes(u16);

impl Scopes {
    /// Everything that the role permits.
    pub(crate) const ALL: Self = Self(u16::MAX);

    /// The permissions of those names; the first name that is none where there is one.
    pub(crate) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, &'n str> {
        names.into_iter().try_fold(Self(0), |Self(scopes), name| {
            let named = Permission::ALL.into_iter().find(|permission| permission.name() == name);
            named.map(|permission| Self(scopes | bit(permission))).ok_or(name)
        })
    }

    pub(crate) fn contain(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether `others` have all of these.
    pub(crate) fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Their names, in their own order.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let contained = move |permission: &Permission| self.contain(*permission);
        Permission::ALL.into_iter().filter(contained).map(Permission::name)
    }
}

fn bit(permission: Permission) -> u16 {
    1 << permission as u16
}

/// As the database keeps them: separated by spaces.
impl fmt::Display for Scopes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.names().enumerate() {
            out.write_str(if index == 0 { "" } else { " " })?;
            out.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_scopes_and_back() {
        let scopes = Scopes::of(["detect", "read"]).unwrap();
        assert_eq!(scopes.to_string(), "read detect");
        assert!(scopes.contain(Permission::Detect) && !scopes.contain(Permission::Fit));
        assert_eq!(Scopes::of(["read", "fly"]), Err("fly"));
        assert!(Permission::ALL.into_iter().all(|permission| Scopes::ALL.contain(permission)));
    }
}
