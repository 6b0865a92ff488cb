// npm run example:calorimeter-tfjs: the same network, showers and training, as a TensorFlow.js model on tfjs's CPU backend.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { initializers, layers, sequential } from "@tensorflow/tfjs-layers";
import { convNdLayer } from "helixconv/tfjs";
import { SHAPE, type Showers } from "./showers.js";
import { train } from "./training.js";

const cube = (n: number) => [n, n, n, n];

await tf.setBackend("cpu");
const model = sequential();
model.add(convNdLayer({ filters: 6, kernelShape: cube(3), seed: 1, inputShape: [...SHAPE, 1] }));
model.add(layers.reLU());
model.add(convNdLayer({ filters: 8, kernelShape: cube(3), stride: 2, padding: 1, seed: 2 }));
model.add(layers.reLU());
model.add(layers.reshape({ targetShape: [null as unknown as number, 8] }));
model.add(layers.globalAveragePooling1d());
model.add(
  layers.dense({ units: 1, kernelInitializer: initializers.randomUniform({ minval: -0.35, maxval: 0.35, seed: 3 }) }),
);
model.compile({
  optimizer: tf.train.momentum(0.1, 0.9),
  loss: (labels, scores) => tf.losses.sigmoidCrossEntropy(labels, scores),
});

const tensorOf = ({ data, shape }: Showers["images"]) => tf.tensor(data, [shape[0] as number, ...SHAPE, 1]);

await train(
  {
    name: "helixconv/tfjs",
    async learn({ images, labels }) {
      const [x, y] = [tensorOf(images), tf.tensor2d(Float32Array.from(labels), [labels.length, 1])];
      const loss = (await model.trainOnBatch(x, y)) as number;
      tf.dispose([x, y]);
      return loss;
    },
    async scores(images) {
      return tf.tidy(() => (model.predictOnBatch(tensorOf(images)) as tf.Tensor).dataSync());
    },
  },
  "build/examples/calorimeter-tfjs.svg",
);
