// What an executable lays out in memory for arrays of one layout, and keeps until others come: lists of axes, places of pieces, tasks. Executables
// of a crew share its memory, one behind the other: who must lay out anew in front of others makes them do so too.
import type { Crew } from "./crew.js";

export class Kept<T> {
  private found: { layout: string; value: T; start: number; end: number; epoch: number } | undefined;

  constructor(private readonly crew: Crew) {}

  /** What was made for this layout (see `layoutOf`), or is now. */
  get(layout: string, make: () => T): T {
    const { crew, found } = this;
    const { instance } = crew;
    if (found?.epoch === crew.epoch) {
      if (found.layout === layout) return found.value;
      if (found.end === instance.mark()) instance.release(found.start);
      else crew.forget();
    }
    this.found = undefined;
    const start = instance.mark();
    const value = make();
    this.found = { layout, value, start, end: instance.mark(), epoch: crew.epoch };
    return value;
  }
}
