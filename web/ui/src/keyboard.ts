/** Keys: one, or two one after the other (`g f`). */

import { useEffect, useRef } from "preact/hooks";
import { navigate, ROUTES, type RouteName } from "./router";

type Action = (event: KeyboardEvent) => void;

const SEQUENCE_MILLISECONDS = 1500;

/** The second key after `g`, and the page that it goes to. */
export const GO_KEYS = {
  f: "fleet",
  a: "alerts",
  r: "rules",
  s: "silences",
  c: "channels",
  i: "inventory",
  u: "access",
} as const satisfies Readonly<Record<string, RouteName>>;

const actions = new Map<string, Action[]>();
let sequenceStarted = 0;

/** Listens for keys from now on. */
export function startKeyboard(): void {
  document.addEventListener("keydown", handleKey);
}

/** Does something at a key for as long as the component is there; the newest of several does it. */
export function useKey(key: string, action: Action): void {
  const current = useRef(action);
  current.current = action;
  useEffect(() => {
    const run: Action = (event) => current.current(event);
    actions.set(key, [...(actions.get(key) ?? []), run]);
    return () => {
      actions.set(
        key,
        (actions.get(key) ?? []).filter((one) => one !== run),
      );
    };
  }, [key]);
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
  if (wasSequenceBegun()) {
    sequenceStarted = 0;
    const page = (GO_KEYS as Readonly<Record<string, RouteName>>)[event.key];
    if (page) {
      event.preventDefault();
      navigate(ROUTES[page]);
      return;
    }
  }
  if (event.key === "g") {
    sequenceStarted = performance.now();
    return;
  }
  const action = actions.get(event.key)?.at(-1);
  if (action) action(event);
}

function wasSequenceBegun(): boolean {
  return sequenceStarted > 0 && performance.now() - sequenceStarted < SEQUENCE_MILLISECONDS;
}

/** Whoever types, or is asked something by a dialog, does not mean us. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}
