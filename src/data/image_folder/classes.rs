//! The pictures of a part, each with its class: by the folder that it lies in, or by a table.

use std::collections::{BTreeMap, BTreeSet};

use super::error::FolderError;
use super::flat;
use super::labels::Labels;
use super::layout::{self, classes_in, pictures_below};
use super::left_out::{Fate, note_with};
use super::lister::{Labelled, Lister, pictures_of, pictures_text};
use super::names::{NamedPart, folder_text, readable, readable_path};
use super::tree::Folder;
use crate::data::DataError;
use crate::data::loaded::some_of;
use crate::field::{Field, Remedy};

impl<'a> Lister<'a> {
    /// The pictures of a folder that has classes, or a table of labels.
    pub(super) fn classes_or_table(
        &mut self,
        base: &'a Folder,
    ) -> Result<Vec<Labelled>, DataError> {
        if self.options.labels.is_some() {
            return self.by_given_table(&[base]);
        }
        if base.own_pictures == 0 && base.pictures == 0 {
            return Err(flat::no_pictures(self, base).into());
        }
        if base.with_pictures().count() > 1 {
            for text in flat::unused_tables(self, base) {
                let way = Remedy::Give(Field::Labels, "FILE", "to take a table's labels");
                self.notes.push(note_with(text, way));
            }
            return self.by_folders(base);
        }
        self.by_table(base, &[base])
    }

    pub(super) fn training_part(
        &mut self,
        base: &'a Folder,
        parts: &[&'a Folder],
    ) -> Result<Vec<Labelled>, DataError> {
        if self.options.labels.is_some() {
            return self.by_given_table(parts);
        }
        let has_classes = |part: &&&Folder| classes_in(part).with_pictures().count() > 1;
        if !parts.iter().any(|part| has_classes(&part)) {
            return self.by_table(base, parts);
        }
        let mut labelled = Vec::new();
        for part in parts {
            labelled.extend(self.by_folders(classes_in(part))?);
        }
        Ok(labelled)
    }

    /// The pictures to test on: of the first part whose pictures have labels.
    pub(super) fn test_part(
        &mut self,
        base: &'a Folder,
        tests: &[(&'a Folder, NamedPart)],
        train: &[Labelled],
    ) -> Result<Option<Vec<Labelled>>, DataError> {
        let classes: BTreeSet<&str> = train.iter().map(|(_, class)| class.as_str()).collect();
        let mut used: Option<(&Folder, Vec<Labelled>)> = None;
        let mut unknown = None;
        for (part, named) in tests {
            let text = folder_text(&part.path);
            let about = format!("{text} ({}) is not used", pictures_text(part.pictures));
            if let Some((other, _)) = used {
                self.say(format!(
                    "{about}: {} is tested on",
                    folder_text(&other.path)
                ));
            } else if let Some(level) = level_with(part, &classes) {
                let labelled = self.test_folders(part, level, &classes)?;
                used = Some((part, labelled));
                continue;
            } else if let Some(table) = flat::table_of(self, base, &[part], *named)? {
                used = Some((part, self.take(table, &[part])));
                continue;
            } else {
                unknown = unknown.or(Some(*part).filter(|part| part.with_pictures().count() > 1));
                self.say(format!("{about}: its pictures have no labels"));
            }
            self.give(&pictures_below(self.tree, part), Fate::Unused);
        }
        match (used, unknown) {
            (None, Some(part)) => {
                let folders: Vec<_> = part
                    .with_pictures()
                    .map(|class| readable(class.name()))
                    .collect();
                Err(FolderError::UnknownClass {
                    part: folder_text(&part.path),
                    folders: some_of(&folders),
                }
                .into())
            }
            (used, _) => Ok(used.map(|(_, labelled)| labelled)),
        }
    }

    /// The pictures of a test part's class folders, by the names of the training part's.
    fn test_folders(
        &mut self,
        part: &'a Folder,
        level: &'a Folder,
        classes: &BTreeSet<&str>,
    ) -> Result<Vec<Labelled>, DataError> {
        let mut labelled = self.by_folders(level)?;
        let (mut alike, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        for (_, class) in &mut labelled {
            if classes.contains(class.as_str()) {
                continue;
            }
            match only_alike(classes, class) {
                Some(known) => {
                    alike.insert(format!("{class} for {known}"));
                    known.clone_into(class);
                }
                None => {
                    unknown.insert(class.clone());
                }
            }
        }
        if !unknown.is_empty() {
            let folders: Vec<_> = unknown.into_iter().collect();
            let part = folder_text(&part.path);
            let folders = some_of(&folders);
            return Err(FolderError::UnknownClass { part, folders }.into());
        }
        if !alike.is_empty() {
            let alike: Vec<_> = alike.into_iter().collect();
            let part = folder_text(&part.path);
            self.say(format!(
                "in {part} these folders are taken for those classes: {}",
                some_of(&alike)
            ));
        }
        let present: BTreeSet<&str> = labelled.iter().map(|(_, class)| class.as_str()).collect();
        let absent: Vec<&str> = classes.difference(&present).copied().collect();
        if !absent.is_empty() {
            let count = absent.len();
            let (classes, verb) = if count == 1 {
                ("class", "has")
            } else {
                ("classes", "have")
            };
            self.say(format!(
                "{count} {classes} {verb} no pictures to test on: {}",
                some_of(&absent)
            ));
        }
        Ok(labelled)
    }

    /// The pictures of class folders: all that lie in one or below it.
    pub(super) fn by_folders(&mut self, folder: &'a Folder) -> Result<Vec<Labelled>, DataError> {
        layout::check_nested(folder)?;
        let empty = layout::empty_folders(self.tree, folder, self.options.skip_bad)?;
        if !empty.is_empty() {
            let verb = if empty.len() == 1 {
                "has no pictures and is no class"
            } else {
                "have no pictures and are no classes"
            };
            self.say(format!("{} {verb}", some_of(&empty)));
        }
        let mut labelled = Vec::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut nested = 0;
        let mut no_utf8 = Vec::new();
        for class in folder.with_pictures() {
            let name = readable(class.name());
            if class.name().to_str().is_none() {
                no_utf8.push(name.clone());
            }
            let alike = seen.insert(name.trim().to_lowercase(), name.clone());
            match alike {
                Some(other) if other == name => self.say(format!(
                    "two folders in {} are both called {name}, written differently: they are one class",
                    folder_text(&folder.path)
                )),
                Some(other) => self.say(format!(
                    "{other} and {name} in {} differ in capitals or blanks only: they are two classes",
                    folder_text(&folder.path)
                )),
                None => {}
            }
            let pictures = pictures_below(self.tree, class);
            nested += pictures.len() - class.own_pictures;
            labelled.extend(pictures.into_iter().map(|at| (at, name.clone())));
        }
        if !no_utf8.is_empty() {
            let some = some_of(&no_utf8);
            self.say(format!(
                "names that are no UTF-8 are shown with the numbers of their bytes: {some}"
            ));
        }
        if nested > 0 {
            self.say(format!(
                "{} in folders within class folders: each belongs to the class that it lies in",
                pictures_lie(nested)
            ));
        }
        let loose: Vec<_> = self.tree.pictures(&folder.own).collect();
        self.give(&loose, Fate::Loose);
        Ok(labelled)
    }

    /// The pictures of `parts` by the table that was given.
    fn by_given_table(&mut self, parts: &[&'a Folder]) -> Result<Vec<Labelled>, DataError> {
        let table = flat::given_table(self, parts)?;
        Ok(self.take(table, parts))
    }

    /// The pictures of `parts` by a table that lies with them.
    fn by_table(
        &mut self,
        base: &'a Folder,
        parts: &[&'a Folder],
    ) -> Result<Vec<Labelled>, DataError> {
        match flat::table_of(self, base, parts, NamedPart::Train)? {
            Some(table) => Ok(self.take(table, parts)),
            None => Err(flat::refusal(self, base, parts).into()),
        }
    }

    /// The pictures that a table labels.
    fn take(&mut self, table: Labels, parts: &[&Folder]) -> Vec<Labelled> {
        let pictures = pictures_of(self.tree, parts);
        let file = readable_path(&table.file);
        let (named, all) = (table.count(), pictures.len());
        let unknown = match table.unknown {
            0 => String::new(),
            1 => "; 1 row names no picture".to_owned(),
            rows => format!("; {rows} rows name no picture"),
        };
        self.say(format!(
            "the labels are those in {file}, which has {named} of {all} pictures{unknown}"
        ));
        if let Some(at) = self
            .tree
            .files
            .iter()
            .position(|found| found.path == table.file)
        {
            self.fates[at] = Fate::Labels;
        }
        let mut labelled = Vec::new();
        let mut unlabelled = Vec::new();
        for (at, label) in pictures.into_iter().zip(table.labels) {
            match label {
                Some(label) => labelled.push((at, label)),
                None => unlabelled.push(at),
            }
        }
        if !unlabelled.is_empty() {
            let paths: Vec<_> = unlabelled
                .iter()
                .map(|&at| readable_path(&self.tree.files[at].path))
                .collect();
            let verb = if paths.len() == 1 { "has" } else { "have" };
            self.say(format!(
                "{} {verb} no label and {} not read: {}",
                pictures_text(paths.len()),
                if paths.len() == 1 { "is" } else { "are" },
                some_of(&paths)
            ));
            self.give(&unlabelled, Fate::Unlabelled);
        }
        labelled
    }
}

/// The level of a part on which a folder has a known class's name.
fn level_with<'t>(part: &'t Folder, classes: &BTreeSet<&str>) -> Option<&'t Folder> {
    layout::levels(part).find(|level| {
        level.with_pictures().any(|folder| {
            let name = readable(folder.name());
            classes.contains(name.as_str()) || only_alike(classes, &name).is_some()
        })
    })
}

/// The one class that differs in capitals or blanks only.
fn only_alike<'c>(classes: &BTreeSet<&'c str>, name: &str) -> Option<&'c str> {
    let plain = |name: &str| name.trim().to_lowercase();
    let mut alike = classes.iter().filter(|class| plain(class) == plain(name));
    let first = alike.next()?;
    alike.next().is_none().then_some(*first)
}

fn pictures_lie(count: usize) -> String {
    let verb = if count == 1 { "lies" } else { "lie" };
    format!("{} {verb}", pictures_text(count))
}
