//! One layer: signed bars of γ and β, and how γ is distributed.
