// How long things live: convolutions in flight at once, memory, arrays that stay on the GPU, and what is left when a process ends.
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createWebGpu } from "../../../src/backends/webgpu/index.js";
import { replaceWebGpu } from "../../../src/dispatch/registry.js";
import { convolve, convolveSync, explain, type NdArray, prepare } from "../../../src/index.js";
import { device, type GpuArray } from "../../../src/webgpu.js";
import { Random } from "../../random.js";
import { throwsHelixError } from "../../throws.js";
import { createSoftwareGpu, isThere } from "./equipment.js";

const test = suite("webgpu life");
const random = new Random(6);
const filled = (...shape: number[]): NdArray<Float32Array> => ({
  data: Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1))),
  shape,
});
const near = (result: ArrayLike<number>, right: ArrayLike<number>): boolean =>
  right.length === result.length &&
  Array.from(right).every((value, i) => Math.abs(value - (result[i] as number)) < 1e-4);

if (isThere("dawnDriver", "apt-get install chromium")) {
  const webgpu = createSoftwareGpu();
  // All suites run in one process: the others are to find what is there without this one.
  test.before(() => replaceWebGpu(webgpu));
  test.after(() => replaceWebGpu(createWebGpu()));
  const [image, blur] = [filled(40, 50), filled(5, 6)];
  const options = { backend: "webgpu", method: "fft", mode: "same" } as const;

  test("several convolutions are in flight at once, of one shape and of several", async () => {
    const signals = [1, 2, 3, 4, 5, 6].map((n) => filled(30 + (n % 3), 50));
    const results = await Promise.all(signals.map((signal) => convolve(signal, blur, options)));
    results.forEach((result, i) => {
      assert.ok(near(result.data, convolveSync(signals[i] as NdArray, blur, { mode: "same" }).data), `${i}`);
    });
  });

  test("a chain of convolutions stays on the GPU, from a buffer to a buffer", async () => {
    const gpu = (await device()) as GPUDevice;
    const bytes = 4 * 40 * 50;
    const array = (byteOffset: number): GpuArray => ({
      buffer: gpu.createBuffer({ size: byteOffset + bytes, usage: 0x80 | 0x8 | 0x4 }),
      shape: [40, 50],
      dtype: "float32",
      byteOffset,
    });
    const [x, y, z] = [array(0), array(12), array(256)];
    gpu.queue.writeBuffer(x.buffer as GPUBuffer, 0, image.data as Float32Array<ArrayBuffer>);
    assert.is(await convolve(x, blur, { ...options, out: y }), y);
    const prepared = await prepare("convolve", { signal: image }, blur, options);
    assert.is(await prepared.run(y, { out: z }), z);
    const read = await convolve(z, { data: Float32Array.of(1), shape: [1, 1] }, { mode: "same" });
    const twice = convolveSync(convolveSync(image, blur, { mode: "same" }), blur, { mode: "same" });
    assert.ok(near(read.data, twice.data));
    for (const { buffer } of [x, y, z]) (buffer as GPUBuffer).destroy();
    prepared.dispose();
  });

  test("runs of one prepared convolution are on the GPU together, and a direct one's signals may differ in where they lie", async () => {
    const { queue } = (await device()) as GPUDevice;
    const submit = queue.submit.bind(queue);
    const signals = [1, 2, 3, 4, 5].map(() => filled(40, 50));
    for (const method of ["fft", "direct"] as const) {
      const prepared = await prepare("convolve", { signal: image }, blur, { ...options, method });
      await prepared.run(image);
      const events: string[] = [];
      queue.submit = (buffers) => {
        events.push("submitted");
        submit(buffers);
      };
      const results = await Promise.all(
        signals.map(async (signal) => {
          const result = await prepared.run(signal);
          events.push("done");
          return result;
        }),
      );
      queue.submit = submit;
      assert.is(events.indexOf("done"), signals.length, `${method}: ${events}`);
      results.forEach((result, i) => {
        assert.ok(
          near(result.data, convolveSync(signals[i] as NdArray, blur, { mode: "same" }).data),
          `${method} ${i}`,
        );
      });
      prepared.dispose();
    }
  });

  test("a signal on the GPU that is smaller than its kernel is summed directly", async () => {
    const gpu = (await device()) as GPUDevice;
    const x: GpuArray = {
      buffer: gpu.createBuffer({ size: 4 * 30, usage: 0x80 | 0x8 | 0x4 }),
      shape: [5, 6],
      dtype: "float32",
    };
    gpu.queue.writeBuffer(x.buffer as GPUBuffer, 0, blur.data as Float32Array<ArrayBuffer>);
    const direct = { ...options, mode: "full", method: "direct" } as const;
    const prepared = await prepare("convolve", { signal: x }, image, direct);
    const right = convolveSync(blur, image, { mode: "full" }).data;
    assert.ok(near((await prepared.run(x)).data, right));
    assert.ok(near((await prepared.run(blur)).data, right));
    prepared.dispose();
    (x.buffer as GPUBuffer).destroy();
  });

  test("what lies on the GPU is not counted as to be brought there", async () => {
    const buffer = { size: 4 * 40 * 50 };
    const onGpu: GpuArray = { buffer, shape: [40, 50], dtype: "float32" };
    const seconds = async (signal: NdArray | GpuArray, out?: GpuArray) =>
      (await explain("convolve", { signal, kernel: blur }, out ? { ...options, out } : options)).seconds;
    const [host, one, both] = [await seconds(image), await seconds(onGpu), await seconds(onGpu, onGpu)];
    assert.ok(host > one && one > both, `${host} ${one} ${both}`);
    const { backend } = await explain("convolve", { signal: onGpu, kernel: blur }, { mode: "same" });
    assert.is(backend, "webgpu");
  });

  test("a GpuArray that is not one is refused with its rule, values and remedy", async () => {
    const buffer = { size: 100 };
    const call = (array: Partial<GpuArray>) => () =>
      convolve({ buffer, shape: [25], dtype: "float32", ...array }, blur);
    await throwsHelixError(call({ shape: [26] }), "shape", /needs .* 104 bytes for shape \(26\).*its buffer 100 bytes/);
    await throwsHelixError(call({ byteOffset: 3 }), "shape", /byteOffset that is a whole number of elements/);
    await throwsHelixError(call({ dtype: "float64" as "float32" }), "dtype", /must be float32 or complex64/);
    await throwsHelixError(call({ buffer: 7 }), "shape", /must be a GPUBuffer/);
    const onGpu: GpuArray = { buffer, shape: [25], dtype: "float32" };
    await throwsHelixError(() => convolve(onGpu, blur, { backend: "wasm" }), "option", /need backend "webgpu"/);
  });

  test("numbers that are not finite are not for shaders, and are convolved elsewhere", async () => {
    const broken = { ...image, data: image.data.slice() };
    broken.data[700] = Number.NaN;
    const result = await convolve(broken, blur, options);
    // As text, in which NaN equals NaN.
    assert.is(result.data.join(), convolveSync(broken, blur, { mode: "same", method: "direct" }).data.join());
  });

  test("2000 convolutions take no more memory than a few", async () => {
    const { pool } = await webgpu.acquire();
    const prepared = await prepare("convolve", { signal: image }, blur, options);
    const once = async () => {
      await prepared.run(image);
    };
    for (let i = 0; i < 200; i++) await once();
    const before = { gpu: pool.bytes, host: process.memoryUsage().rss };
    for (let i = 0; i < 1800; i++) await once();
    const after = { gpu: pool.bytes, host: process.memoryUsage().rss };
    assert.is(after.gpu, before.gpu);
    assert.ok(after.host - before.host < 64 * 2 ** 20, `grew by ${after.host - before.host} bytes`);
    prepared.dispose();
  });

  test("a process that has used a GPU ends by itself", () => {
    const program = `import { convolve } from "./build/js/index.js";
      const array = { data: new Float32Array(1000).fill(1), shape: [1000] };
      process.stdout.write(String((await convolve(array, array, { backend: "webgpu", method: "fft" })).data[999]));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ...process.env, HELIXCONV_SOFTWARE_GPU: "1" },
      timeout: 60_000,
      encoding: "utf8",
    });
    assert.ok(Math.abs(Number(output) - 1000) < 1e-2, output);
  });
}

test.run();
