// helixconv/tfjs on the cpu and wasm backends of TensorFlow.js: against its own conv2d and conv3d where it has them, against helixconv's conv
// beyond, and in training.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as layers from "@tensorflow/tfjs-layers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { convSync, type LayerOptions } from "../../src/index.js";
import { convNd, convNdLayer } from "../../src/tfjs/index.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

for (const backend of ["cpu", "wasm"]) {
  const test = suite(`tfjs on ${backend}`);
  const random = new Random(61);
  const numbers = (shape: number[]) => Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1)));
  const tensor = (...shape: number[]) => tf.tensor(numbers(shape), shape);
  const near = (a: tf.Tensor, b: tf.Tensor) => {
    assert.equal(a.shape, b.shape);
    const [p, q] = [a.dataSync(), b.dataSync()];
    p.forEach((value, i) => {
      assert.ok(Math.abs(value - (q[i] as number)) < 1e-4, `${value} is not ${q[i]}`);
    });
  };

  test.before(async () => {
    assert.ok(await tf.setBackend(backend));
  });

  test("values and gradients are those of tf.conv2d", () => {
    const [x, filter] = [tensor(2, 7, 6, 3), tensor(3, 2, 3, 4)] as [tf.Tensor4D, tf.Tensor4D];
    const weights = tensor(2, 4, 5, 4);
    const theirs = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2d(
        a as tf.Tensor4D,
        b as tf.Tensor4D,
        [2, 1],
        [
          [0, 0],
          [1, 1],
          [0, 0],
          [0, 0],
        ],
      );
    const ours = (a: tf.Tensor, b: tf.Tensor) => convNd(a, b, { stride: [2, 1], padding: [1, 0] });
    near(ours(x, filter), theirs(x, filter));
    const loss = (conv: typeof ours) => (a: tf.Tensor, b: tf.Tensor) =>
      tf.sum(tf.mul(conv(a, b), weights)) as tf.Scalar;
    const [dx, df] = tf.grads(loss(ours))([x, filter]);
    // The wasm backend of tfjs has no gradient of conv2d's filter.
    tf.setBackend("cpu");
    const [ex, ef] = tf.grads(loss(theirs))([x, filter]);
    tf.setBackend(backend);
    near(dx as tf.Tensor, ex as tf.Tensor);
    near(df as tf.Tensor, ef as tf.Tensor);
  });

  test("five spatial axes, groups and a bias, in both data formats, are helixconv's conv", () => {
    const options: LayerOptions = { groups: 2, padding: 1, stride: 2, paddingMode: "circular" };
    const [x, weight, bias] = [numbers([2, 4, 3, 3, 4, 3, 2]), numbers([6, 2, 2, 2, 2, 2, 2]), numbers([6])];
    const expected = convSync(
      { data: x, shape: [2, 4, 3, 3, 4, 3, 2] },
      { data: weight, shape: [6, 2, 2, 2, 2, 2, 2] },
      { ...options, bias: { data: bias, shape: [6] } },
    );
    const y = tf.tensor(expected.data as Float32Array, [...expected.shape]);
    const [first, filter] = [tf.tensor(x, [2, 4, 3, 3, 4, 3, 2]), tf.tensor(weight, [6, 2, 2, 2, 2, 2, 2])];
    const toLast = [0, 2, 3, 4, 5, 6, 1];
    const theirFilter = tf.transpose(filter, [2, 3, 4, 5, 6, 1, 0]);
    const given = { ...options, bias: tf.tensor1d(bias) };
    near(convNd(first, theirFilter, { ...given, dataFormat: "channelsFirst" }), y);
    near(convNd(tf.transpose(first, toLast), theirFilter, given), tf.transpose(y, toLast));
  });

  test("a model with a 4-D layer learns by fit, gradients of kernel and bias included", async () => {
    const model = layers.sequential();
    model.add(convNdLayer({ filters: 3, kernelShape: [2, 2, 2, 2], inputShape: [3, 3, 3, 3, 1], seed: 4 }));
    model.add(layers.layers.reLU());
    model.add(layers.layers.flatten());
    model.add(layers.layers.dense({ units: 1, kernelInitializer: layers.initializers.glorotUniform({ seed: 5 }) }));
    model.compile({ optimizer: tf.train.sgd(0.05), loss: "meanSquaredError" });
    assert.equal(model.layers[0]?.outputShape, [null, 2, 2, 2, 2, 3]);
    const before = model.layers[0]?.getWeights().map((weight) => weight.dataSync().slice()) ?? [];
    const x = tensor(16, 3, 3, 3, 3, 1);
    const target = tf.sum(tf.slice(x, [0, 0, 0, 0, 0, 0], [16, 2, 2, 1, 1, 1]), [1, 2, 3, 4]);
    const { history } = await model.fit(x, target, { epochs: 40, batchSize: 8, shuffle: false, verbose: 0 });
    const losses = history.loss as number[];
    assert.ok(
      (losses.at(-1) as number) < 0.2 * (losses[0] as number),
      `loss went from ${losses[0]} to ${losses.at(-1)}`,
    );
    model.layers[0]?.getWeights().forEach((weight, i) => {
      assert.not.equal(weight.dataSync(), before[i]);
    });
  });

  test("a model comes back from its JSON", async () => {
    const model = layers.sequential();
    model.add(
      convNdLayer({
        filters: 2,
        kernelShape: [2, 1, 2, 1],
        padding: "same",
        useBias: false,
        inputShape: [3, 2, 3, 2, 1],
      }),
    );
    const again = await layers.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    again.setWeights(model.getWeights());
    const x = tensor(1, 3, 2, 3, 2, 1);
    near(again.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor);
  });

  test("no tensors leak", () => {
    const [x, filter] = [tensor(1, 4, 4, 2), tensor(2, 2, 2, 3)];
    const count = tf.memory().numTensors;
    const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(convNd(a, b)) as tf.Scalar;
    for (const gradient of tf.tidy(() => tf.grads(loss)([x, filter]))) gradient.dispose();
    assert.is(tf.memory().numTensors, count);
  });

  test("errors are conv's", async () => {
    await throwsHelixError(
      () => convNd(tensor(1, 4, 4, 2), tensor(2, 2, 3, 3)),
      "shape",
      /x must have as many channels/,
    );
    await throwsHelixError(
      () => convNd(tensor(1, 4, 4, 2), tensor(2, 2, 2, 3), { dataFormat: "NHWC" as "channelsLast" }),
      "option",
      /dataFormat must be "channelsLast" or "channelsFirst"; got "NHWC"/,
    );
  });

  test.run();
}
