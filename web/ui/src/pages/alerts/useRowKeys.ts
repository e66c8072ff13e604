/** `j` and `k` go from one alert of a list to the next; Enter opens it as it opens any link. */

import type { RefObject } from "preact";
import { useKey } from "../../keyboard";

/** Moves the focus among the links of a list that have `data-row-link`. */
export function useRowKeys(list: RefObject<HTMLElement | null>): void {
  const go = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("[data-row-link]") ?? [])];
    const row = document.activeElement?.closest("li, tr");
    const at = links.findIndex((link) => link.closest("li, tr") === row);
    const next = at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + by));
    links[next]?.focus();
    links[next]?.closest("li, tr")?.scrollIntoView({ block: "nearest" });
  };
  useKey("j", () => go(1));
  useKey("k", () => go(-1));
}
