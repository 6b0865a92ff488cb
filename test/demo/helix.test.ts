// The helix panel: its numbers are those of docs/helix.md, and what it says of them is so.
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chromiumIsThere, keepPicture, slide, textOf, Visitor } from "./browser.js";

const test = suite("the helix");

if (chromiumIsThere()) {
  const visitor = new Visitor();
  test.after(() => visitor.close());

  const step = (page: Page, name: string) => page.click(`[data-step="${name}"]`);
  const still = () => visitor.open({ reducedMotion: "reduce" });

  /** The results by position, with what has become of them. */
  const results = (page: Page): Promise<[string, string][]> =>
    page
      .locator("#result button")
      .evaluateAll((buttons) => buttons.map((button) => [button.textContent ?? "", button.className]));
  const only = (all: [string, string][], name: string): number[] =>
    all.filter(([, classes]) => classes === name).map(([value]) => Number(value));

  async function cropped(page: Page, choices: Record<string, string>): Promise<[string, string][]> {
    for (const [name, value] of Object.entries(choices)) await page.selectOption(`#helix [name="${name}"]`, value);
    await step(page, "crop");
    await page.waitForFunction(() => !document.querySelector("#result .unknown"));
    return results(page);
  }

  test("shows the example of docs/helix.md, its result and what is cropped", async () => {
    const page = await still();
    assert.match(await textOf(page, "#helix-caption", /gaps/), /3 rows of 4.*4 rows of 5/);
    assert.match((await page.textContent("#helix-numbers")) ?? "", /4 and .* = 5: 20 cells\. The textbook takes 30\./);
    const all = await cropped(page, {});
    assert.equal(
      all.map(([value]) => Number(value)),
      [2, 14, 10, 14, 0, -1, 23, 36, 45, 35, 28, 57, 74, 83, 56, 31, 53, 54, 59, 29],
    );
    assert.equal(only(all, "wanted"), [23, 36, 45, 35, 57, 74, 83, 56, 53, 54, 59, 29]);
    assert.match((await page.textContent("#helix-caption")) ?? "", /ring of 20 cells.*all 12 are right/);
    await page.click('[data-position="12"]');
    const sum = (await page.textContent("#helix-sum")) ?? "";
    assert.match(sum, /^Position 12 is turn 2, cell 2: 1·11 \+ 2·10 \+ 1·9 \+ 2·7 \+ 3·6 \+ 1·3 − 1·1 = 74\./);
    assert.match(sum, /Wanted: row 1, column 1/);
    await keepPicture(page, "#helix", "helix-crop");
    await page.context().close();
  });

  test("shows what goes wrong with one cell less, and without gaps, and that the textbook's are more than enough", async () => {
    const page = await still();
    const short = await cropped(page, { gaps: "short" });
    assert.equal(short.length, 19);
    assert.equal(only(short, "wrong"), [30, 11]);
    assert.match((await page.textContent("#helix-caption")) ?? "", /lands on 2 of the 12 cells/);
    await keepPicture(page, "#helix", "helix-short");
    const none = await cropped(page, { gaps: "none" });
    assert.equal(none.length, 12);
    assert.ok(only(none, "wrong").length > 4, "rows run into each other");
    const textbook = await cropped(page, { gaps: "textbook" });
    assert.equal(textbook.length, 30);
    assert.equal(only(textbook, "wanted"), [23, 36, 45, 35, 57, 74, 83, 56, 53, 54, 59, 29]);
    assert.match((await page.textContent("#helix-numbers")) ?? "", /Here there are 30\./);
    await page.context().close();
  });

  test("is right in every size and mode, on the library's helix", async () => {
    const page = await still();
    // Lengths: (m + n - 1), m + floor(n / 2) and max(m, n), multiplied over both axes.
    const lengthOf: Record<string, (m: number, n: number) => number> = {
      full: (m, n) => m + n - 1,
      same: (m, n) => m + (n >> 1),
      valid: Math.max,
    };
    for (const signal of ["2×3", "4×5", "3×4"])
      for (const kernel of ["1×3", "2×2", "3×3"])
        for (const mode of ["full", "same", "valid"]) {
          const [m, n] = [signal, kernel].map((size) => size.split("×").map(Number)) as [number[], number[]];
          const length = m.reduce((product, size, d) => product * (lengthOf[mode]?.(size, n[d] as number) ?? 0), 1);
          const all = await cropped(page, { signal, kernel, mode, gaps: "enough" });
          assert.equal(all.length, length, `${signal} * ${kernel} ${mode}`);
          assert.equal(only(all, "wrong"), [], `${signal} * ${kernel} ${mode}`);
          assert.ok(only(all, "wanted").length > 0);
        }
    await page.context().close();
  });

  test("winds by its slider, and slides by keys", async () => {
    const page = await still();
    const title = () => page.locator("#cylinder title").textContent();
    const firstCell = () => page.locator("#cylinder path").first().getAttribute("d");
    assert.match((await title()) ?? "", /, flat$/);
    const flat = await firstCell();
    await slide(page, "#helix", "Wound", 0.5);
    assert.match((await title()) ?? "", /winding up/);
    assert.is.not(await firstCell(), flat);
    await step(page, "wind");
    await textOf(page, "#wound-value", /100 %/);
    assert.match(await textOf(page, "#helix-caption", /wind up/), /one turn further, 5 cells/);
    await keepPicture(page, "#helix", "helix-wind");
    await page.focus("#position");
    for (let k = 0; k < 6; k++) await page.keyboard.press("ArrowRight");
    assert.match((await page.textContent("#helix-sum")) ?? "", /^Position 6 .* = 23\. Wanted: row 0, column 0/);
    assert.equal(await page.locator("#strip .tap").count(), 9);
    assert.equal(await page.locator("#strip .tap.wrapped").count(), 4);
    assert.equal(await page.getAttribute('[data-step="slide"]', "aria-pressed"), "true");
    await page.context().close();
  });

  test("plays and pauses, and moves smoothly on the way", async () => {
    const page = await visitor.open();
    await step(page, "slide");
    await textOf(page, "#wound-value", /100 %/);
    await textOf(page, "#position-value", /^2 of 19/);
    const frames = await page.evaluate(async () => {
      const seen = new Set<string | null>();
      for (let k = 0; k < 12; k++) {
        await new Promise(requestAnimationFrame);
        seen.add(document.querySelector("#strip .tap circle")?.getAttribute("cx") ?? null);
      }
      return seen.size;
    });
    assert.ok(frames > 3, `the kernel was seen in ${frames} places`);
    await keepPicture(page, "#helix", "helix-slide");
    await page.click("#play");
    const paused = await page.textContent("#position-value");
    assert.equal(await page.textContent("#play"), "Play");
    await page.waitForTimeout(700);
    assert.equal(await page.textContent("#position-value"), paused);
    await page.click("#play");
    await page.waitForFunction((before) => document.getElementById("position-value")?.textContent !== before, paused);
    await page.context().close();
  });
}

test.run();
