// The sheet that winds up: where the cells of the strip are, from flat (wound = 0) to a helix (wound = 1). A sheet of P columns slants, so that the
// end of each row comes to the height of the next, and bends, until its sides meet:
//
//   angle φ = 2π wound (c - P/2) / P,   x = R sin φ,   z = R (cos φ - 1),   R = P / (2π wound),   y = (r + wound c / P) spacing

export interface Point {
  x: number;
  y: number;
}

export interface Patch {
  /** Round the cell, as it is seen. */
  outline: Point[];
  centre: Point;
  /** 1 in front, -1 behind. */
  facing: number;
}

/** Between turns there is room to see those behind; cells get wider, so that few of them make a helix that is wide enough to read. */
const SPACING = 0.9;
const WIDENING = 2.1;
/** How much from above the helix is seen, as the sine of the angle. */
const TILT = 0.2;
const SEGMENTS = 5;

/** Cell from `position` to `position + 1` of a strip with P cells to a turn; the cell at `front` is turned to the viewer. */
export function patchOf(position: number, P: number, wound: number, front: number): Patch {
  const row = Math.floor(position / P);
  const column = position - row * P;
  const edge = (y: number) =>
    Array.from({ length: SEGMENTS + 1 }, (_, k) => project(row, column + k / SEGMENTS, y, P, wound, front));
  return {
    outline: [...edge(0), ...edge(1).reverse()],
    centre: project(row, column + 0.5, 0.5, P, wound, front),
    facing: Math.cos(angle(column + 0.5, P, wound, front)),
  };
}

function angle(column: number, P: number, wound: number, front: number): number {
  const turned = wound ** 2 * ((((front % P) + P) % P) + 0.5 - P / 2);
  return (2 * Math.PI * (wound * (column - P / 2) - turned)) / P;
}

function project(row: number, column: number, y: number, P: number, wound: number, front: number): Point {
  const height = (row + (wound * column) / P) * (1 + SPACING * wound) + y;
  if (wound < 0.005) return { x: column - P / 2, y: height };
  const radius = ((1 + WIDENING * wound) * P) / (2 * Math.PI * wound);
  const phi = angle(column, P, wound, front);
  const depth = radius * (Math.cos(phi) - 1);
  return { x: radius * Math.sin(phi), y: height + wound * TILT * depth };
}
