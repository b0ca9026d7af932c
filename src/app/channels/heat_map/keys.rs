//! Moving the pick with the keyboard.

use egui::{Key, Response, Ui};

use super::HeatMap;
use crate::app::channels::{ChannelReply, Pick, Shown};
use crate::app::focus;

impl HeatMap {
    /// Arrow keys move the pick; up and down keep its place in the row.
    pub(super) fn keys(
        &self,
        ui: &Ui,
        response: &Response,
        shown: &Shown<'_>,
    ) -> Option<ChannelReply> {
        if !focus::takes_arrows(ui, response, true) {
            return None;
        }
        let pressed = |key| ui.input(|input| input.num_presses(key)) as isize;
        let across = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp)
            + 10 * (pressed(Key::PageDown) - pressed(Key::PageUp));
        let (home, end) = (pressed(Key::Home) > 0, pressed(Key::End) > 0);
        if across == 0 && down == 0 && !home && !end {
            return None;
        }
        let layers = shown.layers;
        let last_layer = layers.len() - 1;
        let pick = shown.picked.filter(|pick| pick.layer <= last_layer);
        let (layer, place) = match pick {
            None => (0, 0),
            Some(Pick { layer, channel }) => {
                let place = channel.map(|channel| self.sorted.place(layers, layer, channel));
                let to = layer.saturating_add_signed(down).min(last_layer);
                let across = if place.is_some() { across } else { 0 };
                (to, place.unwrap_or(0).saturating_add_signed(across))
            }
        };
        let last = layers.range(layer).len().checked_sub(1)?;
        let place = match (home, end) {
            (true, _) => 0,
            (_, true) => last,
            _ => place.min(last),
        };
        let channel = Some(self.sorted.channel(layers, layer, place));
        Some(ChannelReply::Pick(Pick { layer, channel }))
    }
}
