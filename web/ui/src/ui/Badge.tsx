/** A small word or number in a frame. */

import type { ComponentChildren } from "preact";
import { classes } from "./classes";

export type BadgeKind = "plain" | "ok" | "warning" | "critical" | "accent";

export function Badge({ kind = "plain", children }: { kind?: BadgeKind; children: ComponentChildren }) {
  return <span class={classes("badge", `badge-${kind}`)}>{children}</span>;
}

/** One tag of a host, `env: prod`. */
export function Tag({ name, value }: { name: string; value: string }) {
  return (
    <span class="tag">
      <span class="muted">{name}</span> {value}
    </span>
  );
}
