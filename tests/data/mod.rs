//! Reading data sets: each format as it should be, as it should not be, and as random bytes; the
//! drawn digits and made-up shapes; and the order and moves of images.

mod bad_input;
mod bad_pictures;
mod cifar_layouts;
mod corrupt;
mod digits;
mod files;
mod formats;
mod hostile_files;
mod idx_layouts;
mod image_folder;
mod labels;
mod manifest;
mod not_data;
mod order_and_batches;
mod pictures;
pub mod properties;
mod shapes;
mod trees;
