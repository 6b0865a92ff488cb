// Tables for people.

/** Rows of cells in aligned columns, the first row being the heading; columns of numbers are aligned to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...body] = rows;
  const columns = heading.map((_, column) => {
    const isNumeric = body.length > 0 && body.every((row) => /^[0-9-]/.test(row[column] ?? ""));
    const width = Math.max(...rows.map((row) => (row[column] ?? "").length));
    return (cell: string) => (isNumeric ? cell.padStart(width) : cell.padEnd(width));
  });
  return rows
    .map((row) =>
      row
        .map((cell, c) => columns[c]?.(cell) ?? cell)
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
