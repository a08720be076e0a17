//! Lists in order, with what changed since.

/// The entries of a list that is in the order of its keys, with those that changed in their places. Nothing
/// stands for one that is gone.
pub fn merged<K: Ord, E>(
    list: impl Iterator<Item = (K, E)>,
    changes: impl Iterator<Item = (K, Option<E>)>,
) -> impl Iterator<Item = E> {
    let (mut list, mut changes) = (list.peekable(), changes.peekable());
    std::iter::from_fn(move || {
        loop {
            let next = changes.peek().map(|(key, _)| key);
            if let Some((_, entry)) = list.next_if(|(key, _)| next.is_none_or(|next| key < next)) {
                return Some(entry);
            }
            let (key, changed) = changes.next()?;
            list.next_if(|(known, _)| *known == key);
            if changed.is_some() {
                return changed;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn changes_take_their_places() {
        let told = |list: &[u8], changes: &[(u8, Option<char>)]| -> String {
            merged(list.iter().map(|key| (*key, '=')), changes.iter().copied()).collect()
        };
        assert_eq!(told(&[], &[]), "");
        assert_eq!(told(&[1, 2], &[]), "==");
        assert_eq!(told(&[], &[(1, Some('a')), (2, None), (3, Some('b'))]), "ab");
        assert_eq!(told(&[2, 4, 6], &[(1, Some('a')), (4, Some('b')), (7, Some('c'))]), "a=b=c");
        assert_eq!(told(&[2, 4, 6], &[(1, None), (2, None), (5, None), (6, None), (7, None)]), "=");
    }
}
