use super::{TestStore, audit, moment};
use crate::{Login, Refreshed, Session, User};
use uuid::Uuid;

const SESSION: Uuid = Uuid::from_u128(77);

async fn logged_in() -> (TestStore, User) {
    let (test, ada) = TestStore::with_user().await;
    let login = Login {
        session_id: SESSION,
        user_id: ada.id,
        token_hash: [1; 32],
        created_at: moment(0),
        expires_at: moment(100),
    };
    test.store.create_session(&login).await.unwrap();
    (test, ada)
}

async fn session(test: &TestStore) -> Option<Session> {
    test.store.find_session(SESSION).await.unwrap()
}

#[tokio::test]
async fn session_knows_the_role_and_ends_with_revocation() {
    let (test, ada) = logged_in().await;
    let found = session(&test).await.unwrap();
    assert_eq!((found.user_id, found.role, found.is_valid), (ada.id, ada.role, true));
    assert_eq!(found.expires_at, moment(100));
    test.store.revoke_session(SESSION, moment(1)).await.unwrap();
    assert!(!session(&test).await.unwrap().is_valid);
    assert_eq!(test.store.find_session(Uuid::nil()).await.unwrap(), None);
}

#[tokio::test]
async fn session_of_a_deactivated_user_is_invalid() {
    let (test, ada) = logged_in().await;
    test.store.update_user(ada.tenant_id, ada.id, None, Some(false), &audit(2)).await.unwrap();
    assert!(!session(&test).await.unwrap().is_valid);
    let refreshed = test.store.refresh_session(&[1; 32], &[2; 32], moment(1)).await.unwrap();
    assert_eq!(refreshed, Refreshed::Unknown);
}

#[tokio::test]
async fn refresh_token_works_once_and_its_successor_too() {
    let (test, _) = logged_in().await;
    for (old, new) in [(1, 2), (2, 3)] {
        let refreshed = test.store.refresh_session(&[old; 32], &[new; 32], moment(1)).await;
        assert!(matches!(refreshed.unwrap(), Refreshed::Continued(it) if it.id == SESSION));
    }
    let unknown = test.store.refresh_session(&[9; 32], &[4; 32], moment(1)).await.unwrap();
    assert_eq!(unknown, Refreshed::Unknown);
}

#[tokio::test]
async fn second_use_of_a_refresh_token_revokes_the_session() {
    let (test, _) = logged_in().await;
    test.store.refresh_session(&[1; 32], &[2; 32], moment(1)).await.unwrap();
    let reused = test.store.refresh_session(&[1; 32], &[3; 32], moment(2)).await.unwrap();
    assert_eq!(reused, Refreshed::Reused { session_id: SESSION });
    assert!(!session(&test).await.unwrap().is_valid);
    let successor = test.store.refresh_session(&[2; 32], &[4; 32], moment(3)).await.unwrap();
    assert_eq!(successor, Refreshed::Unknown);
}

#[tokio::test]
async fn expired_session_cannot_be_refreshed_and_is_forgotten_at_the_next_login() {
    let (test, ada) = logged_in().await;
    let late = test.store.refresh_session(&[1; 32], &[2; 32], moment(100)).await.unwrap();
    assert_eq!(late, Refreshed::Unknown);
    let login = Login {
        session_id: Uuid::from_u128(78),
        user_id: ada.id,
        token_hash: [5; 32],
        created_at: moment(101),
        expires_at: moment(200),
    };
    test.store.create_session(&login).await.unwrap();
    assert_eq!(session(&test).await, None);
}
