//! Reading data sets: each format as it should be, as it should not be, and as random bytes; the
//! made-up shapes; and the order and moves of images.

mod bad_input;
mod bad_pictures;
mod files;
mod formats;
mod image_folder;
mod labels;
mod manifest;
mod order_and_batches;
mod pictures;
mod properties;
mod shapes;
mod trees;
