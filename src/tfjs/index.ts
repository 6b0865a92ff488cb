// helixconv/tfjs: convolutions of any rank in TensorFlow.js.
export { ConvNdLayer, type ConvNdLayerConfig, convNdLayer } from "./layer.js";
export type { DataFormat } from "./layout.js";
export { type ConvNdOpOptions, convNd } from "./op.js";
