//! The files of `src/`: which modules each names, and how long it and its functions are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Files by their path from the package's folder.
pub struct Sources {
    files: BTreeMap<String, String>,
    /// Modules as `engine::plan`, and the file of each.
    modules: BTreeMap<String, String>,
}

impl Sources {
    /// All of `src/`, without tests.
    pub fn of_this_package() -> Self {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = BTreeMap::new();
        let mut folders = vec![package.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).expect("a text");
                    let name = path.strip_prefix(package).expect("a path of the package");
                    files.insert(name.to_string_lossy().replace('\\', "/"), text);
                }
            }
        }
        assert!(files.len() > 50, "{} files", files.len());
        Self::new(files)
    }

    /// These files.
    pub fn new(mut files: BTreeMap<String, String>) -> Self {
        files.retain(|path, _| !path.ends_with("/tests.rs"));
        let modules = files.keys().map(|path| (module(path), path.clone()));
        Self {
            modules: modules.collect(),
            files,
        }
    }

    /// Which other files each uses, but for those that are parent and child.
    pub fn uses(&self) -> BTreeMap<String, BTreeSet<String>> {
        let used_by = |(path, text): (&String, &String)| {
            let user = module(path);
            let used = paths(text).into_iter().filter_map(|path| {
                let used = self.resolve(&user, &path)?;
                let is_family = is_within(&used, &user) || is_within(&user, &used);
                (!is_family).then(|| self.modules[&used].clone())
            });
            (path.clone(), used.collect())
        };
        self.files.iter().map(used_by).collect()
    }

    /// Uses of a module by one that stands above it in `lib.rs`.
    pub fn upward_uses(&self) -> Vec<String> {
        let order = self.order();
        let place = |module: &str| {
            let top = module.split("::").next().unwrap_or_default();
            let place = order.iter().position(|name| name == top);
            (top.to_owned(), place)
        };
        let mut upward = BTreeSet::new();
        for (path, text) in &self.files {
            let user = module(path);
            if let (top, None) = place(&user) {
                assert!(
                    ["", "main"].contains(&top.as_str()),
                    "lib.rs has no place for {top}"
                );
                continue;
            }
            for used in paths(text) {
                let Some(used) = self.resolve(&user, &used) else {
                    continue;
                };
                let (top, used_place) = place(&used);
                if used_place > place(&user).1 {
                    upward.insert(format!("{path} uses {top}"));
                }
            }
        }
        upward.into_iter().collect()
    }

    /// The modules in the order in which the numbered lines of `lib.rs` name them: ``//! 1. [`data`]: …``.
    fn order(&self) -> Vec<String> {
        let lib = &self.files["src/lib.rs"];
        let numbered = lib.lines().filter_map(|line| {
            let (number, rest) = line.strip_prefix("//! ")?.split_once(". ")?;
            number.parse::<u32>().ok().map(|_| rest)
        });
        let names = numbered.flat_map(|line| line.split('`').skip(1).step_by(2));
        names
            .map(|name| name.strip_prefix("mod@").unwrap_or(name).to_owned())
            .filter(|name| self.modules.contains_key(name))
            .collect()
    }

    /// The module in which a path ends that stands in a module; `None` if it leads to another crate.
    fn resolve(&self, user: &str, path: &[String]) -> Option<String> {
        let mut names: Vec<&str> = user.split("::").filter(|name| !name.is_empty()).collect();
        let mut path = path.iter().map(String::as_str).peekable();
        match path.next()? {
            "crate" => names.clear(),
            "self" => {}
            "super" => {
                names.pop()?;
                while path.next_if_eq(&"super").is_some() {
                    names.pop()?;
                }
            }
            first => {
                names.push(first);
                if !self.modules.contains_key(&names.join("::")) {
                    return None;
                }
            }
        }
        for name in path {
            names.push(name);
            if !self.modules.contains_key(&names.join("::")) {
                names.pop();
                break;
            }
        }
        let module = names.join("::");
        self.modules.contains_key(&module).then_some(module)
    }

    /// Files of more lines than this.
    pub fn long_files(&self, most: usize) -> Vec<String> {
        let lines = self
            .files
            .iter()
            .map(|(path, text)| (path, text.lines().count()));
        lines
            .filter(|(_, lines)| *lines > most)
            .map(|(path, lines)| format!("{path} has {lines} lines"))
            .collect()
    }

    /// Functions of more lines than this.
    pub fn long_functions(&self, most: usize) -> Vec<String> {
        let functions = self.files.iter().flat_map(|(path, text)| {
            let of_file = functions(text).into_iter();
            of_file.map(move |(name, lines)| (path, name, lines))
        });
        functions
            .filter(|(_, _, lines)| *lines > most)
            .map(|(path, name, lines)| format!("{path}: {name} has {lines} lines"))
            .collect()
    }
}

/// `src/engine/plan.rs` as `engine::plan`; `lib.rs` as nothing.
fn module(path: &str) -> String {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    match path {
        "lib" => String::new(),
        _ => path.replace('/', "::"),
    }
}

/// Whether a module is another or lies within it; all lies within the crate, which is no use.
fn is_within(module: &str, other: &str) -> bool {
    other.is_empty() || module == other || module.starts_with(&format!("{other}::"))
}

/// The paths that a text names: all of `use` declarations, and elsewhere those from `crate` or `super` on.
/// Tests beside the code and comments do not count.
fn paths(text: &str) -> Vec<Vec<String>> {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
        .collect();
    let mut paths = Vec::new();
    let mut code = String::new();
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        let declared = line.split_once("use ").filter(|(before, _)| {
            before.is_empty() || (before.starts_with("pub") && before.ends_with(' '))
        });
        let Some((_, declared)) = declared else {
            code.push_str(line);
            code.push('\n');
            continue;
        };
        let mut tree = declared.to_owned();
        while !tree.contains(';') {
            tree.push_str(lines.next().expect("the end of a `use`"));
        }
        let tree = tree.split(';').next().unwrap_or_default();
        expand(&[], &tree.replace(' ', ""), &mut paths);
    }
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            let is_path = before
                .is_none_or(|letter| !letter.is_alphanumeric() && letter != ':' && letter != '_');
            // `pub(in crate::…)` names who may use, not who is used.
            if is_path && !code[..at].ends_with("(in ") {
                let is_name = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
                let path = code[at..]
                    .split(|letter| !is_name(letter))
                    .next()
                    .unwrap_or_default();
                paths.push(path.split("::").map(str::to_owned).collect());
            }
        }
    }
    paths
}

/// `a::{b, c::{d, self}}` as `a::b`, `a::c::d` and `a::c::self`, without spaces; `as` is left in the last name.
fn expand(before: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let brace = tree.find('{');
    let mut path = before.to_vec();
    let names = &tree[..brace.unwrap_or(tree.len())];
    path.extend(
        names
            .split("::")
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
    );
    let Some(brace) = brace else {
        paths.push(path);
        return;
    };
    let inner = tree[brace + 1..]
        .strip_suffix('}')
        .expect("a closing brace");
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if start < at {
                    expand(&path, &inner[start..at], paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Names and lines of functions. What rustfmt has laid out ends at a brace that stands as far in as the
/// function began.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let Some((before, rest)) = code.split_once("fn ") else {
            continue;
        };
        let words = ["const", "async", "pub"];
        let is_function = before
            .split_whitespace()
            .all(|word| words.contains(&word) || word.starts_with("pub(") || word.ends_with(')'));
        if !is_function || code.starts_with("//") {
            continue;
        }
        let name: String = rest
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect();
        let indent = &line[..line.len() - code.len()];
        let ends = |line: &&str| {
            let is_alone = line.strip_prefix(indent).is_some_and(|line| line == "}");
            let is_declared = line
                .strip_prefix(indent)
                .is_some_and(|line| line.starts_with(')') && line.ends_with(';'));
            is_alone || is_declared
        };
        let is_of_one_line = code.ends_with('}') || code.ends_with(';');
        let more = match is_of_one_line {
            true => 0,
            false => lines[first..].iter().position(ends).unwrap_or(0),
        };
        functions.push((name, more + 1));
    }
    functions
}
