//! Did-you-mean over known names.

use super::fold::fold;

/// The known name nearest to `given`, when it is near enough to be what was meant:
/// at most one error in three letters, after folding case, accents and hyphens. In whatever order they are known.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = fold(given);
    if given.is_empty() {
        return None;
    }
    let limit = (given.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &fold(name)), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, name)| (*distance, name.len(), *name))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_found_and_a_far_one_is_not() {
        let known = ["title", "date", "region", "province"];
        assert_eq!(nearest("titel", known), Some("title"));
        assert_eq!(nearest("Région", known), Some("region"));
        assert_eq!(nearest("weather", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("dite", ["dote", "date"]), nearest("dite", ["date", "dote"]));
    }
}
