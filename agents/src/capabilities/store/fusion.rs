//! Joins rankings of the same things that know nothing of each other's scores.

use std::collections::HashMap;
use std::hash::Hash;

/// How little the very first places count over those after them; the figure of the paper on reciprocal rank fusion.
const SMOOTHING: f64 = 60.0;

/// The things of all rankings, each as good as the sum of the inverses of its places; equal ones in the order in
/// which they were first named.
pub(super) fn fuse<T: Copy + Eq + Hash>(rankings: &[Vec<T>]) -> Vec<T> {
    let mut order: Vec<T> = Vec::new();
    let mut scores: HashMap<T, f64> = HashMap::new();
    for ranking in rankings {
        for (place, id) in (0_u32..).zip(ranking) {
            let score = scores.entry(*id).or_insert_with(|| {
                order.push(*id);
                0.0
            });
            *score += 1.0 / (SMOOTHING + f64::from(place) + 1.0);
        }
    }
    order.sort_by(|a, b| scores[b].total_cmp(&scores[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_rankings_name_comes_first() {
        assert_eq!(fuse(&[vec![1, 2, 3], vec![4, 2]]), [2, 1, 4, 3]);
        assert_eq!(fuse(&[vec![1, 2, 3]]), [1, 2, 3]);
        assert_eq!(fuse(&[vec![1], vec![2]]), [1, 2]);
        assert_eq!(fuse::<u8>(&[]), [0; 0]);
    }
}
