//! Kubernetes' quantities: `250m` of a processor, `1.5Gi` of memory.

/// Suffixes and what they multiply by, the longer first.
const SUFFIXES: [(&str, f64); 14] = [
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
];

/// The amount that a quantity is; nothing where it is none.
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let found = SUFFIXES.iter().find_map(|(suffix, factor)| Some((text.strip_suffix(suffix)?, *factor)));
    let (number, factor) = found.unwrap_or((text, 1.0));
    // An exponent is part of the number; names of numbers that Rust reads are not.
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || b".+-eE".contains(&byte));
    let amount: f64 = number.parse().ok().filter(|_| is_number)?;
    Some(amount * factor).filter(|amount| amount.is_finite())
}

/// Processors in words: `3.9`, `0.25`.
pub fn processors(amount: f64) -> String {
    let text = format!("{amount:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Memory in words: `15 GiB`, `512 MiB`.
pub fn memory(amount: f64) -> String {
    let units = [(1_099_511_627_776.0, "TiB"), (1_073_741_824.0, "GiB"), (1_048_576.0, "MiB")];
    let (size, unit) = units.into_iter().find(|(size, _)| amount >= *size).unwrap_or((1024.0, "KiB"));
    let text = format!("{:.1}", amount / size);
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        for (text, expected) in [
            ("4", Some(4.0)),
            ("250m", Some(0.25)),
            ("1.5Gi", Some(1_610_612_736.0)),
            ("2e3", Some(2000.0)),
            ("12E6", Some(12_000_000.0)),
            ("100M", Some(100e6)),
            ("5n", Some(5e-9)),
            ("inf", None),
            ("", None),
            ("Gi", None),
            ("1e999", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!([3.92, 0.25, 4.0, 0.0].map(processors), ["3.92", "0.25", "4", "0"]);
        assert_eq!(
            [16_106_127_360.0, 536_870_912.0, 1_610_612_736.0, 0.0].map(memory),
            ["15 GiB", "512 MiB", "1.5 GiB", "0 KiB"]
        );
    }
}
