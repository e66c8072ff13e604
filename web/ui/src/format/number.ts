/** Numbers as the reader's locale writes them. */

import { locale } from "../i18n/language";

const formats = new Map<string, Intl.NumberFormat>();

/** An Intl.NumberFormat of the present locale, made once for each set of options. */
export function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale.value} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale.value, options);
    formats.set(key, format);
  }
  return format;
}

/** From here on numbers are written with an exponent: hosts can say anything, and cells are narrow. */
const HUGE = 1e9;
const HUGE_COUNT = 1e12;

/** A number with at most so many digits after the point. */
export function formatNumber(value: number, maxDigits = 2): string {
  if (isHuge(value, maxDigits)) {
    return numberFormat({ notation: "scientific", maximumFractionDigits: 2 }).format(value);
  }
  return plainFormat(maxDigits).format(value);
}

function isHuge(value: number, maxDigits: number): boolean {
  return Math.abs(value) >= (maxDigits === 0 ? HUGE_COUNT : HUGE);
}

let plain: { readonly locale: string; readonly formats: Intl.NumberFormat[] } = { locale: "", formats: [] };

/** Found without a key to be written: a page of hosts asks hundreds of times at once. */
function plainFormat(maxDigits: number): Intl.NumberFormat {
  if (plain.locale !== locale.value) plain = { locale: locale.value, formats: [] };
  plain.formats[maxDigits] ??= numberFormat({ maximumFractionDigits: maxDigits });
  return plain.formats[maxDigits];
}

/** A number with about three digits that count: 0.123, 1.23, 12.3, 123, 1,234. */
export function formatShort(value: number): string {
  const size = Math.abs(value);
  return formatNumber(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
