use super::{TestStore, moment};
use crate::{LastBackup, set_last_backup};

#[tokio::test]
async fn the_last_backup_is_the_one_that_counts() {
    let test = TestStore::new().await;
    assert_eq!(test.store.last_backup().await.unwrap(), None);
    for (second, bytes) in [(1, 10), (2, 20)] {
        let last = LastBackup { finished_at: moment(second), bytes };
        set_last_backup(&test.options, last).await.unwrap();
        assert_eq!(test.store.last_backup().await.unwrap(), Some(last));
    }
}
