/** How wide the buckets of a history are: a chart is some 400 pixels wide, and more points are drawn in vain. */

const STEPS_SECONDS = [300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400] as const;
const MOST_BUCKETS = 370;
/** Shorter times are left to the store, which knows how often values came. */
const LEAST_SPAN_SECONDS = 43_200;

/** The step of a question. Where values come more rarely than it, the store chooses: there would be gaps. */
export function stepFor(spanSeconds: number, longestIntervalSeconds: number): string {
  const step = STEPS_SECONDS.find((one) => spanSeconds / one <= MOST_BUCKETS);
  const isWide = step !== undefined && step >= 2 * longestIntervalSeconds;
  return isWide && spanSeconds >= LEAST_SPAN_SECONDS ? `${step}s` : "auto";
}
