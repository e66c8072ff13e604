/** Parts of a page, one of which is shown; arrows go from one to the next. */

import { classes } from "./classes";

interface TabsProps<Name extends string> {
  readonly label: string;
  readonly tabs: readonly (readonly [name: Name, text: string, count?: number])[];
  readonly chosen: Name;
  onChoose(name: Name): void;
}

export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }: TabsProps<Name>) {
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const at = tabs.findIndex(([name]) => name === chosen);
    const next = tabs.at((at + by) % tabs.length);
    if (!next) return;
    onChoose(next[0]);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-tab="${next[0]}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {tabs.map(([name, text, count]) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-tab={name}
          class={classes("tab", name === chosen && "tab-chosen")}
          aria-selected={name === chosen}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text}
          {count === undefined ? null : <span class="tab-count">{count}</span>}
        </button>
      ))}
    </div>
  );
}
