//! Which tensor of a file is which of a network: what wrappers put before names comes off, and
//! torchvision's names for ResNets are read as this program's.

use std::collections::{BTreeSet, HashSet};

use super::super::graph::Graph;
use super::super::state::{NamedTensor, first_few};

/// Modules that hold another and nothing else, wherever they stand in a name: `nn.DataParallel` (and
/// `AveragedModel`), `torch.compile`.
const WRAPPERS: [&str; 2] = ["module", "_orig_mod"];

/// Names under which tools keep a network inside something larger; preferred, in this order, where a
/// file holds several.
const USUAL: [&str; 5] = ["model", "net", "backbone", "network", "state_dict"];

/// What output layers are called.
const HEADS: [&str; 6] = [
    "fc",
    "linear",
    "classifier",
    "head",
    "output",
    "last_linear",
];

/// Whether a tensor belongs to an output layer, of whatever make.
pub(super) fn is_of_a_head(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    HEADS.contains(&first)
}

/// How the names in a file are read.
#[derive(Debug, Default)]
pub(super) struct Naming {
    /// What stands before all of the network's names, wrappers left out; ends with a dot, or is empty.
    prefix: String,
    /// What came off, as it stands in the file.
    left_off: BTreeSet<String>,
    /// Other prefixes under which as much of the network lies.
    others: Vec<String>,
    /// A name that was read as another, and that other.
    renamed: Option<(String, String)>,
    family: Family,
}

/// What a network's own names are made of.
#[derive(Debug, Default)]
struct Family {
    /// Blocks of a ResNet's stage; 0 for other networks.
    blocks: usize,
    /// The output layer's name.
    head: String,
}

impl Naming {
    /// How `names` are to be read for most of them to be the network's.
    pub fn of<'a>(graph: &Graph, names: impl Iterator<Item = &'a str> + Clone) -> Self {
        let family = Family::of(graph);
        let wanted: HashSet<&str> = graph.parameters.iter().map(|p| p.name.as_str()).collect();
        let first = graph.parameters.first().map_or("", |p| p.name.as_str());
        let plain: Vec<String> = names.clone().map(unwrapped).collect();
        let mut prefixes = BTreeSet::from([String::new()]);
        for name in &plain {
            let ends = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1));
            prefixes.extend(
                ends.filter(|&at| family.own(&name[at..]) == first)
                    .map(|at| name[..at].to_owned()),
            );
        }
        let count = |prefix: &str| {
            let inside = plain.iter().filter_map(|name| name.strip_prefix(prefix));
            inside
                .filter(|name| wanted.contains(family.own(name).as_str()))
                .count()
        };
        let mut counted: Vec<(usize, usize, String)> = prefixes
            .into_iter()
            .map(|prefix| (usize::MAX - count(&prefix), rank(&prefix), prefix))
            .collect();
        counted.sort();
        let best = counted[0].0;
        let equals = counted.iter().filter(|(misses, ..)| *misses == best);
        let others = match best == usize::MAX {
            true => Vec::new(),
            false => equals.skip(1).map(|(.., prefix)| prefix.clone()).collect(),
        };
        let prefix = counted.swap_remove(0).2;
        let mut naming = Self {
            others,
            family,
            ..Self::default()
        };
        for (name, plain) in names.zip(&plain) {
            let Some(inside) = plain.strip_prefix(prefix.as_str()) else {
                continue;
            };
            let own = naming.family.own(inside);
            if wanted.contains(own.as_str()) {
                naming.left_off.extend(front(name, inside));
                let dots = |name: &str| name.matches('.').count();
                let says_more = |(theirs, _): &(String, String)| dots(theirs) < dots(inside);
                if own != *inside && naming.renamed.as_ref().is_none_or(says_more) {
                    naming.renamed = Some((inside.to_owned(), own));
                }
            }
        }
        naming.prefix = prefix;
        naming
    }

    /// Gives tensors the network's names; those outside the prefix go, which is told.
    pub fn apply(&self, tensors: &mut Vec<NamedTensor>) -> Option<String> {
        let mut outside = Vec::new();
        tensors.retain_mut(|tensor| {
            let plain = unwrapped(&tensor.name);
            let Some(inside) = plain.strip_prefix(self.prefix.as_str()) else {
                outside.push(tensor.name.clone());
                return false;
            };
            tensor.name = self.family.own(inside);
            true
        });
        (!outside.is_empty()).then(|| {
            format!(
                "{} of the state's tensors are no part of this network and are passed over: {}",
                outside.len(),
                first_few(&outside)
            )
        })
    }

    /// How names were read, where they are not the network's own.
    pub fn told(&self) -> Option<String> {
        let quoted = |names: &BTreeSet<String>| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        let mut told = Vec::new();
        if !self.left_off.is_empty() {
            told.push(format!(
                "the state's names have {} in them, from what wrapped the network; it is left off",
                quoted(&self.left_off)
            ));
        }
        if !self.others.is_empty() {
            let prefix = match self.prefix.is_empty() {
                true => "the names without a prefix are used".to_owned(),
                false => format!("`{}` is used", self.prefix),
            };
            let others = self.others.iter().cloned().collect();
            told.push(format!(
                "it holds this network more than once: {prefix}, {} is not",
                quoted(&others)
            ));
        }
        if let Some((theirs, own)) = &self.renamed {
            told.push(format!(
                "the state's names are another program's, such as torchvision's: `{theirs}` is read as `{own}`, and \
                 others alike"
            ));
        }
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// The lower, the more likely is a prefix the one that is meant.
fn rank(prefix: &str) -> usize {
    let first = prefix.split('.').next().unwrap_or_default();
    match prefix.is_empty() {
        true => 0,
        false => {
            1 + USUAL
                .iter()
                .position(|usual| *usual == first)
                .unwrap_or(USUAL.len())
        }
    }
}

/// A name without wrappers.
fn unwrapped(name: &str) -> String {
    let parts: Vec<&str> = name
        .split('.')
        .filter(|part| !WRAPPERS.contains(part))
        .collect();
    parts.join(".")
}

/// What of a name is no part of `inside`: what stands before it, or wrappers within.
fn front(name: &str, inside: &str) -> Option<String> {
    match name.strip_suffix(inside) {
        Some("") => None,
        Some(front) => Some(front.to_owned()),
        None => {
            let is_wrapper = |part: &&str| WRAPPERS.contains(part);
            let wrapper = name.split('.').find(is_wrapper)?;
            Some(format!("{wrapper}."))
        }
    }
}

impl Family {
    fn of(graph: &Graph) -> Self {
        let block = |name: &str| {
            name.strip_prefix("blocks.")?
                .split('.')
                .next()?
                .parse()
                .ok()
        };
        let parameters = graph.parameters.iter();
        let last: Option<usize> = parameters.filter_map(|p| block(&p.name)).max();
        let head = graph
            .parameters
            .last()
            .and_then(|p| p.name.split('.').next());
        Self {
            blocks: last.map_or(0, |last| (last + 1) / 3),
            head: head.unwrap_or_default().to_owned(),
        }
    }

    /// The network's own name for a tensor; the name itself where it is read as no other.
    fn own(&self, name: &str) -> String {
        let parts: Vec<&str> = name.split('.').collect();
        if let [head, part @ ("weight" | "bias")] = parts[..]
            && HEADS.contains(&head)
        {
            return format!("{}.{part}", self.head);
        }
        if self.blocks == 0 {
            return name.to_owned();
        }
        match &parts[..] {
            ["conv1", rest @ ..] => format!("conv.{}", rest.join(".")),
            ["bn1", rest @ ..] => format!("bn.{}", rest.join(".")),
            [stage, block, rest @ ..] => match self.place(stage, block) {
                Some(place) => format!("blocks.{place}.{}", within_block(rest)),
                None => name.to_owned(),
            },
            _ => name.to_owned(),
        }
    }

    /// Which block `layer2`, `0` is. A stage of more blocks than the network's is another network's.
    fn place(&self, stage: &str, block: &str) -> Option<usize> {
        let stage: usize = stage.strip_prefix("layer")?.parse().ok()?;
        let block: usize = block.parse().ok()?;
        let fits = (1..=3).contains(&stage) && block < self.blocks;
        fits.then(|| (stage - 1) * self.blocks + block)
    }
}

/// A name within a block: the projection is torchvision's `downsample`.
fn within_block(parts: &[&str]) -> String {
    match parts {
        ["downsample", rest @ ..] => format!("shortcut.{}", rest.join(".")),
        _ => parts.join("."),
    }
}
