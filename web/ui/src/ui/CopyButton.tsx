/** Copies a text, and says that it did. */

import { useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button } from "./Button";

const SHOWN_MILLISECONDS = 2000;

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const copy = async () => {
    if (!(await copyText(text, place.current))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MILLISECONDS);
  };
  return (
    <span ref={place}>
      <Button icon={isCopied ? "check" : "copy"} aria-label={label} onClick={() => void copy()}>
        <span aria-live="polite">{t(isCopied ? "common.copied" : "common.copy")}</span>
      </Button>
    </span>
  );
}

/** Pages that came without TLS from another machine have no clipboard: there the old way is taken. */
async function copyText(text: string, beside: HTMLElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text, beside);
  }
}

function copySelected(text: string, beside: HTMLElement | null): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  (beside ?? document.body).append(area); // within the dialog, which lets nothing outside be chosen
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return isDone;
}
