// A small 4-D convolutional classifier: conv 3^4, ReLU, conv 3^4 with stride 2, ReLU, mean over space, a linear layer; and SGD with momentum.
import { ConvNd, type FloatArray, type NdArray, type Parameter } from "helixconv";

type Float = NdArray<FloatArray>;

const cube = (n: number) => [n, n, n, n];

export class Network {
  private readonly first = new ConvNd({ inChannels: 1, outChannels: 6, kernelShape: cube(3), seed: 1 });
  private readonly second = new ConvNd({
    inChannels: 6,
    outChannels: 8,
    kernelShape: cube(3),
    stride: 2,
    padding: 1,
    seed: 2,
  });
  /** A linear layer is a convolution of single cells. */
  private readonly last = new ConvNd({ inChannels: 8, outChannels: 1, kernelShape: cube(1), seed: 3 });
  private hidden: Float[] = [];

  /** One number for each image of (N, 1, …): how much it speaks for label 1. */
  async scores(images: NdArray): Promise<FloatArray> {
    const a = rectify(await this.first.forward(images));
    const b = rectify(await this.second.forward(a));
    this.hidden = [a, b];
    const { data } = await this.last.forward(meanOverSpace(b));
    return data;
  }

  /** Adds the gradients of a loss to the parameters', from those with respect to the scores. */
  async backward(grad: Float32Array): Promise<void> {
    const [a, b] = this.hidden as [Float, Float];
    const { input: pooled } = await this.last.backward({ data: grad, shape: [grad.length, 1, ...cube(1)] });
    const { input } = await this.second.backward(whereActive(b, spread(pooled, b.shape)));
    await this.first.backward(whereActive(a, input));
  }

  parameters(): Parameter[] {
    return [this.first, this.second, this.last].flatMap((layer) => layer.parameters());
  }

  dispose(): void {
    for (const layer of [this.first, this.second, this.last]) layer.dispose();
  }
}

/** Stochastic gradient descent with momentum; each step uses up the gradients. */
export class Sgd {
  private readonly velocities: Float64Array[];

  constructor(
    private readonly parameters: readonly Parameter[],
    private readonly rate: number,
    private readonly momentum: number,
  ) {
    this.velocities = parameters.map(({ value }) => new Float64Array(value.data.length));
  }

  step(): void {
    this.parameters.forEach(({ value, grad }, p) => {
      const velocity = this.velocities[p] as Float64Array;
      for (let i = 0; i < velocity.length; i++) {
        velocity[i] = this.momentum * (velocity[i] as number) + (grad.data[i] as number);
        value.data[i] = (value.data[i] as number) - this.rate * (velocity[i] as number);
      }
      grad.data.fill(0);
    });
  }
}

/** max(0, x), in place. */
function rectify(x: Float): Float {
  x.data.forEach((v, i) => {
    if (v < 0) x.data[i] = 0;
  });
  return x;
}

/** The gradient where a rectified result is not zero. */
function whereActive(y: Float, grad: Float): Float {
  y.data.forEach((v, i) => {
    if (v === 0) grad.data[i] = 0;
  });
  return grad;
}

function meanOverSpace({ data, shape: [batch = 1, channels = 1] }: Float): Float {
  const size = data.length / (batch * channels);
  const means = Float32Array.from({ length: batch * channels }, (_, slice) => {
    let sum = 0;
    for (let i = slice * size; i < (slice + 1) * size; i++) sum += data[i] as number;
    return sum / size;
  });
  return { data: means, shape: [batch, channels, ...cube(1)] };
}

/** The adjoint of meanOverSpace. */
function spread({ data }: Float, shape: readonly number[]): Float {
  const size = shape.slice(2).reduce((n, m) => n * m, 1);
  return {
    data: Float32Array.from({ length: data.length * size }, (_, i) => (data[Math.floor(i / size)] as number) / size),
    shape,
  };
}
