/** The host that the keyboard is at: `j` and `k` go on and back, Enter opens it. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { useKey } from "../../keyboard";
import { href, navigate } from "../../router";
import { type Line, lineOfHost } from "./lines";

const MARGIN_PIXELS = 80;

/** The chosen host's name; the page scrolls so that it is seen. */
export function useChosenHost(
  list: RefObject<HTMLElement | null>,
  lines: readonly Line[],
  offsets: readonly number[],
): string | null {
  const [chosen, setChosen] = useState<string | null>(null);
  const names = lines.flatMap((line) => (line.kind === "hosts" ? line.hosts.map((host) => host.name) : []));
  const go = (by: number) => {
    const at = names.indexOf(chosen ?? "");
    const next = names[Math.max(0, Math.min(names.length - 1, at + by))] ?? null;
    setChosen(next);
    const line = lineOfHost(lines, next);
    reveal(list.current, offsets[line] ?? 0, offsets[line + 1] ?? 0);
  };
  useKey("j", () => go(1));
  useKey("k", () => go(-1));
  useKey("Enter", (event) => {
    const isElsewhere = event.target instanceof Element && event.target.closest("a, button") !== null;
    if (chosen !== null && !isElsewhere) navigate(href("host", { name: chosen }));
  });
  useKey("Escape", () => setChosen(null));
  return chosen;
}

function reveal(list: HTMLElement | null, fromPixels: number, toPixels: number): void {
  if (!list) return;
  const listTop = list.getBoundingClientRect().top;
  const above = listTop + fromPixels - MARGIN_PIXELS;
  const below = listTop + toPixels + MARGIN_PIXELS - innerHeight;
  if (above < 0) scrollBy(0, above);
  else if (below > 0) scrollBy(0, below);
}
