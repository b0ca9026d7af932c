//! The shape of the images that would be trained on, as far as it is known before they are read.

use super::Setup;
use crate::data::{DataShape, DataSource, digits, shapes};
use crate::train::settings::Settings;

/// The shape of data as it was read, and the settings that cut it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    shape: DataShape,
    image_size: u32,
    limit_train: Option<u64>,
    limit_test: Option<u64>,
}

impl Setup {
    /// Says what images are like, as they were read with the settings as they are now.
    pub fn set_shape(&mut self, data: &DataSource, shape: DataShape) {
        let known = Known {
            shape,
            image_size: self.settings.image_size,
            limit_train: self.settings.limit_train,
            limit_test: self.settings.limit_test,
        };
        self.known.insert(data.clone(), known);
    }

    /// The shape of the images that would be trained on, and whether it is known, not assumed.
    pub fn shape(&self) -> (DataShape, bool) {
        let settings = &self.settings;
        let known = self.known.get(&settings.data);
        let (mut shape, is_known) = match &settings.data {
            DataSource::Digits => (digits::shape(settings.digits_size), true),
            DataSource::Shapes => (shapes::SHAPE, true),
            DataSource::Path(_) => {
                match known.filter(|known| known.image_size == settings.image_size) {
                    Some(known) => known.at(settings),
                    // CIFAR-10's, at the size that pictures are brought to.
                    None => (
                        DataShape {
                            channels: 3,
                            height: settings.image_size,
                            width: settings.image_size,
                            classes: 10,
                            train: 50_000,
                            test: 10_000,
                        },
                        false,
                    ),
                }
            }
        };
        let cut = |count: usize, limit: Option<u64>| {
            limit.map_or(count, |limit| {
                count.min(usize::try_from(limit).unwrap_or(usize::MAX))
            })
        };
        shape.train = cut(shape.train, settings.limit_train);
        shape.test = cut(shape.test, settings.limit_test);
        (shape, is_known)
    }
}

impl Known {
    /// The shape at other limits, and whether that is known. A count that a limit had cut says nothing
    /// of how many images there are without it.
    fn at(&self, settings: &Settings) -> (DataShape, bool) {
        let is_cut = |count: usize, limit: Option<u64>, now: Option<u64>| {
            limit == Some(count as u64) && now.is_none_or(|now| now > count as u64)
        };
        let mut shape = self.shape;
        let mut is_known = true;
        if is_cut(shape.train, self.limit_train, settings.limit_train) {
            (shape.train, is_known) = (50_000, false);
        }
        if is_cut(shape.test, self.limit_test, settings.limit_test) {
            (shape.test, is_known) = (10_000, false);
        }
        (shape, is_known)
    }
}
