/** Areas on top of each other. */

/** Each series with all before it added; where every one of them is a gap, so is the sum. */
export function stackSeries(values: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const stacked: (number | null)[][] = [];
  let below: readonly (number | null)[] | undefined;
  for (const row of values) {
    const sums: (number | null)[] = row.map((value, index) => {
      const base = below?.[index] ?? null;
      return value === null ? base : value + (base ?? 0);
    });
    stacked.push(sums);
    below = sums;
  }
  return stacked;
}
