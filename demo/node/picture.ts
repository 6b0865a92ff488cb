// One slice of a volume before and after, side by side, as a grey PNG.
import { PNG } from "pngjs";

const SCALE = 4;
const MARGIN = 8;

/** Both images are rows of `width` values; black is the least value of the first and white its greatest. */
export function sideBySide(before: ArrayLike<number>, after: ArrayLike<number>, width: number): Buffer {
  const height = before.length / width;
  const values = Array.from(before);
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const png = new PNG({
    width: 2 * SCALE * width + MARGIN,
    height: SCALE * height,
    colorType: 0,
    inputColorType: 0,
    inputHasAlpha: false,
  });
  png.data = Buffer.alloc(png.width * png.height, 255);
  for (const [image, left] of [
    [before, 0],
    [after, SCALE * width + MARGIN],
  ] as const)
    for (let row = 0; row < SCALE * height; row++)
      for (let column = 0; column < SCALE * width; column++) {
        const value = image[Math.floor(row / SCALE) * width + Math.floor(column / SCALE)] as number;
        const grey = Math.round((255 * (value - least)) / (greatest - least));
        png.data[row * png.width + left + column] = Math.max(0, Math.min(255, grey));
      }
  return PNG.sync.write(png, { colorType: 0, inputColorType: 0, inputHasAlpha: false });
}
