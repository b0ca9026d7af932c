//! A plan before it has memory on a device: all that can be worked out without one.

use crate::network::Graph;

use super::compile::{self, Lists};
use super::layout::Layout;
use super::sizes::Sizes;
use super::tilings::Tilings;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::MemoryReport;
    use crate::engine::tilings::known;
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
            let lanes = [(true, 8), (false, 32)].map(|(of_processor, size)| Lanes {
                of_processor,
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
                    tilings.choices.put(*pass, tiling);
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
                    largest <= said && said < 2 * largest,
                    "{largest}, said {said}"
                );
            }
        }
    }
}
