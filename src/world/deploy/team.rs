//! Several requests at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parking_lot::Mutex;

use super::host::{Answer, HostFault};

/// Does the same with each item, so many at a time, until all are done or one fails. What had begun then is
/// ended.
pub fn each<T: Sync>(at_once: usize, items: &[T], one: impl Fn(&T) -> Answer<()> + Sync) -> Answer<()> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<HostFault>> = Mutex::new(None);
    let fail = |fault| {
        failed.lock().get_or_insert(fault);
        // Nobody begins with another.
        next.store(items.len(), Ordering::Relaxed);
    };
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(fault) = one(item) {
                return fail(fault);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..at_once.clamp(1, items.len().max(1)) {
            // Fewer do where no more threads can be had.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    match failed.into_inner() {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

/// What is found out of each item, in their order.
pub fn find<T: Sync, F: Send>(
    at_once: usize,
    items: &[T],
    one: impl Fn(&T) -> Answer<F> + Sync,
) -> Answer<Vec<F>> {
    let found: Mutex<Vec<(usize, F)>> = Mutex::new(Vec::with_capacity(items.len()));
    let numbered: Vec<(usize, &T)> = items.iter().enumerate().collect();
    each(at_once, &numbered, |(number, item)| {
        let answer = one(item)?;
        found.lock().push((*number, answer));
        Ok(())
    })?;
    let mut found = found.into_inner();
    found.sort_unstable_by_key(|(number, _)| *number);
    Ok(found.into_iter().map(|(_, answer)| answer).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_order_and_one_failure_ends_all() {
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(find(7, &items, |item| Ok(item * 2)).unwrap(), (0..200).step_by(2).collect::<Vec<_>>());
        let done = AtomicUsize::new(0);
        let failed = each(4, &items, |item| match item {
            10 => Err(HostFault::lasting("ten")),
            _ => {
                done.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        });
        assert_eq!(failed.unwrap_err().message, "ten");
        assert!(done.into_inner() < 100);
    }
}
