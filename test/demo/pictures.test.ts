// The pictures of the page: what it computes is held against direct sums of the kernel that it shows.
import { readFileSync } from "node:fs";
import { decodeNpy } from "helixconv/npy";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scene } from "../../demo/page/pictures/scene.js";
import { choose, chromiumIsThere, keepPicture, slide, textOf, Visitor } from "./browser.js";

const test = suite("pictures");

if (chromiumIsThere()) {
  const visitor = new Visitor();
  test.after(() => visitor.close());
  const photograph = scene();
  const [HEIGHT, WIDTH] = photograph.shape.slice(1) as [number, number];

  /** One slice of the kernel that is shown, row by row. */
  const kernelOf = (page: Page): Promise<number[][]> =>
    page
      .locator("#kernel-grid tr")
      .evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => Number((cell as HTMLElement).dataset.value))),
      );

  /** Σ w[j] x[at - j], of one colour; `extend` gives the index that stands for one beyond the edge. */
  function direct(w: number[][], colour: number, row: number, column: number, extend: Extension = symmetric): number {
    const [top, left] = [row + ((w.length - 1) >> 1), column + (((w[0] as number[]).length - 1) >> 1)];
    let sum = 0;
    w.forEach((taps, j) => {
      taps.forEach((tap, k) => {
        const [y, x] = [extend(top - j, HEIGHT), extend(left - k, WIDTH)];
        if (y >= 0 && x >= 0) sum += tap * (photograph.data[(colour * HEIGHT + y) * WIDTH + x] as number);
      });
    });
    return sum;
  }

  /** Does something, and waits for its result. */
  async function act(page: Page, action: () => Promise<unknown>): Promise<void> {
    await action();
    await page.locator('.views[aria-busy="false"]').waitFor();
  }

  /** What the probe reads, at a place to which it is moved by keys. */
  async function probe(page: Page): Promise<Reading> {
    const text = (await page.textContent("#probe")) ?? "";
    const [, row, column, before = "", after = ""] = text.match(/row (\d+), column (\d+): (.*) → (.*)/) ?? [];
    const numbers = (list: string) => list.split(" ").map(Number);
    return { row: Number(row), column: Number(column), before: numbers(before), after: numbers(after) };
  }

  function checkReading({ row, column, before, after }: Reading, w: number[][], extend: Extension = symmetric): void {
    for (const colour of [0, 1, 2]) {
      near(before[colour], photograph.data[(colour * HEIGHT + row) * WIDTH + column] as number, "before");
      near(after[colour], direct(w, colour, row, column, extend), `after, at ${row}, ${column}`);
    }
  }

  test("every preset of the scene gives the direct sums of the kernel that is shown", async () => {
    const page = await visitor.open();
    for (const preset of ["Sobel", "Unsharp", "Motion", "Lens", "Heart", "Gaussian"]) {
      await act(page, () => choose(page, preset));
      const w = await kernelOf(page);
      checkReading(await probe(page), w);
      const total = w.flat().reduce((sum, tap) => sum + tap, 0);
      assert.ok(Math.abs(total - (preset === "Sobel" ? 0 : 1)) < 1e-5, `${preset} sums to ${total}`);
      if (preset === "Sobel")
        assert.equal(
          w,
          [
            [1, 0, -1],
            [2, 0, -2],
            [1, 0, -1],
          ].map((r) => r.map((tap) => tap / 8)),
        );
      if (preset === "Heart") await keepPicture(page, "#pictures", "scene");
    }
    // σ = 2: the next tap but one is exp(-½) of the middle one.
    const middle = (await kernelOf(page))[6] as number[];
    near((middle[8] as number) / (middle[6] as number), Math.exp(-0.5), "Gaussian");
    await act(page, () => slide(page, "#parameters", "σ", 1));
    assert.match((await page.textContent("#kernel-caption")) ?? "", /\(7, 7\): 49 taps/);
    checkReading(await probe(page), await kernelOf(page));
    await page.context().close();
  });

  test("keys move the probe, and every boundary goes on beyond the edges as it says", async () => {
    const page = await visitor.open();
    await page.focus("#view");
    for (let k = 0; k < 24; k++) await page.keyboard.press("Shift+ArrowUp");
    for (let k = 0; k < 36; k++) await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("ArrowRight");
    const { row, column } = await probe(page);
    assert.equal([row, column], [0, 1]);
    const w = await kernelOf(page);
    checkReading(await probe(page), w, symmetric);
    for (const [boundary, extend] of Object.entries({ zero, edge, wrap, symmetric })) {
      await act(page, () => page.selectOption("#picture-boundary", boundary));
      checkReading(await probe(page), w, extend);
    }
    await page.context().close();
  });

  test("a kernel can be drawn, by keys and by pointer", async () => {
    const page = await visitor.open();
    await act(page, () => page.click("#kernel-clear"));
    assert.ok((await kernelOf(page)).flat().every((tap) => tap === 0));
    assert.ok((await probe(page)).after.every((value) => value === 0));
    // The middle cell alone is δ: nothing changes.
    await page.locator('#kernel-grid td[tabindex="0"]').focus();
    await act(page, () => page.keyboard.press("Space"));
    const delta = await probe(page);
    assert.equal(delta.after, delta.before);
    assert.ok(await page.locator('input[name="preset"][value="Drawn by hand"]').isChecked());
    await page.keyboard.press("ArrowRight");
    await act(page, () => page.keyboard.press("Enter"));
    const two = await kernelOf(page);
    assert.equal([two[6]?.[6], two[6]?.[7]], [0.5, 0.5]);
    checkReading(await probe(page), two);
    // Pulling the pointer across cells draws into each, here with -1, and 0 takes away.
    await choose(page, "-1");
    const cell = async (row: number, column: number) => {
      const box = await page.locator("#kernel-grid tr").nth(row).locator("td").nth(column).boundingBox();
      return box ? ([box.x + box.width / 2, box.y + box.height / 2] as const) : ([0, 0] as const);
    };
    await page.mouse.move(...(await cell(2, 2)));
    await page.mouse.down();
    await act(page, async () => page.mouse.move(...(await cell(2, 4)), { steps: 12 }));
    await act(page, () => page.mouse.up());
    const drawn = await kernelOf(page);
    for (const column of [2, 3, 4]) assert.ok((drawn[2]?.[column] as number) < 0, `column ${column} was drawn into`);
    checkReading(await probe(page), drawn);
    await choose(page, "0");
    await act(page, async () => page.mouse.click(...(await cell(2, 3))));
    assert.equal((await kernelOf(page))[2]?.[3], 0);
    await keepPicture(page, "#picture-form", "drawn");
    await page.context().close();
  });

  test("the divide moves by slider and by pulling, and each backend gives the same", async () => {
    const page = await visitor.open();
    const divide = () => page.locator("#view").evaluate((view) => view.style.getPropertyValue("--divide"));
    await page.fill("#divide", "20");
    assert.equal(await divide(), "20%");
    await page.hover("#view");
    const box = await page.locator("#view").boundingBox();
    if (!box) throw new Error("the picture is not there");
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 9);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.75 * box.width, box.y + 9, { steps: 4 });
    await page.mouse.up();
    assert.equal(await divide(), "75%");
    assert.equal(await page.inputValue("#divide"), "75");
    await act(page, () => choose(page, "Sobel"));
    const w = await kernelOf(page);
    for (const backend of ["js", "wasm", "auto"]) {
      await act(page, () => page.selectOption("#picture-backend", backend));
      assert.match((await page.textContent("#picture-how")) ?? "", backend === "js" ? /^js/ : /^wasm/);
      assert.match((await page.textContent("#picture-time")) ?? "", /^[\d.]+ m?s$/);
      checkReading(await probe(page), w);
    }
    assert.ok(
      await page.locator('#picture-backend option[value="webgpu"]').evaluate((o) => (o as HTMLOptionElement).disabled),
    );
    await page.click("#picture-details summary");
    assert.match((await page.textContent("#picture-reason")) ?? "", /fastest.*helix has [\d,]+ numbers/);
    await page.context().close();
  });

  test("the scene is filtered on WebGPU where an adapter may be used", async () => {
    const page = await visitor.open({ query: "?gpu=software" });
    await textOf(page, '[data-name="webgpu"] p', /^available/);
    await act(page, () => choose(page, "Sobel"));
    await act(page, () => page.selectOption("#picture-backend", "webgpu"));
    await textOf(page, "#picture-how", /^webgpu/);
    checkReading(await probe(page), await kernelOf(page));
    await page.context().close();
  });

  test("the MRI is convolved in four dimensions, by every preset, and seen in every plane", async () => {
    const page = await visitor.open();
    const { data, shape } = decodeNpy(readFileSync("demo/data/mri-4d.npy"));
    const [T, Z, Y, X] = shape as [number, number, number, number];
    const voxel = (t: number, z: number, y: number, x: number) =>
      Number(data[((symmetric(t, T) * Z + symmetric(z, Z)) * Y + symmetric(y, Y)) * X + symmetric(x, X)]);
    /** Every slice of the kernel that is shown. */
    const whole = async (): Promise<number[][][][]> => {
      const count = async (axis: string) => {
        const input = page.locator("#kernel-slices").getByLabel(`Slice ${axis}`);
        return (await input.count()) === 0 ? 1 : Number(await input.getAttribute("max")) + 1;
      };
      const [ts, zs] = [await count("t"), await count("z")];
      const slices: number[][][][] = [];
      for (let t = 0; t < ts; t++) {
        if (ts > 1) await slide(page, "#kernel-slices", "Slice t", t);
        const volume: number[][][] = [];
        for (let z = 0; z < zs; z++) {
          if (zs > 1) await slide(page, "#kernel-slices", "Slice z", z);
          volume.push(await kernelOf(page));
        }
        slices.push(volume);
      }
      return slices;
    };
    const check = async (at: [number, number, number, number], w: number[][][][]) => {
      const { before, after } = await probe(page);
      const centre = [w, w[0], w[0]?.[0], w[0]?.[0]?.[0]].map((axis) => ((axis as unknown[]).length - 1) >> 1);
      const [ct = 0, cz = 0, cy = 0, cx = 0] = centre;
      const [t, z, y, x] = at;
      let [sum, magnitude] = [0, 0];
      w.forEach((volume, a) => {
        volume.forEach((plane, b) => {
          plane.forEach((row, c) => {
            row.forEach((tap, d) => {
              const term = tap * voxel(t + ct - a, z + cz - b, y + cy - c, x + cx - d);
              sum += term;
              magnitude += Math.abs(term);
            });
          });
        });
      });
      near(before[0], voxel(...at), "before");
      assert.ok(Math.abs((after[0] as number) - sum) < 1e-4 * magnitude, `${after[0]} is not ${sum}, at ${at}`);
    };
    await act(page, () => choose(page, "mri"));
    for (const preset of ["4-D Gaussian", "Sobel", "Unsharp", "Motion", "Change in time", "Rotated 4-D Gaussian"]) {
      await act(page, () => choose(page, preset));
      await check([1, 12, 48, 64], await whole());
    }
    await keepPicture(page, "#pictures", "mri");
    const w = await whole();
    await slide(page, "#slice-sliders", "z", 20);
    await slide(page, "#slice-sliders", "t", 0);
    await check([0, 20, 48, 64], w);
    await page.selectOption("#plane", "1,3");
    await slide(page, "#slice-sliders", "y", 30);
    await check([0, (await probe(page)).row, 30, (await probe(page)).column], w);
    await page.selectOption("#plane", "1,2");
    await slide(page, "#slice-sliders", "x", 70);
    await check([0, (await probe(page)).row, (await probe(page)).column, 70], w);
    await act(page, () => choose(page, "photograph"));
    checkReading(await probe(page), await kernelOf(page));
    await page.context().close();
  });
}

interface Reading {
  row: number;
  column: number;
  before: number[];
  after: number[];
}

/** The index within 0 to n - 1 that stands for one beyond; -1: a zero. */
type Extension = (index: number, n: number) => number;
const symmetric: Extension = (i, n) => {
  const k = ((i % (2 * n)) + 2 * n) % (2 * n);
  return k < n ? k : 2 * n - 1 - k;
};
const zero: Extension = (i, n) => (i >= 0 && i < n ? i : -1);
const edge: Extension = (i, n) => Math.max(0, Math.min(n - 1, i));
const wrap: Extension = (i, n) => ((i % n) + n) % n;

/** To the five digits that are shown, beside the float32 of a scene's numbers of about 1. */
function near(actual: number | undefined, expected: number, what: string): void {
  const difference = Math.abs((actual ?? Number.NaN) - expected);
  assert.ok(difference <= 1e-4 * Math.abs(expected) + 2e-6, `${what}: ${actual} is not ${expected}`);
}

test.run();
