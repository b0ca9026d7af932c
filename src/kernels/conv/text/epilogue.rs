//! What is done with the sums, and their way to memory.

use super::stored::{joined, pixel};
use super::{Conv, Gate, Wgsl, normalization, partials, wgsl, winograd};

/// The tile's k-th quad of channels.
pub(super) fn quad(text: &mut Wgsl, conv: &Conv, k: u32) {
    partials::of_quad(text, conv, k);
    let q = match conv.tiling.quad_swap() {
        true => format!("({k}u ^ subgroup_lane)"),
        false => format!("{k}u"),
    };
    wgsl!(text, "{{\nlet q = first_quad + {q};");
    partials::begin(text, conv);
    let quads = conv.pass.destination().quads;
    if conv.grad_sums() {
        // Where lanes swap quads, each writes another.
        if conv.shares() && !conv.tiling.quad_swap() {
            normalization::load_shared(text, conv, "q", quads);
        } else {
            normalization::load(text, "q");
        }
    }
    let within = match quads.is_multiple_of(conv.tiling.quads) {
        true => "",
        false => " & (q < QUADS)",
    };
    wgsl!(text, "if (n < current.batch){within} {{");
    if conv.extras.bias {
        wgsl!(text, "let added = bias[q];");
    }
    wgsl!(text, "let image = (n * QUADS + q) * (HEIGHT * WIDTH);");
    for r in 0..conv.tiling.rows {
        row(text, conv, k, r);
    }
    wgsl!(text, "}}");
    partials::end(text, conv, k);
    wgsl!(text, "}}");
}

/// A row of it.
fn row(text: &mut Wgsl, conv: &Conv, k: u32, r: u32) {
    // The last tile may hang over the end, but for its first row.
    match conv.patch.rows.partial && r > 0 {
        true => wgsl!(text, "if y0 + {r}u < HEIGHT {{"),
        false => wgsl!(text, "{{"),
    }
    let per_store = match conv.pixels_a_store() {
        1 => String::new(),
        pixels => format!(" / {pixels}u"),
    };
    wgsl!(
        text,
        "let at = (image + (y0 + {r}u) * WIDTH + x0){per_store};"
    );
    if conv.extras.gate == Some(Gate::Kept) && conv.patch.signs_of_a_row_share_a_word {
        wgsl!(
            text,
            "let signs = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + ((y0 + {r}u) * WIDTH + x0) / SIGNS] >> (4u * (((y0 + {r}u) * WIDTH + x0) % SIGNS));"
        );
    }
    if conv.winograd() {
        winograd::transform_sums(text, k, r);
    }
    for p in (0..conv.tiling.columns).step_by(conv.pixels_a_store() as usize) {
        element(text, conv, [k, r, p]);
    }
    wgsl!(text, "}}");
}

/// What is stored at once: pixel p of quad k in row r, perhaps with its right neighbour.
fn element(text: &mut Wgsl, conv: &Conv, [k, r, p]: [u32; 3]) {
    let pixels = conv.pixels_a_store();
    match conv.patch.columns.partial && p > 0 {
        true => wgsl!(text, "if x0 + {p}u < WIDTH {{"),
        false => wgsl!(text, "{{"),
    }
    match p / pixels {
        0 => wgsl!(text, "let place = at;"),
        further => wgsl!(text, "let place = at + {further}u;"),
    }
    if conv.extras.accumulates {
        wgsl!(text, "let before = destination[place];");
    }
    if conv.grad_sums() {
        wgsl!(text, "let entered = norm_input[place];");
    }
    for i in 0..pixels {
        value(text, conv, [k, r, p], i);
    }
    wgsl!(text, "destination[place] = {};", joined("y", pixels));
    for i in 0..pixels {
        partials::add(text, conv, i, [r, p, i] == [0; 3]);
    }
    wgsl!(text, "}}");
}

/// `y_I`, the i-th pixel of an element as it is stored.
fn value(text: &mut Wgsl, conv: &Conv, [k, r, p]: [u32; 3], i: u32) {
    let pixels = conv.pixels_a_store();
    let x = p + i;
    if conv.winograd() {
        wgsl!(text, "var y_{i} = {};", winograd::PIXELS[x as usize]);
    } else {
        let [a, b, c, d] = [0, 1, 2, 3].map(|c| format!("sum_{}_{r}_{x}", 4 * k + c));
        wgsl!(text, "var y_{i} = vec4f({a}, {b}, {c}, {d});");
    }
    if conv.extras.bias {
        wgsl!(text, "y_{i} += added;");
    }
    if conv.extras.accumulates {
        wgsl!(text, "y_{i} += {};", pixel("before", pixels, i));
    }
    if conv.grad_sums() {
        wgsl!(text, "let x_{i} = {};", pixel("entered", pixels, i));
    }
    match conv.extras.gate {
        None | Some(Gate::Open) => {}
        Some(Gate::Recomputed) => wgsl!(
            text,
            "y_{i} = select(vec4f(), y_{i}, normalised(x_{i}, norm) > vec4f());"
        ),
        Some(Gate::Kept) => kept_gate(text, conv, r, x, i),
    }
}

/// Zero where the bits that were kept say that the ReLU was.
fn kept_gate(text: &mut Wgsl, conv: &Conv, r: u32, x: u32, i: u32) {
    if conv.patch.signs_of_a_row_share_a_word {
        let bits = 4 * x;
        wgsl!(
            text,
            "y_{i} = select(vec4f(), y_{i}, (vec4u(signs >> {bits}u) & vec4u(1u, 2u, 4u, 8u)) != vec4u());"
        );
    } else {
        wgsl!(
            text,
            "
            let pixel_{i} = (y0 + {r}u) * WIDTH + x0 + {x}u;
            let signs_{i} = positive[(n * QUADS + q) * ((HEIGHT * WIDTH + SIGNS - 1u) / SIGNS) + pixel_{i} / SIGNS] >> (4u * (pixel_{i} % SIGNS));
            y_{i} = select(vec4f(), y_{i}, (vec4u(signs_{i}) & vec4u(1u, 2u, 4u, 8u)) != vec4u());
            "
        );
    }
}
