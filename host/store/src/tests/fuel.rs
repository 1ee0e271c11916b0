use super::{TestStore, moment};
use crate::{BurntFuel, HOME_TENANT};

#[tokio::test]
async fn fuel_adds_up_day_by_day() {
    let test = TestStore::new().await;
    let today = BurntFuel::day(moment(0));
    let burnt = |day, fuel| BurntFuel { tenant_id: HOME_TENANT, day, fuel };
    assert_eq!(test.store.get_fuel(HOME_TENANT, today).await.unwrap(), 0);
    test.store.add_fuel(&[]).await.unwrap();
    test.store.add_fuel(&[burnt(today, 5), burnt(today + 1, 100)]).await.unwrap();
    test.store.add_fuel(&[burnt(today, 7)]).await.unwrap();
    assert_eq!(test.store.get_fuel(HOME_TENANT, today).await.unwrap(), 12);
    assert_eq!(test.store.get_fuel(HOME_TENANT, today + 1).await.unwrap(), 100);
}

#[tokio::test]
async fn writers_that_meet_lose_nothing() {
    let test = TestStore::new().await;
    let add = async || {
        for _ in 0..20 {
            let burnt = BurntFuel { tenant_id: HOME_TENANT, day: 1, fuel: 3 };
            test.store.add_fuel(&[burnt]).await.unwrap();
        }
    };
    tokio::join!(add(), add());
    assert_eq!(test.store.get_fuel(HOME_TENANT, 1).await.unwrap(), 120);
}

#[test]
fn days_begin_at_midnight_utc() {
    let midnight = moment(0).replace_time(time::Time::MIDNIGHT);
    assert_eq!(BurntFuel::day(midnight), BurntFuel::day(moment(0)));
    assert_eq!(BurntFuel::day(midnight - time::Duration::SECOND) + 1, BurntFuel::day(midnight));
}
