// Arithmetic on vectors of reals and of complex numbers. A build chooses `Real` (f32 or f64) and `Vector` (v128, or `Real`
// itself without SIMD); the conditions below are constants, so only one arm of each is compiled.

/** How many reals a vector holds. */
export const LANES: usize = sizeof<Vector>() / sizeof<Real>();

/** Bytes of a real, and of a group: LANES real parts, then LANES imaginary parts. */
export const REAL: usize = sizeof<Real>();
export const GROUP: usize = 2 * sizeof<Vector>();

/** Room for one value. registers.mjs turns it into locals: a `Complex` never touches memory. */
declare function registers(): usize;

/** One complex number per lane. */
@final
@unmanaged
export class Complex {
  re: Vector;
  im: Vector;

  @inline
  static of(re: Vector, im: Vector): Complex {
    const z = changetype<Complex>(registers());
    z.re = re;
    z.im = im;
    return z;
  }

  @inline
  static zero(): Complex {
    return Complex.of(broadcast(0), broadcast(0));
  }

  /** The group of `LANES` numbers at an address. */
  @inline
  static load(address: usize): Complex {
    return Complex.of(load<Vector>(address), load<Vector>(address, sizeof<Vector>()));
  }

  /** `LANES` numbers whose imaginary parts lie `plane` bytes behind their real parts. */
  @inline
  static planar(address: usize, plane: usize): Complex {
    return Complex.of(load<Vector>(address), load<Vector>(address + plane));
  }

  @inline
  store(address: usize): void {
    store<Vector>(address, this.re);
    store<Vector>(address, this.im, sizeof<Vector>());
  }

  @inline
  storePlanar(address: usize, plane: usize): void {
    store<Vector>(address, this.re);
    store<Vector>(address + plane, this.im);
  }

  /** The number (re, im) at an address, in every lane. */
  @inline
  static splat(address: usize): Complex {
    return Complex.of(splat(address), splat(address + REAL));
  }

  @inline
  set(z: Complex): void {
    this.re = z.re;
    this.im = z.im;
  }

  @inline
  @operator("+")
  plus(z: Complex): Complex {
    return Complex.of(add(this.re, z.re), add(this.im, z.im));
  }

  @inline
  @operator("-")
  minus(z: Complex): Complex {
    return Complex.of(sub(this.re, z.re), sub(this.im, z.im));
  }

  @inline
  @operator("*")
  times(w: Complex): Complex {
    return Complex.of(mulSub(this.im, w.im, mul(this.re, w.re)), mulAdd(this.im, w.re, mul(this.re, w.im)));
  }

  /** this · conj(w) */
  @inline
  timesConj(w: Complex): Complex {
    return Complex.of(mulAdd(this.im, w.im, mul(this.re, w.re)), mulSub(this.re, w.im, mul(this.im, w.re)));
  }

  @inline
  squared(): Complex {
    return Complex.of(mulSub(this.im, this.im, mul(this.re, this.re)), mul(add(this.re, this.re), this.im));
  }

  /** this · s, s real */
  @inline
  scaled(s: Vector): Complex {
    return Complex.of(mul(this.re, s), mul(this.im, s));
  }

  /** this + z s, s real */
  @inline
  plusScaled(z: Complex, s: Vector): Complex {
    return Complex.of(mulAdd(z.re, s, this.re), mulAdd(z.im, s, this.im));
  }

  /** this - z s, s real */
  @inline
  minusScaled(z: Complex, s: Vector): Complex {
    return Complex.of(mulSub(z.re, s, this.re), mulSub(z.im, s, this.im));
  }

  /** this + i z */
  @inline
  plusI(z: Complex): Complex {
    return Complex.of(sub(this.re, z.im), add(this.im, z.re));
  }

  /** this - i z */
  @inline
  minusI(z: Complex): Complex {
    return Complex.of(add(this.re, z.im), sub(this.im, z.re));
  }
}

/** Transposes of the lanes of several numbers, in place. */
export abstract class Transpose {
  @inline
  static two(a: Complex, b: Complex): void {
    const re = v128.shuffle<f64>(a.re, b.re, 0, 2);
    const im = v128.shuffle<f64>(a.im, b.im, 0, 2);
    b.re = v128.shuffle<f64>(a.re, b.re, 1, 3);
    b.im = v128.shuffle<f64>(a.im, b.im, 1, 3);
    a.re = re;
    a.im = im;
  }

  @inline
  static four(a: Complex, b: Complex, c: Complex, d: Complex): void {
    const lowAB = Transpose.zip(a, b, true);
    const highAB = Transpose.zip(a, b, false);
    const lowCD = Transpose.zip(c, d, true);
    const highCD = Transpose.zip(c, d, false);
    a.set(lowAB);
    b.set(lowCD);
    c.set(highAB);
    d.set(highCD);
    Transpose.two(a, b);
    Transpose.two(c, d);
  }

  /** The lower or upper lanes of two numbers, alternating. */
  @inline
  private static zip(a: Complex, b: Complex, lower: bool): Complex {
    return lower
      ? Complex.of(v128.shuffle<f32>(a.re, b.re, 0, 4, 1, 5), v128.shuffle<f32>(a.im, b.im, 0, 4, 1, 5))
      : Complex.of(v128.shuffle<f32>(a.re, b.re, 2, 6, 3, 7), v128.shuffle<f32>(a.im, b.im, 2, 6, 3, 7));
  }
}

export function add(a: Vector, b: Vector): Vector {
  return isVector<Vector>() ? v128.add<Real>(a, b) : a + b;
}

export function sub(a: Vector, b: Vector): Vector {
  return isVector<Vector>() ? v128.sub<Real>(a, b) : a - b;
}

export function mul(a: Vector, b: Vector): Vector {
  return isVector<Vector>() ? v128.mul<Real>(a, b) : a * b;
}

/** a b + c, fused where the build allows. */
export function mulAdd(a: Vector, b: Vector, c: Vector): Vector {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_madd<Real>(a, b, c) : add(mul(a, b), c);
}

/** c - a b, fused where the build allows. */
export function mulSub(a: Vector, b: Vector, c: Vector): Vector {
  return ASC_FEATURE_RELAXED_SIMD ? v128.relaxed_nmadd<Real>(a, b, c) : sub(c, mul(a, b));
}

export function magnitude(a: Vector): Vector {
  return isVector<Vector>() ? v128.abs<Real>(a) : abs<Vector>(a);
}

/** A vector of reals that lie `stride` bytes apart. */
export function spread(address: usize, stride: usize): Vector {
  if (!isVector<Vector>()) return load<Vector>(address);
  if (sizeof<Real>() === 8) return v128.load64_lane(address + stride, v128.load64_zero(address), 1);
  let values = v128.load32_lane(address + stride, v128.load32_zero(address), 1);
  values = v128.load32_lane(address + 2 * stride, values, 2);
  return v128.load32_lane(address + 3 * stride, values, 3);
}

/** A number in every lane. */
export function broadcast(value: Real): Vector {
  return isVector<Vector>() ? v128.splat<Real>(value) : <Vector>value;
}

/** The real at an address, in every lane. */
export function splat(address: usize): Vector {
  if (!isVector<Vector>()) return load<Vector>(address);
  return sizeof<Real>() === 4 ? v128.load32_splat(address) : v128.load64_splat(address);
}

export function sumOfLanes(a: Vector): f64 {
  if (!isVector<Vector>()) return <f64>a;
  if (sizeof<Real>() === 8) return v128.extract_lane<f64>(a, 0) + v128.extract_lane<f64>(a, 1);
  return (
    <f64>v128.extract_lane<f32>(a, 0) +
    <f64>v128.extract_lane<f32>(a, 1) +
    <f64>v128.extract_lane<f32>(a, 2) +
    <f64>v128.extract_lane<f32>(a, 3)
  );
}
