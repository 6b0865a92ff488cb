// A plane of an array of any rank: two axes, and a place on each of the others.

export interface Plane {
  /** Axes that run down and across. */
  down: number;
  across: number;
  /** The index on each axis; what it says of those two does not matter. */
  at: readonly number[];
}

export interface PlaneLayout {
  rows: number;
  columns: number;
  /** The element of row 0, column 0, and how far apart rows and columns lie. */
  offset: number;
  rowStride: number;
  columnStride: number;
}

/** Where the elements of a plane lie in a row-major array. */
export function planeOf(shape: readonly number[], { down, across, at }: Plane): PlaneLayout {
  const stride = shape.map((_, d) => shape.slice(d + 1).reduce((n, m) => n * m, 1));
  const offset = at.reduce(
    (sum, index, d) => (d === down || d === across ? sum : sum + index * (stride[d] as number)),
    0,
  );
  return {
    rows: shape[down] as number,
    columns: shape[across] as number,
    offset,
    rowStride: stride[down] as number,
    columnStride: stride[across] as number,
  };
}
