/** Addresses within the inventory. */

import { href } from "../../router";

/** A host's settings. */
export function settingsHref(name: string): string {
  return `${href("inventory")}?host=${encodeURIComponent(name)}`;
}

/** The check of a host that was just added. */
export function addedHref(name: string): string {
  return `${href("addHost")}?host=${encodeURIComponent(name)}`;
}

/** Importing many. */
export function importHref(): string {
  return `${href("inventory")}?import=1`;
}
