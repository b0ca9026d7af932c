//! Folders of pictures: one folder a class, or a table of labels; in parts, or to be split.
//!
//! `tree` reads all names once, `list` finds out what they mean: `layout` which folders are parts and
//! classes, `classes` and `flat` which picture is of which class (by folders, or by a table that `labels`
//! reads), `split` which are tested on, `left_out` what is to be said of the rest. None of that opens a
//! picture; `read` then decodes them.

mod classes;
mod error;
mod flat;
mod labels;
mod layout;
mod left_out;
mod list;
mod lister;
mod names;
mod read;
mod split;
mod tree;

use std::path::Path;

pub use error::FolderError;
pub use labels::Useless;
pub use left_out::Fate;
pub use list::{Listing, list};
pub use lister::Picture;
pub use split::DEFAULT_TEST_FRACTION;
pub use tree::{Kind, Source};

use super::{DataError, LoadOptions, Loaded};
use tree::{Disk, Tree};

/// Reads the folder of pictures at `path`: `[N, 3, S, S]` with S the option's image size; `None` if there is
/// neither a picture nor a folder in it.
///
/// With folders of parts, whatever their names' form (`train`, `Training`, `seg_train`), the test images are
/// those under `test/` or else `val/`, whichever has labels. Otherwise each class is split, by digests of the
/// files' paths: adding or taking away pictures moves no other to the other part. Classes are folders, with
/// all pictures below them, or what a table says (`id,label`), and are numbered in the order of their names.
/// Images come in an order that is mixed, but the same for every run, so that a limit leaves all classes
/// in. What is no picture, and what systems leave behind, is passed over and told.
///
/// # Errors
///
/// Folders without pictures, pictures without classes, fewer than two classes, test classes that are not
/// trained on, a test fraction for a folder that has its parts, and all pictures that cannot be decoded
/// (unless those are to be skipped).
pub async fn load_folder(path: &Path, options: &LoadOptions) -> Result<Option<Loaded>, DataError> {
    let source = Disk::new(path);
    let tree = Tree::read(&source, path)?;
    if tree.root.folders.is_empty() && tree.root.pictures == 0 {
        return Ok(None);
    }
    let listing = list::list_tree(&source, &tree, path, options)?;
    drop(tree);
    read::read(path, listing, options).await.map(Some)
}
