//! The list of all views. A new one is a line here, beside the file that it is in.

use std::any::Any;

use serde::{Deserialize, Serialize};

use super::view::View;
use super::{channels, curves, experiments, inside, runs, switching_off};

/// Makes [`ViewId`] and [`Views`] of the list below.
macro_rules! views {
    ($($(#[$about:meta])* $id:ident: $view:ty,)*) => {
        /// Which view. Layouts are kept by these names, so that one keeps its name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum ViewId {
            $($(#[$about])* $id,)*
        }

        impl ViewId {
            /// All of them, in the order of their tabs.
            pub const ALL: &[Self] = &[$(Self::$id),*];
        }

        impl Default for Views {
            fn default() -> Self {
                Self(vec![$(Box::<$view>::default()),*])
            }
        }
    };
}

views! {
    /// Loss, accuracy, learning rate.
    Curves: curves::Curves,
    /// Questions that several runs answer.
    Experiments: experiments::ExperimentsView,
    /// Every channel of every layer.
    Channels: channels::heat_map::HeatMap,
    /// The picked layer.
    Layer: channels::layer::LayerView,
    /// The share of channels that are off, over the run.
    Share: channels::share::Share,
    /// What switching channels off does.
    SwitchingOff: switching_off::SwitchingOff,
    /// Test images, answers, feature maps.
    Images: inside::Inside,
    /// Earlier runs.
    Runs: runs::RunsView,
}

/// The first of the list.
impl Default for ViewId {
    fn default() -> Self {
        Self::ALL[0]
    }
}

/// The views, each with what the reader chose in it.
pub struct Views(Vec<Box<dyn View>>);

impl Views {
    /// One of them.
    pub fn get(&self, id: ViewId) -> &dyn View {
        &*self.0[id as usize]
    }

    /// One of them.
    pub fn get_mut(&mut self, id: ViewId) -> &mut dyn View {
        &mut *self.0[id as usize]
    }

    /// The view of this type.
    ///
    /// # Panics
    ///
    /// Where the list has none.
    pub fn of_type<T: View>(&self) -> &T {
        let mut found = self.0.iter().filter_map(|view| {
            let view: &dyn Any = &**view;
            view.downcast_ref()
        });
        found.next().expect("a view of the list")
    }

    /// The view of this type.
    ///
    /// # Panics
    ///
    /// Where the list has none.
    pub fn of_type_mut<T: View>(&mut self) -> &mut T {
        let mut found = self.0.iter_mut().filter_map(|view| {
            let view: &mut dyn Any = &mut **view;
            view.downcast_mut()
        });
        found.next().expect("a view of the list")
    }

    /// All of them, by which they are.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (ViewId, &mut dyn View)> {
        let views = self.0.iter_mut().map(|view| &mut **view);
        ViewId::ALL.iter().copied().zip(views)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &dyn View> {
        self.0.iter().map(|view| &**view)
    }
}
