// Loss and accuracy by epoch as an SVG.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Epoch } from "./training.js";

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [300, 200, 50, 30, 80];

interface Curve {
  values: readonly number[];
  colour: string;
  label: string;
}

export function plotTraining(file: string, epochs: readonly Epoch[], baseline: number): void {
  const losses = epochs.map(({ loss }) => loss);
  const accuracies = epochs.map(({ accuracy }) => accuracy);
  const panels = [
    panel(
      LEFT,
      "loss, training",
      [0, Math.max(0.8, ...losses)],
      [{ values: losses, colour: "#2563eb", label: "network" }],
    ),
    panel(
      LEFT + WIDTH + GAP,
      "accuracy, held out",
      [0.4, 1],
      [
        { values: accuracies, colour: "#2563eb", label: "4-D network" },
        { values: accuracies.map(() => baseline), colour: "#dc2626", label: "logistic regression on profiles" },
      ],
    ),
  ];
  const size = `width="${LEFT + 2 * WIDTH + GAP + 20}" height="${TOP + HEIGHT + 40}"`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n${panels.join("\n")}\n</svg>\n`,
  );
}

function panel(left: number, title: string, [low, high]: [number, number], curves: readonly Curve[]): string {
  const count = curves[0]?.values.length ?? 1;
  const x = (epoch: number) => left + (WIDTH * epoch) / Math.max(1, count - 1);
  const y = (value: number) => TOP + HEIGHT * (1 - (value - low) / (high - low));
  const ticks = [low, (low + high) / 2, high].map(
    (value) =>
      `<path d="M${left} ${y(value)}h${WIDTH}" stroke="#ddd"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(2)}</text>`,
  );
  const epochs = Array.from(
    { length: count },
    (_, k) => `<text x="${x(k)}" y="${TOP + HEIGHT + 18}" text-anchor="middle">${k + 1}</text>`,
  );
  const lines = curves.map(({ values, colour, label }, c) => {
    const points = values.map((value, k) => `${x(k).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    const legend = `<text x="${left + WIDTH - 6}" y="${TOP + HEIGHT - 24 + 16 * c}" text-anchor="end" fill="${colour}">${label}</text>`;
    return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2"/>${legend}`;
  });
  const heading = `<text x="${left}" y="${TOP - 12}" font-weight="bold">${title}</text>`;
  const below = `<text x="${left + WIDTH / 2}" y="${TOP + HEIGHT + 34}" text-anchor="middle">epoch</text>`;
  return [...ticks, ...epochs, ...lines, heading, below].join("\n");
}
