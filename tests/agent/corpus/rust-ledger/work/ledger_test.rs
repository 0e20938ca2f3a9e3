mod error;
mod ledger;

use error::Error;
use ledger::Ledger;

fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.open("rent", 500);
    ledger.open("food", 120);
    ledger
}

fn balances(ledger: &Ledger) -> (u64, u64) {
    (
        ledger.account("rent").unwrap().balance,
        ledger.account("food").unwrap().balance,
    )
}

#[test]
fn transfer_moves_money() {
    let mut ledger = ledger();
    assert_eq!(ledger.transfer("rent", "food", 80), Ok(()));
    assert_eq!(balances(&ledger), (420, 200));
    assert_eq!(ledger.total(), 620);
}

#[test]
fn transfer_counts_bookings() {
    let mut ledger = ledger();
    ledger.transfer("rent", "food", 1).unwrap();
    ledger.transfer("rent", "food", 1).unwrap();
    assert_eq!(ledger.account("rent").unwrap().bookings, 2);
    assert_eq!(ledger.account("food").unwrap().bookings, 2);
}

#[test]
fn everything_can_be_moved() {
    let mut ledger = ledger();
    assert_eq!(ledger.transfer("food", "rent", 120), Ok(()));
    assert_eq!(balances(&ledger), (620, 0));
}

#[test]
fn too_little_money() {
    let mut ledger = ledger();
    let error = ledger.transfer("food", "rent", 121).unwrap_err();
    assert_eq!(error, Error::NotEnough { has: 120, needs: 121 });
    assert_eq!(error.to_string(), "121 needed, 120 there");
    assert_eq!(balances(&ledger), (500, 120));
}

#[test]
fn unknown_accounts() {
    let mut ledger = ledger();
    assert_eq!(
        ledger.transfer("car", "food", 1),
        Err(Error::UnknownAccount("car".to_string()))
    );
    assert_eq!(
        ledger.transfer("rent", "car", 1),
        Err(Error::UnknownAccount("car".to_string()))
    );
    assert_eq!(balances(&ledger), (500, 120));
    assert_eq!(ledger.account("rent").unwrap().bookings, 0);
}

#[test]
fn a_transfer_to_itself_changes_no_balance() {
    let mut ledger = ledger();
    assert_eq!(ledger.transfer("rent", "rent", 500), Ok(()));
    assert_eq!(balances(&ledger), (500, 120));
}
