//! The pictures of a listing, decoded.

use std::collections::BTreeSet;
use std::path::Path;

use image::ImageFormat;
use rayon::prelude::*;

use super::error::FolderError;
use super::left_out::{note, note_with};
use super::list::Listing;
use super::lister::Picture;
use super::names;
use super::split::content_digest;
use crate::data::cifar::reserve;
use crate::data::loaded::{first_of, some_of};
use crate::data::{
    DataError, DataSet, Images, LoadOptions, Loaded, Manifest, Part, SourceFile, picture,
};
use crate::field::{Explanation, Field, Remedy};
use crate::numbers::counted;
use crate::platform::{IS_A_PAGE, fs, yield_now};

/// Pictures that a page decodes between two of its other turns; some ten milliseconds.
const PICTURES_A_TURN: usize = 64;
/// Bad pictures that are named.
const NAMED: usize = 10;

/// Reads and decodes what was listed.
pub(super) async fn read(
    path: &Path,
    listing: Listing,
    options: &LoadOptions,
) -> Result<Loaded, DataError> {
    let mut found = Found::default();
    let mut reading = Reading {
        path,
        options,
        found: &mut found,
    };
    let train = reading
        .part(&listing.train, options.limit_train, Part::Train)
        .await?;
    let test = reading
        .part(&listing.test, options.limit_test, Part::Test)
        .await?;
    let mut bad = std::mem::take(&mut found.bad);
    bad.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut notes = listing.notes;
    if !bad.is_empty() {
        if !options.skip_bad {
            return Err(refusal(bad, found.read));
        }
        let shown: Vec<_> = bad
            .iter()
            .take(NAMED)
            .map(|(name, error)| format!("{name}: {}", reason(error)))
            .collect();
        let more = match bad.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let verb = if bad.len() == 1 {
            "cannot be read and is left out"
        } else {
            "cannot be read and are left out"
        };
        let count = counted(bad.len() as u64, "picture");
        notes.push(note(format!("{count} {verb}: {}{more}", shown.join("; "))));
    }
    for (images, verb) in [(&train, "train"), (&test, "test")] {
        if images.is_empty() {
            return Err(FolderError::NothingLeft {
                folder: path.display().to_string(),
                verb,
                why: ": none can be read".to_owned(),
            }
            .into());
        }
    }
    let absent =
        (0..listing.classes.len()).filter(|label| !train.labels.contains(&(*label as u32)));
    let absent: Vec<_> = absent
        .map(|label| listing.classes[label].as_str())
        .collect();
    if !absent.is_empty() && options.limit_train.is_none() {
        notes.push(note(format!(
            "no picture is left to train on of these classes: {}",
            some_of(&absent)
        )));
    }
    found.tell(options, &mut notes);
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Loaded {
        data: DataSet {
            train,
            test,
            classes: listing.classes,
        },
        manifest: Manifest { files: found.files },
        notes,
    })
}

/// What decoding finds out.
#[derive(Default)]
struct Found {
    files: Vec<SourceFile>,
    read: usize,
    /// Names, and why they cannot be read.
    bad: Vec<(String, DataError)>,
    transparent: usize,
    /// Those whose ending is another format's, or none: `a.jpg (WebP)`.
    misnamed: Vec<String>,
    /// Those with more than one picture.
    with_more: Vec<String>,
}

struct Reading<'a> {
    path: &'a Path,
    options: &'a LoadOptions,
    found: &'a mut Found,
}

/// A picture's file as it was read.
struct Seen {
    bytes: u64,
    digest: u64,
    format: ImageFormat,
    is_transparent: bool,
    has_more: bool,
}

impl Reading<'_> {
    /// Decodes the first pictures of a part, on as many threads as there are processors.
    async fn part(
        &mut self,
        pictures: &[Picture],
        limit: Option<usize>,
        part: Part,
    ) -> Result<Images, DataError> {
        let (pictures, others) = pictures.split_at(limit.unwrap_or(usize::MAX).min(pictures.len()));
        let size = self.options.image_size;
        let mut images = Images::empty(3, size, size);
        let bytes = images.image_bytes();
        reserve(
            &self.path.display().to_string(),
            &mut images.pixels,
            pictures.len() as u128 * bytes as u128,
        )?;
        images.pixels.resize(pictures.len() * bytes, 0);
        let at_once = if IS_A_PAGE {
            PICTURES_A_TURN
        } else {
            pictures.len().max(1)
        };
        let turns = images
            .pixels
            .chunks_mut(at_once * bytes)
            .zip(pictures.chunks(at_once));
        let mut seen = Vec::with_capacity(pictures.len());
        for (pixels, pictures) in turns {
            let each = pixels.par_chunks_exact_mut(bytes).zip(pictures);
            let read = each
                .map(|(pixels, picture)| read_picture(self.path, picture, self.options, pixels));
            seen.extend(read.collect::<Vec<_>>());
            yield_now().await;
        }
        let mut kept = 0;
        for (at, (picture, seen)) in pictures.iter().zip(seen).enumerate() {
            match seen {
                Ok(seen) => {
                    images
                        .pixels
                        .copy_within(at * bytes..(at + 1) * bytes, kept * bytes);
                    images.labels.push(picture.label);
                    kept += 1;
                    self.found.add(picture, part, &seen);
                }
                Err(error) => self
                    .found
                    .bad
                    .push((names::readable_path(&picture.path), error)),
            }
        }
        images.pixels.truncate(kept * bytes);
        self.found.read += pictures.len();
        for picture in others {
            let bytes = fs::metadata(self.path.join(&picture.path));
            self.found.files.push(SourceFile {
                path: picture.key.clone(),
                bytes: bytes.map_or(0, |metadata| metadata.len()),
                digest: None,
                part,
            });
        }
        Ok(images)
    }
}

/// Reads and decodes one picture.
fn read_picture(
    folder: &Path,
    listed: &Picture,
    options: &LoadOptions,
    pixels: &mut [u8],
) -> Result<Seen, DataError> {
    let path = folder.join(&listed.path);
    let file = path.display().to_string();
    let bytes = fs::metadata(&path).map_err(DataError::read(&file))?.len();
    if bytes > picture::LARGEST_FILE {
        let (limit, why) = (picture::LARGEST_FILE, "that the file of a picture may have");
        return Err(DataError::TooLarge {
            file,
            bytes: format!("{bytes} bytes"),
            limit,
            why,
        });
    }
    let content = fs::read(&path).map_err(DataError::read(&file))?;
    let decoded = picture::decode(&file, &content, options.image_size, options.background)?;
    pixels.copy_from_slice(&decoded.pixels);
    Ok(Seen {
        bytes: content.len() as u64,
        digest: content_digest(&content),
        format: decoded.format,
        is_transparent: decoded.is_transparent,
        has_more: decoded.has_more,
    })
}

impl Found {
    fn add(&mut self, picture: &Picture, part: Part, seen: &Seen) {
        self.files.push(SourceFile {
            path: picture.key.clone(),
            bytes: seen.bytes,
            digest: Some(seen.digest),
            part,
        });
        self.transparent += usize::from(seen.is_transparent);
        let path = || names::readable_path(&picture.path);
        let ending = names::ending(picture.path.file_name().unwrap_or_default());
        if names::format_of(&ending) != Some(seen.format) {
            self.misnamed
                .push(format!("{} ({})", path(), format_name(seen.format)));
        }
        if seen.has_more {
            self.with_more.push(path());
        }
    }

    fn tell(&self, options: &LoadOptions, notes: &mut Vec<Explanation>) {
        let count = |count: usize| counted(count as u64, "picture");
        if self.transparent > 0 {
            let verb = if self.transparent == 1 { "is" } else { "are" };
            let (transparent, background) = (count(self.transparent), options.background);
            let text = format!(
                "{transparent} of {} {verb} transparent and laid over {background}",
                self.read
            );
            notes.push(note_with(text, Remedy::Change(&[Field::Background])));
        }
        if !self.misnamed.is_empty() {
            let some = first_of(&self.misnamed, NAMED);
            let verb = if self.misnamed.len() == 1 {
                "has"
            } else {
                "have"
            };
            let text = format!(
                "{} {verb} an ending that is not the content's; the content counts: {some}",
                count(self.misnamed.len())
            );
            notes.push(note(text));
        }
        if !self.with_more.is_empty() {
            let some = some_of(&self.with_more);
            let files = counted(self.with_more.len() as u64, "file");
            let verb = if self.with_more.len() == 1 {
                "has"
            } else {
                "have"
            };
            notes.push(note(format!(
                "{files} {verb} several pictures (an animation, or pages), of which the first is read: {some}"
            )));
        }
        let contents = |part: Part| -> BTreeSet<(u64, u64)> {
            let files = self.files.iter().filter(|file| file.part == part);
            files
                .filter_map(|file| Some((file.bytes, file.digest?)))
                .collect()
        };
        let trained = contents(Part::Train);
        let both = contents(Part::Test).intersection(&trained).count();
        if both > 0 {
            let verb = if both == 1 {
                "is a training picture"
            } else {
                "are training pictures"
            };
            notes.push(note(format!(
                "{} to test on {verb} too, byte for byte: what they add to the accuracy is learnt by heart",
                count(both)
            )));
        }
    }
}

/// The error for pictures that cannot be read: all of them at once.
fn refusal(mut bad: Vec<(String, DataError)>, pictures: usize) -> DataError {
    if bad.len() == 1
        && let Some((_, error)) = bad.pop()
    {
        return error;
    }
    let shown = bad
        .iter()
        .take(NAMED)
        .map(|(name, error)| format!("{name}: {}", reason(error)));
    let mut shown: Vec<_> = shown.collect();
    if bad.len() > NAMED {
        shown.push(format!("and {} more", bad.len() - NAMED));
    }
    let count = bad.len();
    FolderError::BadPictures {
        count,
        pictures,
        shown,
    }
    .into()
}

/// Why a picture cannot be read, without its name and what to do.
fn reason(error: &DataError) -> String {
    match error {
        DataError::Picture { reason, .. } => reason.clone(),
        DataError::PictureSize { width, height, .. } => format!("it is {width} × {height} pixels"),
        DataError::Read { source, .. } => source.to_string(),
        DataError::TooLarge { bytes, limit, .. } => format!("it has {bytes}, more than {limit}"),
        other => other.to_string(),
    }
}

fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Gif => "GIF",
        _ => "another",
    }
}
