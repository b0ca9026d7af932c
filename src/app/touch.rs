//! What hovers, for those who tap.
//!
//! A finger that is lifted leaves no pointer behind, so nothing that shows under a pointer at rest would
//! ever show. Here the place of a tap stays hovered until the next touch, where the tap did nothing (a
//! label, a picture, a button that is disabled) or where what was tapped asks for it ([`stay`]).

use egui::{Context, Event, Id, Plugin, Pos2, RawInput, TouchPhase, Ui, vec2};

/// A finger that moves further than this, in points, does not tap.
const TAP: f32 = 8.0;

/// Seconds from a tap until its place is hovered. egui shows nothing of what hovers where the last
/// movement was less than a tenth of a second after the last click.
const LATER: f64 = 0.15;

/// Keeps the place of a tap hovered. To be added to the context once.
#[derive(Debug, Default)]
pub struct Touch {
    began: Option<Pos2>,
    tapped: Option<Pos2>,
    stays: Option<Staying>,
}

/// A place that is going to be hovered.
#[derive(Clone, Copy, Debug)]
struct Staying {
    pos: Pos2,
    /// In seconds.
    from: f64,
    /// A pointer came near it; only then does it move to the place, which egui waits for.
    is_near: bool,
}

/// What was tapped in this frame tells something of the place under the finger: it stays hovered.
pub fn stay(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(asked(), true));
}

fn asked() -> Id {
    Id::unique("a tap's place stays hovered")
}

impl Plugin for Touch {
    fn debug_name(&self) -> &'static str {
        "touch"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        let mut is_new = false;
        for event in &input.events {
            let Event::Touch { phase, pos, .. } = event else {
                continue;
            };
            is_new = true;
            match phase {
                TouchPhase::Start => self.began = Some(*pos),
                TouchPhase::Move => {}
                TouchPhase::End => {
                    let began = self.began.take();
                    self.tapped = began.filter(|began| began.distance(*pos) < TAP);
                }
                TouchPhase::Cancel => self.began = None,
            }
        }
        self.stays = self.stays.filter(|_| !is_new);
        let now = ctx.input(|input| input.time);
        if let Some(stays) = self.stays.filter(|stays| stays.from <= now) {
            let away = if stays.is_near { 0.0 } else { 0.5 };
            let pos = stays.pos + vec2(away, 0.0);
            input.events.push(Event::PointerMoved(pos));
            self.stays = (!stays.is_near).then_some(Staying {
                is_near: true,
                ..stays
            });
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let is_asked = ui.data_mut(|data| data.remove_temp::<bool>(asked()));
        let now = ui.input(|input| input.time);
        if let Some(pos) = self.tapped.take() {
            let did_nothing = ui.ctx().interaction_snapshot(|now| now.clicked.is_none());
            if did_nothing || is_asked.is_some() {
                self.stays = Some(Staying {
                    pos,
                    from: now + LATER,
                    is_near: false,
                });
            }
        }
        if let Some(stays) = self.stays {
            let wait = (stays.from - now).max(0.0);
            ui.ctx().request_repaint_after_secs(wait as f32);
        }
    }
}
