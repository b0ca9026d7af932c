//! Structs that host and kernels share, laid out as WGSL lays out those of the same names.

use bytemuck::{Pod, Zeroable};

/// Asserts size and offsets, which a test holds to the WGSL.
macro_rules! laid_out {
    ($type:ident, $size:literal, $($field:ident: $offset:literal),*) => {
        const _: () = {
            assert!(size_of::<$type>() == $size);
            $(assert!(std::mem::offset_of!($type, $field) == $offset);)*
        };

        #[cfg(test)]
        impl $type {
            const OFFSETS: &[(&str, u32)] = &[$((stringify!($field), $offset)),*];
        }
    };
}

/// The uniform of every kernel, `Step` in WGSL.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct StepUniform {
    /// Samples in the batch.
    pub batch: u32,
    /// Learning rate η.
    pub learning_rate: f32,
    /// Adam's 1 − β₁ᵗ.
    pub first_correction: f32,
    /// Adam's 1 − β₂ᵗ.
    pub second_correction: f32,
}

laid_out!(StepUniform, 16, batch: 0, learning_rate: 4, first_correction: 8, second_correction: 12);

/// What a BatchNorm does to a quad of channels in a step, and what its backward pass takes off.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Normalization {
    /// A first guess of the mean.
    pub guess: [f32; 4],
    /// What is to be added to the guess.
    pub offset: [f32; 4],
    /// 1/√(variance + ε).
    pub inverse_deviation: [f32; 4],
    /// γ/√(variance + ε).
    pub scale: [f32; 4],
    /// β.
    pub beta: [f32; 4],
    /// mean(g) over the batch, g the gradient of what was normalised.
    pub mean_grad: [f32; 4],
    /// mean(g·x̂).
    pub mean_grad_x: [f32; 4],
}

laid_out!(
    Normalization, 112,
    guess: 0, offset: 16, inverse_deviation: 32, scale: 48, beta: 64, mean_grad: 80, mean_grad_x: 96
);

/// Mean, from an origin, and sum of squared deviations of some values of a quad.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Moments {
    /// Where the mean is measured from.
    pub origin: [f32; 4],
    /// Mean of the differences from the origin.
    pub mean: [f32; 4],
    /// Σ (x − mean)².
    pub squares: [f32; 4],
    /// How many values.
    pub count: f32,
    padding: [f32; 3],
}

laid_out!(Moments, 64, origin: 0, mean: 16, squares: 32, count: 48);

/// Sums over a gradient of a quad.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct GradSums {
    /// Σ g.
    pub sum: [f32; 4],
    /// Σ g·x̂.
    pub sum_x: [f32; 4],
}

laid_out!(GradSums, 32, sum: 0, sum_x: 16);

#[cfg(test)]
mod tests {
    use naga::TypeInner;

    use super::*;

    fn assert_is_wgsls(text: &str, name: &str, size: usize, offsets: &[(&str, u32)]) {
        let module = naga::front::wgsl::parse_str(text).expect("another test validates it");
        let mut types = module.types.iter();
        let found = types.find(|(_, found)| found.name.as_deref() == Some(name));
        let (_, found) = found.unwrap_or_else(|| panic!("no struct {name}"));
        let TypeInner::Struct { members, span } = &found.inner else {
            panic!("{name} is no struct");
        };
        let members: Vec<_> = members
            .iter()
            .map(|member| (member.name.as_deref().unwrap_or_default(), member.offset))
            .collect();
        assert_eq!(members, offsets, "{name}");
        assert_eq!(*span as usize, size, "{name}");
    }

    #[test]
    fn wgsl_lays_out_shared_structs_as_the_host_does() {
        let [common, statistics] = [
            include_str!("../../shaders/common.wgsl"),
            include_str!("../../shaders/statistics.wgsl"),
        ];
        macro_rules! check {
            ($text:ident, $name:literal, $type:ident) => {
                assert_is_wgsls($text, $name, size_of::<$type>(), $type::OFFSETS);
            };
        }
        check!(common, "Step", StepUniform);
        check!(statistics, "Normalization", Normalization);
        check!(statistics, "Moments", Moments);
        check!(statistics, "GradSums", GradSums);
    }
}
