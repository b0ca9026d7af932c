//! Images lie in memory as elements of one pixel or of two neighbouring ones, four channels each: what
//! `shaders/pairs.wgsl` has for two.

/// The type of an element.
pub(super) fn element(pixels: u32) -> &'static str {
    match pixels {
        2 => "StoredPair",
        _ => "Stored",
    }
}

/// One pixel of a loaded element.
pub(super) fn pixel(loaded: &str, pixels: u32, place: u32) -> String {
    match (pixels, place) {
        (2, 0) => format!("first_of({loaded})"),
        (2, _) => format!("second_of({loaded})"),
        _ => format!("vec4f({loaded})"),
    }
}

/// An element of as many registers `NAME_0`, `NAME_1`.
pub(super) fn joined(name: &str, pixels: u32) -> String {
    match pixels {
        2 => format!("stored_pair({name}_0, {name}_1)"),
        _ => format!("Stored({name}_0)"),
    }
}
