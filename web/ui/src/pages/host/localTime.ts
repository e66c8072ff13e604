/** Moments as fields for date and time have them: in the reader's zone, to the minute, `2026-05-01T14:03`. */

/** Unix seconds as such a text. */
export function localTimeText(unixSeconds: number): string {
  const moment = new Date(unixSeconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** Unix seconds of such a text; null where it is none. */
export function localTimeUnix(text: string): number | null {
  const milliseconds = new Date(text).getTime();
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
