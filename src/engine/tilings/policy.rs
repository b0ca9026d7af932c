//! When which variants are tried, and what of it is remembered.

use web_time::{Duration, Instant};

use crate::engine::choices::Choices;
use crate::gpu::compiling::{Compiling, Work};
use crate::gpu::pipeline::PipelineCache;
use crate::gpu::timing::{Effort, Timer};
use crate::gpu::{Capabilities, Gpu, GpuError, Lanes};
use crate::kernels::conv::Pass;
use crate::kernels::conv::tiling::Tiling;
use crate::network::Graph;

use super::Tilings;
use super::measure::{Measured, compile_all, fastest, try_all};
use super::passes::worthwhile;
use super::texts;

/// Time that compiling and checking one variant may take for the others to be tried as well: on a CPU seconds.
/// For a GPU all are compiled before, beside each other.
const PATIENCE: Duration = Duration::from_millis(400);

/// How long a variant is measured when a plan is made: what is close need not be told apart.
const GLANCE: Effort = Effort {
    round_secs: 0.004,
    rounds: 3,
};

/// What is known of the variants for a network without measuring: those asked for, if they are of the adapter; else
/// those that are remembered for it. Where there is none, and for an adapter that is not known itself, any that is in
/// the tables is possible.
pub(in crate::engine) fn known(
    adapter: Option<&Capabilities>,
    graph: &Graph,
    batch: u32,
    asked: &Choices,
) -> Tilings {
    let Some(adapter) = adapter else {
        let undecided = worthwhile(graph, batch).into_iter();
        return Tilings {
            choices: Choices::default(),
            // Packed weights are rounded up further for pairs.
            pairs: true,
            undecided: undecided
                .map(|pass| (pass, on_any_adapter(&pass)))
                .collect(),
        };
    };
    let remembered = Choices::load(adapter);
    let asked = Some(asked).filter(|asked| asked.is_of_adapter_of(&remembered));
    let mut tilings = Tilings {
        choices: Choices::none(adapter),
        pairs: adapter.wide_loads,
        undecided: Vec::new(),
    };
    for pass in worthwhile(graph, batch) {
        let mut possible = Tiling::all(&pass, adapter.lanes());
        let texts = texts::digest(adapter, &pass);
        let known = asked
            .and_then(|asked| asked.chosen_among(&texts, &pass))
            .or_else(|| remembered.chosen_among(&texts, &pass))
            .filter(|tiling| possible.contains(tiling));
        match known {
            Some(tiling) => tilings.choices.put(pass, tiling, &texts),
            None => {
                possible.push(Tiling::baseline(&pass));
                tilings.undecided.push((pass, possible));
            }
        }
    }
    tilings
}

/// All variants of a pass that an adapter may have, whichever it is.
fn on_any_adapter(pass: &Pass) -> Vec<Tiling> {
    let subgroup_sizes = (2..=7).map(|exponent| 1 << exponent).map(Some);
    let all = subgroup_sizes.chain([None]).flat_map(|subgroup_size| {
        [true, false].map(|of_cpu| Lanes {
            of_cpu,
            subgroup_size,
        })
    });
    let mut all: Vec<_> = all.flat_map(|lanes| Tiling::all(pass, lanes)).collect();
    all.push(Tiling::baseline(pass));
    all
}

/// Decides what is undecided: the fastest of the variants tried.
pub(in crate::engine) async fn decide(
    gpu: &Gpu,
    mut tilings: Tilings,
    batch: u32,
) -> Result<Tilings, GpuError> {
    let undecided = std::mem::take(&mut tilings.undecided).into_iter();
    let undecided: Vec<_> = undecided.map(|(pass, _)| pass).collect();
    let mut remembered = Choices::load(&gpu.capabilities);
    let timer = Timer::new(gpu, GLANCE).await?;
    let mut pipelines = match gpu.capabilities.lanes().of_cpu {
        true => PipelineCache::default(),
        false => compile_all(gpu, &undecided).await?,
    };
    let mut is_slow = false;
    let mut shares_well = Vec::new();
    let of = undecided.len();
    for (done, pass) in undecided.into_iter().enumerate() {
        let work = Work::Variants;
        let go_on = || gpu.tell_compiling(Compiling { work, done, of });
        let texts = texts::digest(&gpu.capabilities, &pass);
        let likely = Tiling::unmeasured(&pass, gpu.capabilities.lanes());
        // Where compiling is slow, the likely fastest is taken, unchecked. Where lanes share in it, which relies on
        // more than WGSL promises, another pass must have shown that this method does so rightly.
        let tiling = if is_slow && (likely.lanes == 0 || shares_well.contains(&likely.method)) {
            likely
        } else {
            let begin = Instant::now();
            let patience = Some(PATIENCE);
            let tried = try_all(gpu, &mut pipelines, &timer, &pass, batch, patience, &go_on);
            let tried = tried.await?;
            is_slow |= tried.len() == 1 && begin.elapsed() > PATIENCE;
            let chosen = fastest(&tried).unwrap_or_else(|| Tiling::baseline(&pass));
            if tried.iter().any(|measured| measured.tiling == likely) {
                shares_well.push(likely.method);
            }
            remembered.put(pass, chosen, &texts);
            chosen
        };
        tilings.choices.put(pass, tiling, &texts);
    }
    remembered.save();
    Ok(tilings)
}

/// Measures every variant of every pass of a network that is worth it, however long it takes, and remembers
/// the fastest for all plans made from now on. `stage` is told what is under way.
///
/// # Errors
/// If the device failed.
pub async fn measure_tilings(
    gpu: &Gpu,
    graph: &Graph,
    batch: u32,
    stage: &mut dyn FnMut(&str),
) -> Result<Vec<(Pass, Vec<Measured>)>, GpuError> {
    let timer = Timer::new(gpu, Effort::QUICK).await?;
    let mut remembered = Choices::load(&gpu.capabilities);
    let mut all = Vec::new();
    let passes = worthwhile(graph, batch);
    stage("compiling all variants of convolutions");
    let mut pipelines = compile_all(gpu, &passes).await?;
    for (number, pass) in passes.iter().enumerate() {
        stage(&format!(
            "variants of convolution {} of {}",
            number + 1,
            passes.len()
        ));
        let tried = try_all(gpu, &mut pipelines, &timer, pass, batch, None, &|| Ok(()));
        let tried = tried.await?;
        if let Some(chosen) = fastest(&tried) {
            let texts = texts::digest(&gpu.capabilities, pass);
            remembered.put(*pass, chosen, &texts);
            // At once: on a processor all of them take minutes.
            remembered.save();
        }
        all.push((*pass, tried));
    }
    Ok(all)
}
