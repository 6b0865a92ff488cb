// Layers and their gradients on the webgpu backend, in Node, on Dawn with a software driver.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { replaceWebGpu } from "../../../src/dispatch/registry.js";
import { type NdArray, prepare } from "../../../src/index.js";
import { device, type GpuArray } from "../../../src/webgpu.js";
import { agreeOnLayers } from "../../agreement/layers.js";
import { throwsHelixError } from "../../throws.js";
import { createSoftwareGpu, isThere } from "./equipment.js";

const test = suite("layers on webgpu");

if (isThere("dawnDriver", "apt-get install chromium")) {
  const gpu = createSoftwareGpu();
  replaceWebGpu(gpu);
  test.after(() => gpu.dispose());

  test("random layers of every option, their transposes and gradients agree with the oracle", async () => {
    const { checks, failures } = await agreeOnLayers(2_000_000, 8, "webgpu");
    assert.equal(failures, []);
    for (const operation of ["conv", "gradInput", "gradWeight", "transpose"])
      assert.ok(
        [...checks.keys()].some((label) => label.endsWith(operation)),
        `no ${operation}`,
      );
  });

  test("a layer runs on arrays on the GPU, but not with what is the CPU's work", async () => {
    const gpuDevice = (await device()) as GPUDevice;
    const x: GpuArray = {
      buffer: gpuDevice.createBuffer({ size: 80, usage: 0x8c }),
      shape: [1, 2, 10],
      dtype: "float32",
    };
    const y: GpuArray = {
      buffer: gpuDevice.createBuffer({ size: 120, usage: 0x8c }),
      shape: [1, 3, 10],
      dtype: "float32",
    };
    const weight: NdArray = { data: new Float32Array(18).fill(1), shape: [3, 2, 3] };
    const options = { padding: 1, backend: "webgpu" } as const;
    const plain = await prepare("conv", { signal: { shape: [1, 2, 10] } }, weight, options);
    assert.is(await plain.run(x, { out: y }), y);
    const bias = { data: new Float32Array(3), shape: [3] };
    for (const extra of [{ bias }, { paddingMode: "circular" }] as const) {
      const prepared = await prepare("conv", { signal: { shape: [1, 2, 10] } }, weight, { ...options, ...extra });
      await throwsHelixError(
        () => prepared.run(x),
        "option",
        /arrays on a GPU go without boundary, padding mode and bias/,
      );
      prepared.dispose();
    }
    plain.dispose();
  });
}

test.run();
