//! What of a folder is not read, counted and told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::names;
use super::tree::Tree;
use crate::data::loaded::some_of;
use crate::field::{Explanation, Field, Remedy};
use crate::numbers::counted;

/// What becomes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is trained on or tested on.
    Used,
    /// It says which pictures are of which class.
    Labels,
    /// It is no picture that can be read.
    #[default]
    Other,
    /// It lies beside the folders of classes.
    Loose,
    /// It is in a part that is not used.
    Unused,
    /// No label is known.
    Unlabelled,
    /// Its class has too few pictures.
    SmallClass,
    /// It is in the folder of a run.
    InRun,
    /// It is a picture in a folder that is neither class nor part.
    Elsewhere,
}

/// Gives each file that is not used a fate, where it has none yet, and says what is worth a word.
pub(super) fn tell(tree: &Tree, fates: &mut [Fate], notes: &mut Vec<Explanation>) {
    for (at, file) in tree.files.iter().enumerate() {
        if fates[at] == Fate::Other {
            if tree.runs.iter().any(|run| file.path.starts_with(run)) {
                fates[at] = Fate::InRun;
            } else if file.is_picture {
                fates[at] = Fate::Elsewhere;
            }
        }
    }
    let of = |fate: Fate| -> Vec<String> {
        let files = tree.files.iter().zip(&*fates);
        let files = files.filter(|(_, found)| **found == fate);
        files
            .map(|(file, _)| names::readable_path(&file.path))
            .collect()
    };
    for (fate, whose) in [
        (Fate::Loose, "beside the class folders"),
        (Fate::Elsewhere, "in other folders"),
    ] {
        let paths = of(fate);
        if !paths.is_empty() {
            let verb = if paths.len() == 1 { "is" } else { "are" };
            let count = counted(paths.len() as u64, "picture");
            let text = format!("{count} {whose} {verb} not read: {}", some_of(&paths));
            notes.push(note(text));
        }
    }
    if !tree.debris.is_empty() {
        let (count, some) = (tree.debris.len(), some_of(&paths(&tree.debris)));
        let text = format!("not read, as left behind by a system or a program ({count}): {some}");
        notes.push(note(text));
    }
    if !tree.odd.is_empty() {
        let odd = tree.odd.iter();
        let odd = odd.map(|(path, why)| format!("{} {why}", names::readable_path(path)));
        let odd: Vec<_> = odd.collect();
        notes.push(note(format!("not read ({}): {}", odd.len(), some_of(&odd))));
    }
    if !tree.runs.is_empty() {
        let runs = some_of(&paths(&tree.runs));
        notes.push(note(format!(
            "folders of runs are no classes and are not read: {runs}"
        )));
    }
    others(tree, fates, notes);
}

/// Files that are no pictures, by their endings.
fn others(tree: &Tree, fates: &[Fate], notes: &mut Vec<Explanation>) {
    let mut endings: BTreeMap<String, u64> = BTreeMap::new();
    let files = tree.files.iter().zip(fates);
    for (file, _) in files.filter(|(_, fate)| **fate == Fate::Other) {
        *endings.entry(names::ending(file.name())).or_default() += 1;
    }
    let count = endings.values().sum();
    if count > 0 {
        let (files, verb) = (
            counted(count, "file"),
            if count == 1 { "is" } else { "are" },
        );
        let is_picture = endings
            .keys()
            .any(|ending| names::is_unreadable_picture(ending));
        let way = match is_picture {
            true => "; pictures of other formats have to be saved as PNG or JPEG",
            false => "",
        };
        let text = format!("{files} {verb} not read: {}{way}", by_ending(endings));
        notes.push(note(text));
    }
}

/// `20 .txt, 3 .heic`, the most first.
pub(super) fn by_ending(endings: BTreeMap<String, u64>) -> String {
    const SHOWN: usize = 6;
    let mut endings: Vec<_> = endings.into_iter().collect();
    endings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = |(ending, count): &(String, u64)| match ending.is_empty() {
        true => format!("{count} without an ending"),
        false => format!("{count} .{ending}"),
    };
    let mut shown: Vec<_> = endings.iter().take(SHOWN).map(named).collect();
    let more: u64 = endings.iter().skip(SHOWN).map(|(_, count)| count).sum();
    if more > 0 {
        shown.push(format!("{more} of other endings"));
    }
    shown.join(", ")
}

fn paths(paths: &[PathBuf]) -> Vec<String> {
    paths
        .iter()
        .map(|path| names::readable_path(path))
        .collect()
}

/// A note about the data.
pub(super) fn note(text: String) -> Explanation {
    Explanation::new(text).about(Field::Data)
}

/// A note about the data, with what changes it.
pub(super) fn note_with(text: String, remedy: Remedy) -> Explanation {
    note(text).or(remedy)
}
