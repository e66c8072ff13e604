/** Search: `/` goes there, Escape empties and leaves it. */

import { useRef } from "preact/hooks";
import { t } from "../i18n";
import { useKey } from "../keyboard";
import { Icon } from "./Icon";

interface SearchFieldProps {
  readonly value: string;
  readonly label: string;
  onInput(value: string): void;
}

export function SearchField({ value, label, onInput }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useKey("/", (event) => {
    event.preventDefault();
    input.current?.focus();
    input.current?.select();
  });
  const leave = (event: KeyboardEvent) => {
    if (event.key === "Escape") onInput("");
    if (event.key === "Escape" || event.key === "Enter") input.current?.blur();
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        class="input"
        type="search"
        value={value}
        placeholder={label}
        aria-label={label}
        title={`${t("common.search")} (/)`}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={leave}
      />
      <kbd aria-hidden="true">/</kbd>
    </div>
  );
}
