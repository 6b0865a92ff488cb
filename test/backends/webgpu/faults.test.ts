// What can go wrong with a GPU: none there, one that never answers, one that is lost, shaders that do not compile, too little memory.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createWebGpu, type WebGpu } from "../../../src/backends/webgpu/index.js";
import { replaceWebGpu } from "../../../src/dispatch/registry.js";
import { backends, convolve, convolveSync, type NdArray, prepare } from "../../../src/index.js";
import { device, useDevice } from "../../../src/webgpu.js";
import { Random } from "../../random.js";
import { throwsHelixError } from "../../throws.js";
import { createSoftwareGpu, isThere } from "./equipment.js";

const test = suite("webgpu faults");
const random = new Random(5);
const filled = (...shape: number[]): NdArray => ({
  data: Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1))),
  shape,
});
/** Large enough for dispatch to look for a GPU. */
const [signal, kernel] = [filled(1000, 1000), filled(31, 31)];
const [image, blur] = [filled(40, 50), filled(5, 6)];
const expected = convolveSync(image, blur, { backend: "wasm" });
const [large, long, options] = [filled(2 ** 14), filled(77), { backend: "webgpu", method: "fft" } as const];

const near = (result: NdArray, right: NdArray): boolean =>
  right.data.length === result.data.length &&
  Array.from(right.data).every((value, i) => Math.abs(value - (result.data[i] as number)) < 1e-4);

const detailOf = async () => (await backends()).find(({ name }) => name === "webgpu")?.detail ?? "";

/** A platform's entry point, of which only this much is used. */
const entryOf = (requestAdapter: () => Promise<GPUAdapter | null>) => ({ requestAdapter }) as unknown as GPU;

async function autoAnswers(webgpu: WebGpu, reason: RegExp, within: number): Promise<void> {
  replaceWebGpu(webgpu);
  const start = performance.now();
  const result = await convolve(signal, kernel, { mode: "valid" });
  assert.ok(performance.now() - start < within + 1500, `auto took ${performance.now() - start} ms`);
  assert.equal(result.shape, [970, 970]);
  assert.match(await detailOf(), reason);
  await throwsHelixError(() => convolve(image, blur, { backend: "webgpu" }), "backend-unavailable", reason);
}

test("without an adapter auto computes elsewhere, and says why", async () => {
  await autoAnswers(createWebGpu({ entry: entryOf(async () => null) }), /no adapter/, 0);
});

test("an adapter that never answers is given up after the timeout", async () => {
  const never = entryOf(() => new Promise(() => {}));
  await autoAnswers(createWebGpu({ entry: never, timeout: 200 }), /did not answer within 200 ms/, 200);
});

test("a driver that fails is not there", async () => {
  const broken = entryOf(async () => {
    throw new Error("no luck");
  });
  await autoAnswers(createWebGpu({ entry: broken }), /could not be set up: .*no luck/, 0);
});

test("a synchronous call for webgpu is an option error", async () => {
  replaceWebGpu(createWebGpu());
  await throwsHelixError(() => convolveSync(image, blur, { backend: "webgpu" }), "option", /synchronous call cannot/);
});

if (isThere("dawnDriver", "apt-get install chromium")) {
  test("an adapter that computes in software is left alone, unless that is allowed", async () => {
    await autoAnswers(
      createWebGpu({ software: false, timeout: 30_000 }),
      /computes in software.*HELIXCONV_SOFTWARE_GPU=1/,
      5000,
    );
    replaceWebGpu(createSoftwareGpu());
    assert.ok(near(await convolve(image, blur, { backend: "webgpu" }), expected));
  });

  test("float64 arrays are not for webgpu", async () => {
    const doubles = { data: new Float64Array(9), shape: [9] };
    await throwsHelixError(() => convolve(doubles, doubles, { backend: "webgpu" }), "dtype", /computes in float32/);
  });

  test("a device that is lost while it computes is replaced, and nothing is lost with it", async () => {
    replaceWebGpu(createSoftwareGpu());
    const right = convolveSync(large, long, { method: "fft" });
    const prepared = await prepare("convolve", { signal: large }, long, options);
    const first = (await device()) as GPUDevice;
    const running = prepared.run(large);
    first.destroy();
    assert.ok(near(await running, right));
    assert.ok((await device()) !== first);
    assert.ok(near(await prepared.run(large), right));
    prepared.dispose();
  });

  test("the caller's device is used, is not destroyed, and when it is lost auto goes on without it", async () => {
    const own = createSoftwareGpu();
    const callers = (await own.acquire()).device;
    useDevice(callers);
    assert.match(await detailOf(), /caller's device/);
    const prepared = await prepare("convolve", { signal: image }, blur, { backend: "webgpu" });
    assert.ok(near(await prepared.run(image), expected));
    callers.destroy();
    await throwsHelixError(() => prepared.run(image), "device-lost", /lost while it was in use/);
    assert.match(await detailOf(), /lost/);
    assert.ok(near(await convolve(image, blur), expected));
    prepared.dispose();
    replaceWebGpu(createSoftwareGpu());
  });

  test("a shader that does not compile is an error with its line, and auto goes on without it", async () => {
    const webgpu = createSoftwareGpu();
    const { device: broken } = await webgpu.acquire();
    const create = broken.createShaderModule.bind(broken);
    broken.createShaderModule = ({ code, ...rest }) => create({ ...rest, code: `${code}\nfn broken() { return 1 }` });
    replaceWebGpu(webgpu);
    await throwsHelixError(() => convolve(image, blur, options), "backend-unavailable", /did not compile, line \d+:/);
    replaceWebGpu(createSoftwareGpu());
  });

  test("where memory runs out a smaller split is tried, and then it is an error", async () => {
    const webgpu = createSoftwareGpu();
    const { device: small, pool } = await webgpu.acquire();
    const create = small.createBuffer.bind(small);
    let most = 2 ** 17;
    small.createBuffer = (descriptor) => {
      if (descriptor.size > most) throw new RangeError(`out of memory: ${descriptor.size} bytes`);
      return create(descriptor);
    };
    replaceWebGpu(webgpu);
    const batch = filled(60, 500);
    const taps = filled(1, 9);
    const right = convolveSync(batch, taps, { axes: [1] });
    assert.ok(near(await convolve(batch, taps, { axes: [1], ...options }), right));
    assert.ok(pool.bytes > 0);
    most = 1000;
    await throwsHelixError(
      () => convolve(batch, filled(1, 8), { axes: [1], ...options }),
      "out-of-memory",
      /enough memory/,
    );
    assert.ok(near(await convolve(batch, taps, { axes: [1] }), right));
    replaceWebGpu(createSoftwareGpu());
  });

  test("an abort ends a run that waits for the GPU, or stops between two steps, and the next run is right", async () => {
    // So that there are several steps.
    const webgpu = createSoftwareGpu({ limits: { binding: 2 ** 16 } });
    const { queue } = (await webgpu.acquire()).device;
    replaceWebGpu(webgpu);
    const batch = filled(60, 500);
    const taps = filled(1, 9);
    const prepared = await prepare("convolve", { signal: batch }, taps, { axes: [1], ...options });
    const fractions: number[] = [];
    const between = new AbortController();
    const onProgress = (fraction: number) => {
      fractions.push(fraction);
      between.abort();
    };
    await throwsHelixError(
      () => prepared.run(batch, { abort: between.signal, onProgress }),
      "aborted",
      /aborted by its/,
    );
    assert.ok(fractions.length === 1 && (fractions[0] as number) < 1, `${fractions}`);
    const waiting = new AbortController();
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      submit(buffers);
      waiting.abort();
    };
    await throwsHelixError(() => prepared.run(batch, { abort: waiting.signal }), "aborted", /aborted by its signal/);
    queue.submit = submit;
    assert.ok(near(await prepared.run(batch), convolveSync(batch, taps, { axes: [1] })));
    prepared.dispose();
  });
}

test.after(() => replaceWebGpu(createWebGpu({ entry: entryOf(async () => null) })));
test.run();
