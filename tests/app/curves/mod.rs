//! Curves: what a run reported, how it is thinned, the widgets around it, and what is exported.

mod export;
mod history;
mod runs;
mod view;
