// What is remembered of a machine from process to process: each test runs processes of the library as it is published, with a cache folder of its own.
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CALIBRATION_VERSION } from "../../src/dispatch/calibration.js";

const test = suite("remembered calibrations");
const home = fs.mkdtempSync(join(tmpdir(), "helixconv-cache-"));
const library = pathToFileURL(join(process.cwd(), "build/js/index.js")).href;
let folders = 0;

/** A cache folder that does not exist yet. */
const freshCache = () => join(home, String(++folders));

/** Runs a program that imports the library, as this user or another; gives what it prints, as JSON. */
function run(source: string, env: NodeJS.ProcessEnv, user: { uid?: number; gid?: number } = {}): Promise<unknown> {
  const program = `import { backends, calibrate, convolve, convolveSync, explain, useCalibration } from ${JSON.stringify(library)};
    const ones = (...shape) => ({ data: new Float32Array(shape.reduce((n, m) => n * m, 1)).fill(1), shape });
    ${source}`;
  const clean = { ...process.env, HELIXCONV_CALIBRATION: "", LOCALAPPDATA: "" };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--input-type=module", "-e", program],
      { env: { ...clean, ...env }, timeout: 60_000, ...user },
      // Drivers of a GPU may have something to say on standard error.
      (error, stdout) => {
        if (error) reject(error);
        else resolve(JSON.parse(stdout));
      },
    );
  });
}

const filesIn = (cache: string) =>
  fs.existsSync(join(cache, "helixconv")) ? fs.readdirSync(join(cache, "helixconv")) : [];
const large =
  'await explain("convolve", { signal: { shape: [3000, 3000] }, kernel: { shape: [31, 31] } }, { threads: 1 })';
const print = "console.log(JSON.stringify";
const measured = freshCache();

test.before(() => {
  if (!fs.existsSync("build/js/index.js")) throw new Error("build/js/index.js is missing; run npm run build:js first");
});
test.after(() => fs.rmSync(home, { recursive: true, force: true }));

test("a measurement is kept in the cache folder, and found by the next process without measuring again", async () => {
  const first = await run(`${print}(await calibrate()))`, { XDG_CACHE_HOME: measured });
  assert.is(filesIn(measured).length, 1);
  const again = `const start = performance.now(); const found = await calibrate(); ${print}([found, performance.now() - start]))`;
  const [second, ms] = (await run(again, { XDG_CACHE_HOME: measured })) as [unknown, number];
  assert.equal(second, first);
  assert.ok(ms < 500, `${ms} ms`);
});

test("what was measured decides: a machine that is said to be slow at transforms sums directly", async () => {
  const [file] = filesIn(measured);
  const path = join(measured, "helixconv", file as string);
  const calibration = JSON.parse(fs.readFileSync(path, "utf8"));
  const methodOf = (found: unknown) => {
    const cache = freshCache();
    fs.mkdirSync(join(cache, "helixconv"), { recursive: true });
    fs.writeFileSync(
      join(cache, "helixconv", file as string),
      typeof found === "string" ? found : JSON.stringify(found),
    );
    return run(`${print}((${large}).plan.method))`, { XDG_CACHE_HOME: cache });
  };
  const slow = structuredClone(calibration);
  slow.rates.wasm.f32.spectral.flops = 1e6;
  assert.is(await methodOf(slow), "direct");
  const usual = await methodOf(calibration);
  assert.is.not(usual, "direct");
  // Corrupt, or another machine's: as if it were not there.
  assert.is(await methodOf({ ...slow, key: "another machine" }), usual);
  assert.is(await methodOf({ ...slow, version: 0 }), usual);
  assert.is(await methodOf(JSON.stringify(slow).slice(0, 500)), usual);
  assert.is(await methodOf(""), usual);
  slow.rates.wasm.f32.strip.flops = -1;
  assert.is(await methodOf(slow), usual);
});

test("it can be taken out and brought in, on the same machine; anything else is refused", async () => {
  const source = `const calibration = await calibrate();
    const slow = structuredClone(calibration);
    slow.rates.wasm.f32.spectral.flops = 1e6;
    const methods = [];
    const note = async () => methods.push((${large}).plan.method);
    useCalibration(slow); await note();
    useCalibration("default"); await note();
    const codes = [{ ...slow, key: "another machine" }, { rates: {} }].map((bad) => {
      try { useCalibration(bad); } catch (error) { return error.code; }
    });
    ${print}([methods[0], methods[1] === "direct", codes]))`;
  assert.equal(await run(source, { XDG_CACHE_HOME: measured }), ["direct", false, ["option", "option"]]);
});

const wait =
  "const until = async (done, ms) => { const end = performance.now() + ms; while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20)); };";

test("a large problem makes the machine be measured in idle time, once; a small one does not", async () => {
  const watch = (call: string, ms: number) => `import { existsSync, readdirSync } from "node:fs";
    ${wait}
    const folder = process.env.XDG_CACHE_HOME + "/helixconv";
    ${call};
    await until(() => existsSync(folder) && readdirSync(folder).length > 0, ${ms});
    ${print}(existsSync(folder)))`;
  const [idle, small] = [freshCache(), freshCache()];
  assert.is(
    await run(watch('convolveSync(ones(900, 900), ones(40, 41), { backend: "js", method: "fft" })', 30_000), {
      XDG_CACHE_HOME: idle,
    }),
    true,
  );
  assert.is(filesIn(idle).length, 1);
  assert.is(await run(watch("convolveSync(ones(64, 64), ones(3, 3))", 500), { XDG_CACHE_HOME: small }), false);
  const off = { XDG_CACHE_HOME: small, HELIXCONV_CALIBRATION: "off" };
  assert.is(await run(watch(large, 500), off), false);
});

test("without a home, with one that cannot be written to, and with a file in its place, everything works and nothing is kept", async () => {
  const file = join(home, "file");
  fs.writeFileSync(file, "not a folder");
  for (const env of [
    { XDG_CACHE_HOME: "", HOME: "" },
    { XDG_CACHE_HOME: file },
    { XDG_CACHE_HOME: "/proc/helixconv" },
    { XDG_CACHE_HOME: "", HOME: join(home, "nobody") },
  ]) {
    const source = `const found = await calibrate(); const { data } = await convolve(ones(5), ones(2)); ${print}([found.version, [...data].map(Math.round)]))`;
    assert.equal(await run(source, env), [CALIBRATION_VERSION, [1, 2, 2, 2, 2, 1]]);
  }
  assert.not.ok(fs.existsSync(join(home, "nobody")));
});

test("in a home that is read-only, everything works and nothing is kept", async () => {
  const folder = freshCache();
  fs.mkdirSync(folder);
  fs.chmodSync(home, 0o755);
  fs.chmodSync(folder, 0o555);
  // To root nothing is read-only: it becomes nobody.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const source = `import { writeFileSync } from "node:fs";
    const refused = [];
    try { writeFileSync(${JSON.stringify(join(folder, "file"))}, ""); } catch (error) { refused.push(error.code); }
    const found = await calibrate();
    const { data } = await convolve(ones(5), ones(2));
    ${print}([refused, found.version, [...data].map(Math.round)]))`;
  for (const env of [{ XDG_CACHE_HOME: folder }, { XDG_CACHE_HOME: "", HOME: folder }])
    assert.equal(await run(source, env, nobody), [["EACCES"], 2, [1, 2, 2, 2, 2, 1]]);
  assert.equal(fs.readdirSync(folder), []);
});

test("processes that measure at the same time all succeed, and leave one whole file", async () => {
  const cache = freshCache();
  const source = `await calibrate({ force: true }); ${print}(true))`;
  await Promise.all([1, 2].map(() => run(source, { XDG_CACHE_HOME: cache })));
  const files = filesIn(cache);
  assert.is(files.length, 1);
  assert.ok(JSON.parse(fs.readFileSync(join(cache, "helixconv", files[0] as string), "utf8")).rates.wasm.f32);
});

test.run();
