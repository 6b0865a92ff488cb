// The host's side of winding, against every element's position by its definition: p = Σ dilation_d i_d S_d, S_d = the product of later pitches.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { elementsBefore, touched } from "../../../src/backends/helixAxes.js";
import { helixTable, type WoundAxis } from "../../../src/backends/webgpu/helix.js";
import { layoutOf, longest, mostPoints } from "../../../src/backends/webgpu/layout.js";
import { odds } from "../../../src/plan/lengths.js";
import { Random } from "../../random.js";

const test = suite("webgpu helix");

interface Element {
  position: number;
  offset: number;
}

/** In row-major order. */
function elementsOf(axes: readonly WoundAxis[]): Element[] {
  const [axis, ...inside] = axes;
  if (!axis) return [{ position: 0, offset: 0 }];
  const turn = inside.reduce((n, { pitch }) => n * pitch, 1);
  const rest = elementsOf(inside);
  return Array.from({ length: axis.count }, (_, i) =>
    rest.map(({ position, offset }) => ({
      position: i * axis.dilation * turn + position,
      offset: i * axis.stride + offset,
    })),
  ).flat();
}

function randomAxes(random: Random): WoundAxis[] {
  const rank = random.integer(1, 4);
  const axes = Array.from({ length: rank }, () => {
    const count = random.integer(1, rank === 1 ? 300 : 6);
    const dilation = random.integer(1, 3);
    const pitch = dilation * (count - 1) + 1 + random.integer(0, 5);
    return { count, dilation, pitch, stride: random.integer(-40, 40) };
  });
  const turn = (d: number) => axes.slice(d + 1).reduce((n, { pitch }) => n * pitch, 1);
  return axes.map((axis, d) => ({ ...axis, step: axis.dilation * turn(d) }));
}

test("the tables find every element at its position, and a gap everywhere else", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const axes = randomAxes(new Random(seed));
    const { pitch, end, places } = helixTable(axes);
    const found = new Map<number, number>();
    for (let p = 0; p < end; p++) {
      const place = (places[p % pitch] as number) + (places[pitch + Math.floor(p / pitch)] as number);
      if (place > -(2 ** 29)) found.set(p, place);
    }
    const expected = new Map(elementsOf(axes).map(({ position, offset }) => [position, offset]));
    assert.equal(found, expected, `seed ${seed}`);
  }
});

test("the tables are short: two roots of a row's length, and at most a hundredth of a volume's", () => {
  const row = { count: 2 ** 20, stride: 1, dilation: 1, pitch: 2 ** 20 };
  assert.ok(helixTable([row]).places.length <= 2 ** 11 + 2);
  const cube = [128, 136, 136].map((pitch) => ({ count: 128, stride: 1, dilation: 1, pitch }));
  assert.ok(helixTable(cube).places.length <= (128 * 136 * 136) / 100);
});

test("what a stretch touches, and how many elements lie before a position, are those of the definition", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const axes = randomAxes(random).map((axis) => ({ ...axis, stride: Math.abs(axis.stride) + 1 }));
    const elements = elementsOf(axes);
    const high = random.integer(-5, (elements.at(-1)?.position ?? 0) + 5);
    const low = high - random.integer(1, 60);
    assert.is(elementsBefore(axes, high), elements.filter(({ position }) => position < high).length, `seed ${seed}`);
    const inside = elements.filter(({ position }) => position >= low && position < high);
    const range = touched(axes, low, high);
    for (const { offset } of inside) assert.ok(range && offset >= range[0] && offset <= range[1], `seed ${seed}`);
  }
});

test("every length that fits is laid out within a device's limits", () => {
  for (const [invocations, memory] of [
    [256, 2 ** 14],
    [1024, 2 ** 15],
    [128, 2 ** 14],
    [1024, 3 * 2 ** 14],
  ] as const) {
    const limits = { invocations, memory };
    const fits = ({ N = 0, LANES = 0, PLANES = 0 }: Record<string, number>) =>
      (N * LANES) / 8 <= invocations && 4 * PLANES * N * LANES <= memory && N % 8 === 0;
    for (const odd of odds)
      for (let points = 16 * odd; points <= longest(limits); points *= 2) {
        const layout = layoutOf(points, odd, true, limits);
        if (layout.kind === "whole") {
          assert.ok(fits(layout.constants), `${points} ${odd}`);
          continue;
        }
        assert.is(layout.column * layout.row, points);
        assert.ok(fits(layout.columns) && fits(layout.rows), `${points} ${odd} ${JSON.stringify(layout)}`);
        assert.ok(layout.row % layout.columnLanes === 0 && layout.column % layout.rowLanes === 0);
      }
  }
});

test("with WebGPU's default limits 2^22 points are the longest, in workgroups of 2048", () => {
  const limits = { invocations: 256, memory: 2 ** 14 };
  assert.equal([mostPoints(limits), longest(limits)], [2048, 2 ** 22]);
});

test.run();
