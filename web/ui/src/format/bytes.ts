/** Bytes and bytes per second in binary units, as monctl's messages and command line say them. */

import { formatShort } from "./number";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const STEP = 1024;

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let power = 0;
  // 1023.9 would be written 1,024: it belongs to the next unit already
  while (Math.abs(value) >= STEP - 0.5 && power < UNITS.length - 1) {
    value /= STEP;
    power += 1;
  }
  const text = power === 0 ? formatShort(Math.round(value)) : formatShort(value);
  return `${text} ${UNITS[power]}`;
}

/** `1.5 MiB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}
