//! Texts as vectors, by whom the settings name.

use async_trait::async_trait;

use crate::agent::Failure;

/// One that turns texts to vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// The model; vectors of two cannot be compared.
    fn model(&self) -> &str;

    /// The vector of each text, in their order.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure>;
}

/// A text's place among the meanings that a model knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Vector {
    /// The model.
    pub model: String,
    /// Its values; their length is 1, so that a cosine is a sum of products.
    pub values: Vec<f32>,
}

impl Vector {
    /// A vector; none where a model said nothing that points anywhere.
    pub fn new(model: &str, values: &[f32]) -> Option<Self> {
        let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() || length <= f64::EPSILON {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a part of a unit vector")]
        let values = values.iter().map(|value| (f64::from(*value) / length) as f32).collect();
        Some(Self { model: model.to_owned(), values })
    }

    /// The values as they are kept.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }

    /// How near kept values are, up to 1; none where they are of another size.
    pub(super) fn nearness(&self, bytes: &[u8]) -> Option<f32> {
        let (values, rest) = bytes.as_chunks::<4>();
        (rest.is_empty() && values.len() == self.values.len())
            .then(|| values.iter().zip(&self.values).map(|(a, b)| f32::from_le_bytes(*a) * b).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_is_a_cosine() {
        let one = Vector::new("m", &[3.0, 4.0]).unwrap();
        for (other, near) in [([6.0, 8.0], 1.0), ([-4.0, 3.0], 0.0), ([-3.0, -4.0], -1.0)] {
            let other = Vector::new("m", &other).unwrap();
            assert!((one.nearness(&other.to_bytes()).unwrap() - near).abs() < 1e-6);
        }
        assert_eq!(one.nearness(&[0; 4]), None);
        assert_eq!(one.nearness(&[0; 9]), None);
    }

    #[test]
    fn what_points_nowhere_is_no_vector() {
        for values in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert_eq!(Vector::new("m", values), None, "{values:?}");
        }
    }
}
