use std::collections::BTreeMap;

use crate::error::Error;

#[derive(Debug, Default)]
pub struct Account {
    pub balance: u64,
    pub bookings: u32,
}

/// Accounts by name; amounts are in cents.
#[derive(Default)]
pub struct Ledger {
    accounts: BTreeMap<String, Account>,
}

impl Ledger {
    pub fn open(&mut self, name: &str, balance: u64) {
        let account = Account { balance, bookings: 0 };
        self.accounts.insert(name.to_string(), account);
    }

    pub fn account(&self, name: &str) -> Result<&Account, Error> {
        self.accounts
            .get(name)
            .ok_or_else(|| Error::UnknownAccount(name.to_string()))
    }

    fn account_mut(&mut self, name: &str) -> Result<&mut Account, Error> {
        self.accounts
            .get_mut(name)
            .ok_or_else(|| Error::UnknownAccount(name.to_string()))
    }

    /// Moves an amount from one account to another and counts a booking on both. If it fails,
    /// nothing changes.
    pub fn transfer(&mut self, from: &str, to: &str, amount: u64) -> Result<(), Error> {
        self.account(to)?;
        let source = self.account_mut(from)?;
        if source.balance < amount {
            return Err(Error::NotEnough {
                has: source.balance,
                needs: amount,
            });
        }
        source.balance -= amount;
        source.bookings += 1;
        let target = self.account_mut(to)?;
        target.balance += amount;
        target.bookings += 1;
        Ok(())
    }

    pub fn total(&self) -> u64 {
        self.accounts.values().map(|account| account.balance).sum()
    }
}
