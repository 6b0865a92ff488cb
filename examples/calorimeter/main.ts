// npm run example:calorimeter: a 4-D convolutional network learns to tell two particle types apart, with ConvNd alone.
import { Network, Sgd } from "./network.js";
import { logisticLoss, train } from "./training.js";

const network = new Network();
const optimiser = new Sgd(network.parameters(), 0.1, 0.9);

await train(
  {
    name: "ConvNd",
    async learn({ images, labels }) {
      const { loss, grad } = logisticLoss(await network.scores(images), labels);
      await network.backward(grad);
      optimiser.step();
      return loss;
    },
    scores: (images) => network.scores(images),
  },
  "build/examples/calorimeter.svg",
);
network.dispose();
