//! Test images with the network's answers, and what a channel makes of one.

/// stub
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Inside;
impl Inside {
    /// .
    pub fn forget(&mut self) {}
    /// .
    pub fn take(&mut self, _: &crate::session::Found) {}
    /// .
    pub fn fail(&mut self, _: impl ToString) {}
    /// .
    pub fn images(&self) -> &[u32] {
        &[]
    }
    /// .
    pub fn maps(&self) -> Option<(crate::network::graph::BatchNormId, u32)> {
        None
    }
    /// .
    pub fn expect(&mut self, _: &crate::session::Look) {}
}
