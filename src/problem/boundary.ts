// How an array goes on beyond its edges. Along an axis of n samples a b c d, sample i is
//
//   zero, constant    0 0 | a b c d | 0 0      constant: a given value
//   reflect           c b | a b c d | c b      the edge is not repeated: NumPy's "reflect", SciPy's "mirror"
//   symmetric         b a | a b c d | d c      the edge is repeated: NumPy's "symmetric", and what SciPy calls "reflect"
//   edge              a a | a b c d | d d
//   wrap              c d | a b c d | a b
//
// and so on for ever. helical: the array is wound without gaps, so that each row goes on into the next; zero beyond both ends.
import { HelixError } from "../errors.js";
import { show } from "../ndarray.js";

export type Boundary = "zero" | "constant" | "reflect" | "symmetric" | "edge" | "wrap" | "helical";

const names = {
  zero: "zero",
  constant: "constant",
  reflect: "reflect",
  symmetric: "symmetric",
  edge: "edge",
  wrap: "wrap",
  helical: "helical",
  mirror: "reflect",
  nearest: "edge",
  replicate: "edge",
  symm: "symmetric",
  circular: "wrap",
  "grid-wrap": "wrap",
  fill: "constant",
} as const satisfies Record<string, Boundary>;

/** A boundary, or what another library calls it. */
export type BoundaryName = keyof typeof names;

/** What PyTorch calls them. */
const paddingModes = {
  zeros: "zero",
  reflect: "reflect",
  replicate: "edge",
  circular: "wrap",
  helical: "helical",
} as const satisfies Record<string, Boundary>;

export type PaddingMode = keyof typeof paddingModes;

export const boundaryOf = (name: BoundaryName): Boundary => lookUp("boundary", names, name);
export const boundaryOfPadding = (name: PaddingMode): Boundary => lookUp("paddingMode", paddingModes, name);

function lookUp<Name extends string>(option: string, known: Readonly<Record<Name, Boundary>>, name: Name): Boundary {
  if (Object.hasOwn(known, name)) return known[name];
  const rule = Object.keys(known).map((word) => `"${word}"`);
  throw new HelixError(
    "option",
    `${option} must be one of ${rule.join(", ")}; got ${typeof name === "string" ? `"${name}"` : show(name)}`,
    { expected: Object.keys(known), actual: name },
  );
}

/** Which of n samples stands at index i, or -1 for the value of zero or constant. */
export function sourceIndex(boundary: Exclude<Boundary, "helical">, i: number, n: number): number {
  switch (boundary) {
    case "zero":
    case "constant":
      return i >= 0 && i < n ? i : -1;
    case "edge":
      return Math.min(Math.max(i, 0), n - 1);
    case "wrap":
      return modulo(i, n);
    case "symmetric": {
      const k = modulo(i, 2 * n);
      return k < n ? k : 2 * n - 1 - k;
    }
    case "reflect": {
      const period = Math.max(1, 2 * (n - 1));
      const k = modulo(i, period);
      return k < n ? k : period - k;
    }
    default:
      return boundary satisfies never;
  }
}

const modulo = (i: number, n: number): number => ((i % n) + n) % n;
