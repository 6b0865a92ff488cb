// helixconv/zarr: convolutions of Zarr arrays that need not fit into memory.
export {
  type ConvolvedZarr,
  type ConvolveZarrOptions,
  convolveZarr,
  correlateZarr,
  type Shard,
} from "./convolveZarr.js";
export { FolderStore } from "./folderStore.js";
