/** Short notices, which go by themselves. */

import { signal } from "@preact/signals";
import { messageOf } from "../api/problem";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly text: string;
}

const SHOWN_MILLISECONDS = { done: 5_000, failed: 12_000 };

let lastId = 0;

/** Those that are shown. */
export const toasts = signal<readonly Toast[]>([]);

/** Says that something was done. */
export function tell(text: string): void {
  show("done", text);
}

/** Says that something did not work, and why. */
export function tellError(error: unknown): void {
  show("failed", messageOf(error));
}

/** Takes one away. */
export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

function show(kind: Toast["kind"], text: string): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-3), { id, kind, text }];
  setTimeout(() => dismissToast(id), SHOWN_MILLISECONDS[kind]);
}
