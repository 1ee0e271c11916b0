use super::*;
use crate::config::{Environment, Secret};

const OLD: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const NEW: &str = "//////////////////////////////////////////8=";
const PLACE: Place<'_> = Place { table: "users", column: "totp_secret", row: &[7; 16] };

fn vault(keys: &str) -> Vault {
    Vault::new(&keys.parse().unwrap())
}

fn random() -> Random {
    Random::from_seed([1; 32])
}

#[test]
fn secret_comes_back_at_its_place_alone() {
    let vault = vault(OLD);
    let kept = vault.encrypt(&random(), PLACE, b"seed").unwrap();
    assert!(!kept.windows(4).any(|window| window == b"seed"));
    assert_eq!(vault.decrypt(PLACE, &kept).unwrap(), b"seed");
    for place in [
        Place { row: &[8; 16], ..PLACE },
        Place { column: "totp_secre", ..PLACE },
        Place { table: "users_", ..PLACE },
        Place { table: "userst", column: "otp_secret", ..PLACE },
    ] {
        assert_eq!(vault.decrypt(place, &kept), Err(VaultError::Broken), "{place:?}");
    }
}

#[test]
fn every_changed_or_missing_byte_is_noticed() {
    let vault = vault(OLD);
    let kept = vault.encrypt(&random(), PLACE, b"seed").unwrap();
    for at in 0..kept.len() {
        let mut changed = kept.clone();
        changed[at] ^= 1;
        assert!(vault.decrypt(PLACE, &changed).is_err(), "at {at}");
        assert!(vault.decrypt(PLACE, &kept[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn same_secret_never_looks_the_same() {
    let (vault, random) = (vault(OLD), random());
    let kept = |()| vault.encrypt(&random, PLACE, b"seed").unwrap();
    assert_ne!(kept(()), kept(()));
}

#[test]
fn old_keys_decrypt_and_the_first_one_encrypts() {
    let kept = vault(OLD).encrypt(&random(), PLACE, b"seed").unwrap();
    let both = vault(&format!("{NEW}, {OLD}"));
    assert!(!both.is_current(&kept));
    assert_eq!(both.decrypt(PLACE, &kept).unwrap(), b"seed");
    let anew = both.encrypt(&random(), PLACE, b"seed").unwrap();
    assert!(both.is_current(&anew));
    assert_eq!(vault(NEW).decrypt(PLACE, &anew).unwrap(), b"seed");
    assert_eq!(vault(NEW).decrypt(PLACE, &kept), Err(VaultError::UnknownKey));
    let none = Vault::new(&Keys::default());
    assert_eq!(none.encrypt(&random(), PLACE, b"seed"), Err(VaultError::NoKey));
    assert_eq!(none.decrypt(PLACE, &kept), Err(VaultError::NoKey));
}

#[test]
fn keys_that_are_none_are_refused_and_none_is_ever_shown() {
    let many = [OLD; 9].join(",");
    for wrong in ["", "hunter2", &OLD[2..], &format!("{OLD},"), &many] {
        assert!(wrong.parse::<Keys>().is_err(), "{wrong}");
    }
    let keys: Keys = format!("{OLD},{NEW}").parse().unwrap();
    let shown = format!("{keys:?} {:?} {:?}", vault(OLD), VaultError::UnknownKey);
    assert!(!shown.contains("0001") && !shown.contains("255") && !shown.contains("//"), "{shown}");
}

#[test]
fn development_makes_a_key_once_and_others_have_none() {
    let folder = tempfile::tempdir().unwrap();
    let load = |given: Option<&Secret>, environment| {
        load(given, environment, folder.path(), &random()).unwrap()
    };
    assert_eq!(load(None, Environment::Production), Keys::default());
    let made = load(None, Environment::Development);
    assert_eq!((made.0.len(), &load(None, Environment::Development)), (1, &made));
    let given = Secret::new(OLD.into());
    assert_ne!(load(Some(&given), Environment::Development), made);
}
