/** A button that opens a short list of choices. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  readonly text: string;
  readonly icon?: IconName;
  /** One of several that exclude each other: whether it is the one. */
  readonly isChosen?: boolean;
  readonly href?: string;
  readonly onSelect?: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly text?: ComponentChildren;
  readonly items: readonly MenuItem[];
  /** Opens upwards. */
  readonly isAbove?: boolean;
}

export function Menu({ label, icon, text, items, isAbove = false }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = (hasFocus: boolean) => {
    setOpen(false);
    if (hasFocus) root.current?.querySelector("button")?.focus();
  };
  useOutsideClick(root, isOpen, () => close(false));
  useLayoutEffect(() => {
    if (isOpen) root.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  }, [isOpen]);
  return (
    <div class="menu" ref={root} onKeyDown={(event) => isOpen && handleMenuKey(event, root.current, close)}>
      <button
        type="button"
        class={classes("button", "button-quiet", !text && "button-icon")}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!isOpen)}
      >
        {icon && <Icon name={icon} />}
        {text}
      </button>
      {isOpen ? (
        <div
          class={classes("menu-list", isAbove && "menu-list-above")}
          role="menu"
          id={id}
          aria-label={label}
        >
          {items.map((item) => (
            <Item key={item.text} item={item} onDone={() => close(true)} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function Item({ item, onDone }: { item: MenuItem; onDone(): void }) {
  const inside = (
    <>
      {item.icon && <Icon name={item.icon} />}
      <span>{item.text}</span>
      {item.isChosen ? <Icon name="check" /> : null}
    </>
  );
  if (item.href !== undefined) {
    return (
      <a class="menu-item" role="menuitem" tabIndex={-1} href={item.href} onClick={onDone}>
        {inside}
      </a>
    );
  }
  const choose = () => {
    onDone();
    item.onSelect?.();
  };
  const isRadio = item.isChosen !== undefined;
  return (
    <button
      type="button"
      class="menu-item"
      role={isRadio ? "menuitemradio" : "menuitem"}
      aria-checked={isRadio ? item.isChosen : undefined}
      tabIndex={-1}
      onClick={choose}
    >
      {inside}
    </button>
  );
}

function handleMenuKey(
  event: KeyboardEvent,
  root: HTMLElement | null,
  close: (hasFocus: boolean) => void,
): void {
  const items = [...(root?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") close(false);
  if (event.key === "Escape") close(true);
  if (next === undefined && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (next !== undefined) items.at(next % items.length)?.focus();
}

function useOutsideClick(root: { current: HTMLElement | null }, isOpen: boolean, close: () => void): void {
  useEffect(() => {
    if (!isOpen) return;
    const look = (event: MouseEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    document.addEventListener("mousedown", look);
    return () => document.removeEventListener("mousedown", look);
  }, [isOpen]);
}
