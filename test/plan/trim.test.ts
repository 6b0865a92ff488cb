import { suite } from "uvu";
import * as assert from "uvu/assert";
import { meetings, trim } from "../../src/plan/trim.js";
import type { Axis } from "../../src/problem/problem.js";

const test = suite("trim");
const axis = (more: Partial<Axis>): Axis => ({ x: 10, w: 3, u: 1, v: 1, lo: 0, step: 1, count: 12, ...more });

test("a window inside the full range keeps everything that meets it", () => {
  assert.equal(trim(axis({ lo: 1, count: 10 })), {
    u: 1,
    v: 1,
    lo: 1,
    step: 1,
    x: { start: 0, size: 10 },
    w: { start: 0, size: 3 },
    out: { start: 0, size: 10 },
  });
});

test("outputs beyond the full range are cut", () => {
  assert.equal(trim(axis({ lo: -4, count: 30 }))?.out, { start: 4, size: 12 });
  assert.equal(trim(axis({ lo: -5, step: 2, count: 30 }))?.out, { start: 3, size: 6 });
});

test("samples that no wanted output meets are cut, and the window is counted from those that remain", () => {
  assert.equal(trim(axis({ lo: 5, count: 1 })), {
    u: 1,
    v: 1,
    lo: 2,
    step: 1,
    x: { start: 3, size: 3 },
    w: { start: 0, size: 3 },
    out: { start: 0, size: 1 },
  });
  assert.equal(trim(axis({ lo: 11, count: 1 })), {
    u: 1,
    v: 1,
    lo: 0,
    step: 1,
    x: { start: 9, size: 1 },
    w: { start: 2, size: 1 },
    out: { start: 0, size: 1 },
  });
});

test("a window outside the full range, or between all samples, leaves nothing", () => {
  assert.is(trim(axis({ lo: 12, count: 5 })), undefined);
  assert.is(trim(axis({ lo: -3, count: 3 })), undefined);
  assert.is(trim(axis({ x: 3, u: 2, v: 2, lo: 1, step: 2, count: 3 })), undefined);
});

test("after trimming every sample is within the wanted window's reach", () => {
  for (let lo = -6; lo < 30; lo++)
    for (const [u, v, step] of [
      [1, 1, 1],
      [2, 3, 1],
      [3, 2, 2],
      [1, 4, 3],
    ] as const) {
      const trimmed = trim(axis({ u, v, step, lo, count: 4 }));
      if (!trimmed) continue;
      const last = trimmed.lo + step * (trimmed.out.size - 1);
      assert.ok(u * (trimmed.x.size - 1) <= last && v * (trimmed.w.size - 1) <= last && trimmed.lo >= 0);
    }
});

test("meetings are counted as a double loop counts them", () => {
  for (const [x, w, u, v, lo, step, size] of [
    [7, 4, 1, 1, 3, 1, 5],
    [7, 4, 2, 3, 1, 2, 9],
    [4, 9, 3, 2, 2, 4, 5],
    [5, 5, 4, 6, 0, 3, 9],
  ] as const) {
    let pairs = 0;
    for (let i = 0; i < x; i++)
      for (let j = 0; j < w; j++) {
        const t = (u * i + v * j - lo) / step;
        if (Number.isInteger(t) && t >= 0 && t < size) pairs++;
      }
    const range = (n: number) => ({ start: 0, size: n });
    assert.is(meetings({ u, v, lo, step, x: range(x), w: range(w), out: range(size) }), pairs);
  }
});

test.run();
