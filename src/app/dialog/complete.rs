//! Paths that are typed, completed as a shell does.

use std::path::{MAIN_SEPARATOR, Path, is_separator};

use crate::platform::{expand_home, fs};

/// More than these are not listed.
const LISTED: usize = 8;

/// What a typed path becomes, and what it could become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Completed {
    /// The path, as far as it is the same for all that fit.
    pub text: String,
    /// Names of those that fit, where there are several.
    pub fitting: Vec<String>,
}

/// Completes the last name of a path by what lies in its folder: by folders alone where one is asked for.
pub(super) fn complete(typed: &str, only_folders: bool) -> Completed {
    let start = typed.rfind(is_separator).map_or(0, |at| at + 1);
    let (folder, begun) = typed.split_at(start);
    let place = match folder {
        "" => Path::new(".").to_owned(),
        folder => expand_home(folder.into()),
    };
    let mut fitting = names(&place, begun, only_folders);
    fitting.sort();
    let name = match &fitting[..] {
        [] => begun.to_owned(),
        [(name, is_folder)] => match is_folder {
            true => format!("{name}{MAIN_SEPARATOR}"),
            false => name.clone(),
        },
        [(first, _), others @ ..] => others.iter().fold(first.clone(), |common, (name, _)| {
            let same = common.chars().zip(name.chars());
            same.take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
        }),
    };
    let listed = match fitting.len() {
        0 | 1 => Vec::new(),
        count => {
            let names = fitting.into_iter().take(LISTED).map(|(name, _)| name);
            let more = (count > LISTED).then(|| format!("and {} more", count - LISTED));
            names.chain(more).collect()
        }
    };
    Completed {
        text: format!("{folder}{name}"),
        fitting: listed,
    }
}

/// What in a folder begins with these letters, and whether it is a folder; hidden ones if a dot was typed.
fn names(place: &Path, begun: &str, only_folders: bool) -> Vec<(String, bool)> {
    let Ok(entries) = fs::read_dir(place) else {
        return Vec::new();
    };
    let fits =
        |name: &str| name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
    let names = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        let is_folder = fs::is_dir(&path);
        (fits(&name) && (is_folder || !only_folders)).then_some((name, is_folder))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_far_as_they_are_one() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["run-a", "run-b", ".hidden"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("rubbish.txt"), "").unwrap();
        let typed = |name: &str| format!("{}{MAIN_SEPARATOR}{name}", folder.path().display());
        let completed = |name: &str, only_folders| {
            let Completed { text, fitting } = complete(&typed(name), only_folders);
            (text, fitting.join(" "))
        };
        let none = String::new;
        assert_eq!(completed("r", true), (typed("run-"), "run-a run-b".into()));
        assert_eq!(
            completed("r", false),
            (typed("ru"), "rubbish.txt run-a run-b".into())
        );
        let folder_b = format!("run-b{MAIN_SEPARATOR}");
        assert_eq!(completed("run-b", true), (typed(&folder_b), none()));
        assert_eq!(completed("rub", false), (typed("rubbish.txt"), none()));
        // Nothing fits: it stays as it was typed.
        assert_eq!(completed("x", false), (typed("x"), none()));
        let hidden = format!(".hidden{MAIN_SEPARATOR}");
        assert_eq!(completed(".h", false), (typed(&hidden), none()));
        assert_eq!(complete("/nowhere/at/a", false).text, "/nowhere/at/a");
    }
}
