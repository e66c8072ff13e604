/** A metric's value in the unit that the catalogue names. */

import type { Unit } from "../api/types";
import { formatByteRate, formatBytes } from "./bytes";
import { formatDuration, formatMilliseconds } from "./duration";
import { formatNumber, formatShort } from "./number";
import { formatPercent } from "./percent";

const WRITERS: Readonly<Record<Unit, (value: number) => string>> = {
  percent: (value) => formatPercent(value, 1),
  bytes: formatBytes,
  bytes_per_second: formatByteRate,
  count: (value) => formatNumber(value, 1),
  per_second: (value) => `${formatShort(value)}/s`,
  seconds: formatDuration,
  milliseconds: formatMilliseconds,
  celsius: (value) => `${formatNumber(value, 1)} °C`,
  load: (value) => formatNumber(value, 2),
  bool: (value) => formatNumber(value, 2),
};

/** Whether a word is one of the units: what was recorded by another version of monctl may have others. */
export function isUnit(word: string): word is Unit {
  return Object.hasOwn(WRITERS, word);
}

/** `12.5 %`, `1.5 GiB`, `3/s`; a dash for what is not known. */
export function formatQuantity(value: number | null | undefined, unit: Unit): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : WRITERS[unit](value);
}
