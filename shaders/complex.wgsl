// Arithmetic on complex numbers, re + i im = vec2f(re, im).

fn conj(a: vec2f) -> vec2f { return vec2f(a.x, -a.y); }
fn mul(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x); }
fn mulConj(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x * b.x + a.y * b.y, a.y * b.x - a.x * b.y); }
fn mulI(a: vec2f) -> vec2f { return vec2f(-a.y, a.x); }
fn mulNegI(a: vec2f) -> vec2f { return vec2f(a.y, -a.x); }
