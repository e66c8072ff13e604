/** Class names of parts, some of which depend. */

/** `classes("row", isOpen && "row-open")`. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter((name) => name).join(" ");
}
