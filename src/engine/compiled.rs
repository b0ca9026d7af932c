//! A plan before it has memory on a device: all that can be worked out without one.

use crate::gpu::Capabilities;
use crate::network::Graph;

use super::compile::{self, Lists};
use super::layout::Layout;
use super::memory::MemoryReport;
use super::sizes::Sizes;
use super::tilings::{Tilings, known};
use super::{EngineError, PlanOptions};

/// Where everything lies, what is dispatched, and what it takes, computed once.
pub(super) struct Compiled {
    pub layout: Layout,
    pub lists: Lists,
    pub sizes: Sizes,
}

impl Compiled {
    /// Compiles a graph. Of what is not decided yet about its convolutions, the sizes are upper bounds.
    pub fn new(
        graph: &Graph,
        options: &PlanOptions,
        tilings: &Tilings,
    ) -> Result<Self, EngineError> {
        let layout = Layout::new(graph, options, tilings);
        let lists = compile::compile(graph, &layout, options)?;
        let sizes = Sizes::new(&lists, &layout, options);
        Ok(Self {
            layout,
            lists,
            sizes,
        })
    }
}

/// What a plan will take on a device, as far as that is known before it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryNeeded {
    /// What it takes, or at most takes.
    pub report: MemoryReport,
    /// Whether it is what the plan will take, and not an upper bound: how convolutions are computed on an
    /// adapter may still have to be measured there.
    pub is_exact: bool,
}

/// What a plan will take on an adapter, worked out without a device; without an adapter, what it takes at
/// most on any.
///
/// # Errors
/// If a layer has no kernel.
pub fn memory_needed(
    graph: &Graph,
    options: &PlanOptions,
    adapter: Option<&Capabilities>,
) -> Result<MemoryNeeded, EngineError> {
    let tilings = known(adapter, graph, options.max_batch, &options.choices);
    Ok(MemoryNeeded {
        report: Compiled::new(graph, options, &tilings)?.sizes.report(),
        is_exact: tilings.is_decided(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::Lanes;
    use crate::kernels::Precision;
    use crate::kernels::conv::tiling::Tiling;
    use crate::network::graph::Shape;
    use crate::network::{Architecture, Options, Trainable};

    #[test]
    fn whatever_is_chosen_takes_no_more_than_was_said_before() {
        let options = Options {
            width: Some(8),
            ..Options::default()
        };
        let architecture = Architecture::parse("resnet-8", options).expect("a model");
        let graph = architecture
            .build(Shape::new(3, 16, 16), 10)
            .expect("a network");
        let mut options = PlanOptions::evaluation(&graph, 1_000);
        options.freeze_statistics = false;
        options.trained = "bn"
            .parse::<Trainable>()
            .expect("a mode")
            .select(&graph, 0)
            .expect("BatchNorms");
        for precision in [Precision::F32, Precision::F16] {
            options.precision = precision;
            let report = |tilings: &Tilings| {
                let compiled = Compiled::new(&graph, &options, tilings);
                compiled.expect("a plan").sizes.report()
            };
            let undecided = known(None, &graph, options.max_batch, &options.choices);
            assert!(undecided.undecided.len() > 5);
            let said = report(&undecided);
            let lanes = [(true, 8), (false, 32)].map(|(of_cpu, size)| Lanes {
                of_cpu,
                subgroup_size: Some(size),
            });
            let all = |lanes, place: usize| {
                let mut tilings = Tilings {
                    pairs: place.is_multiple_of(2),
                    ..Tilings::default()
                };
                for (pass, _) in &undecided.undecided {
                    let variants = Tiling::all(pass, lanes);
                    let tiling = variants[place.min(variants.len() - 1)];
                    tilings.choices.put(*pass, tiling, "");
                }
                report(&tilings)
            };
            let parts = |report: MemoryReport| [report.parameters, report.other];
            let mut largest = [0; 2];
            for taken in lanes
                .into_iter()
                .flat_map(|lanes| (0..7).map(move |at| all(lanes, at)))
            {
                assert_eq!(taken.tensors(), said.tensors());
                for (largest, taken) in largest.iter_mut().zip(parts(taken)) {
                    *largest = taken.max(*largest);
                }
            }
            for (largest, said) in largest.into_iter().zip(parts(said)) {
                assert!(
                    largest <= said && said < 3 * largest,
                    "{largest}, said {said}"
                );
            }
        }
    }
}
