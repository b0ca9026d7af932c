// Two neighbouring pixels at once, as 64-bit integers.

/// Two neighbouring pixels of a quad in memory: of 2k and 2k + 1.
alias StoredPair = vec4<u64>;

fn first_of(pair: StoredPair) -> vec4f {
    return halves(pair.xy);
}

fn second_of(pair: StoredPair) -> vec4f {
    return halves(pair.zw);
}

fn halves(x: vec2<u64>) -> vec4f {
    let low = vec2u(x);
    let high = vec2u(x >> vec2u(32u));
    return bitcast<vec4f>(vec4u(low.x, high.x, low.y, high.y));
}

fn stored_pair(first: vec4f, second: vec4f) -> StoredPair {
    let a = bitcast<vec4u>(first);
    let b = bitcast<vec4u>(second);
    let low = vec4<u64>(vec4u(a.xz, b.xz));
    let high = vec4<u64>(vec4u(a.yw, b.yw));
    return low | (high << vec4u(32u));
}
