import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  ConvNd,
  convGradBiasSync,
  convGradInputSync,
  convGradWeightSync,
  convSync,
  type NdArray,
  type SavedConvNd,
} from "../../src/index.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("ConvNd");
const random = new Random(51);
const filled = (...shape: number[]): NdArray => ({
  data: Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1))),
  shape,
});
const options = {
  inChannels: 4,
  outChannels: 6,
  kernelShape: [3, 2, 2, 3],
  stride: [2, 1, 1, 1],
  padding: 1,
  groups: 2,
};
const layerOptions = { stride: [2, 1, 1, 1], padding: 1, groups: 2 };

test("forward and backward are conv and its gradients, again and again, as weights and shapes change", async () => {
  const layer = new ConvNd({ ...options, seed: 3 });
  for (const size of [5, 5, 5, 4, 5]) {
    const x = filled(2, 4, size, 4, 3, 4);
    const given = { ...layerOptions, bias: layer.bias as NdArray };
    const y = size === 4 ? layer.forwardSync(x) : await layer.forward(x);
    assert.equal(y, convSync(x, layer.weight, given));
    const grad = filled(...y.shape);
    const gradients = size === 4 ? layer.backwardSync(grad) : await layer.backward(grad);
    assert.equal(gradients.input, convGradInputSync(grad, layer.weight, { ...layerOptions, inputShape: x.shape }));
    const kernelShape = layer.weight.shape;
    assert.equal(gradients.weight, convGradWeightSync(grad, x, { ...layerOptions, kernelShape }));
    assert.equal(gradients.bias, convGradBiasSync(grad));
    for (const { value, grad: g } of layer.parameters())
      value.data.forEach((v, i) => {
        value.data[i] = v - 0.1 * (g.data[i] as number);
      });
  }
  layer.dispose();
});

test("gradients add up until zeroGrad, and are only returned if they are not to be accumulated", () => {
  const layer = new ConvNd(options);
  const x = filled(1, 4, 4, 3, 3, 4);
  const grad = filled(...layer.forwardSync(x).shape);
  const { weight } = layer.backwardSync(grad);
  layer.backwardSync(grad);
  layer.backwardSync(grad, { accumulate: false });
  const [parameter] = layer.parameters();
  assert.equal(
    parameter?.grad.data,
    weight.data.map((v) => v + v),
  );
  layer.zeroGrad();
  assert.ok(layer.parameters().every((each) => each.grad.data.every((v) => v === 0)));
});

test("initial numbers are the seed's, uniform between ±1 / sqrt(fan in)", () => {
  const make = (seed: number) => new ConvNd({ inChannels: 8, outChannels: 32, kernelShape: [5, 5], groups: 2, seed });
  const { weight, bias } = make(1);
  assert.equal([weight.shape, bias?.shape, weight.dtype], [[32, 4, 5, 5], [32], "float32"]);
  assert.equal(make(1).weight, weight);
  assert.not.equal(make(2).weight, weight);
  const limit = 1 / Math.sqrt(4 * 25);
  const numbers = [...weight.data];
  assert.ok(numbers.every((v) => Math.abs(v) <= limit) && Math.max(...numbers) > 0.99 * limit);
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const variance = numbers.reduce((sum, v) => sum + v * v, 0) / numbers.length;
  assert.ok(Math.abs(mean) < 0.05 * limit && Math.abs(variance / (limit ** 2 / 3) - 1) < 0.05);
});

test("a layer without bias, in another type, on a backend", () => {
  const layer = new ConvNd({
    inChannels: 1,
    outChannels: 2,
    kernelShape: [2],
    bias: false,
    dtype: "complex128",
    backend: "js",
  });
  const x = { data: Float64Array.of(1, 0, 0, 1, 2, 2), shape: [1, 1, 3], dtype: "complex128" };
  const y = layer.forwardSync(x);
  assert.equal([y.dtype, layer.parameters().length], ["complex128", 1]);
  assert.equal(y, convSync(x, layer.weight, { backend: "js" }));
});

test("a saved layer comes back with the same numbers", () => {
  const layer = new ConvNd({ ...options, seed: 9 });
  const x = filled(1, 4, 4, 3, 3, 4);
  const again = ConvNd.fromJSON(JSON.parse(JSON.stringify(layer)) as SavedConvNd);
  assert.equal(again.weight, layer.weight);
  assert.equal(again.forwardSync(x), layer.forwardSync(x));
});

test("what makes no layer is refused", async () => {
  await throwsHelixError(() => new ConvNd({ ...options, groups: 3 }), "option", /multiples of groups; got 4, 6 and 3/);
  await throwsHelixError(
    () => new ConvNd({ ...options, kernelShape: [] }),
    "option",
    /kernelShape must have a number of taps/,
  );
  await throwsHelixError(() => new ConvNd(options).backward(filled(1, 6, 2, 2)), "option", /call forward first/);
  await throwsHelixError(
    () => new ConvNd(options).forward(filled(1, 3, 4, 4, 4, 4)),
    "shape",
    /x must have as many channels/,
  );
  const saved = new ConvNd(options).toJSON();
  await throwsHelixError(
    () => ConvNd.fromJSON({ ...saved, weight: [1] }),
    "format",
    /weight must hold 432 numbers.*it holds 1/,
  );
  await throwsHelixError(() => ConvNd.fromJSON({} as SavedConvNd), "format", /type "ConvNd"; got undefined/);
});

test.run();
