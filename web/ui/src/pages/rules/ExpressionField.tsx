/** A condition: several lines of text with completion, the catalogue, and what is wrong at its place. */

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { metricCatalog } from "../../api/catalog";
import { t } from "../../i18n";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { useData } from "../../ui/useData";
import { CatalogueDialog } from "./CatalogueDialog";
import { type Choice, choicesFor, complete, wordAt } from "./completion";
import { type Fault, splitAt, withSuggestion } from "./faults";

interface ExpressionFieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint: string;
  readonly value: string;
  readonly fault: Fault | undefined;
  readonly autofocus?: boolean;
  onInput(value: string): void;
}

export function ExpressionField({
  label,
  name,
  hint,
  value,
  fault,
  autofocus,
  onInput,
}: ExpressionFieldProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const nextCaret = useRef<number | null>(null);
  const [isCatalogueOpen, setCatalogueOpen] = useState(false);
  const { data: catalog } = useData("catalog", metricCatalog);
  const { choices, chosen, choose, look, close, accept } = useCompletion(catalog?.values() ?? []);
  useLayoutEffect(() => {
    if (nextCaret.current === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(nextCaret.current, nextCaret.current);
    nextCaret.current = null;
  }, [value]);
  const put = (text: string, caret: number) => {
    nextCaret.current = caret;
    onInput(text);
  };
  const take = (choice: Choice) => {
    const completion = accept(value, area.current?.selectionStart ?? value.length, choice);
    if (completion) put(completion.text, completion.caret);
  };
  const handleKey = (event: KeyboardEvent) => {
    if (choices.length === 0) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choice = choices[chosen];
    if (by !== undefined) choose((chosen + by + choices.length) % choices.length);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && choice && !event.shiftKey) take(choice);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const insertMetric = (metric: string) => {
    setCatalogueOpen(false);
    const caret = area.current?.selectionStart ?? value.length;
    const before = value.slice(0, caret);
    const gap = /[\w.]$/.test(before) ? " " : "";
    put(before + gap + metric + value.slice(caret), caret + gap.length + metric.length);
  };
  return (
    <div class={classes("field", "expression", fault && "field-wrong")}>
      <div class="expression-head">
        <label for={id}>{label}</label>
        <Button kind="quiet" icon="search" onClick={() => setCatalogueOpen(true)}>
          {t("rules.catalogue")}
        </Button>
      </div>
      <div class="expression">
        <textarea
          ref={area}
          id={id}
          class="input"
          name={name}
          rows={3}
          value={value}
          autofocus={autofocus}
          spellcheck={false}
          autocapitalize="none"
          aria-haspopup="listbox"
          aria-autocomplete="list"
          aria-controls={choices.length > 0 ? `${id}-choices` : undefined}
          aria-activedescendant={choices.length > 0 ? `${id}-${chosen}` : undefined}
          aria-invalid={fault !== undefined}
          aria-describedby={`${fault ? `${id}-fault ` : ""}${id}-hint`}
          onInput={(event) => {
            onInput(event.currentTarget.value);
            look(event.currentTarget.value, event.currentTarget.selectionStart);
          }}
          onKeyDown={handleKey}
          onBlur={close}
        />
        {choices.length > 0 ? (
          <div class="expression-choices" role="listbox" id={`${id}-choices`} aria-label={t("rules.choices")}>
            {choices.map((choice, index) => (
              // the keyboard chooses from within the text, whose focus the mouse must not take
              <div
                key={choice.text}
                id={`${id}-${index}`}
                class="expression-choice"
                role="option"
                tabIndex={-1}
                aria-selected={index === chosen}
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(choice);
                }}
              >
                <code>{choice.text}</code>
                <span>{choice.help}</span>
              </div>
            ))}
          </div>
        ) : null}
      </div>
      {fault ? <FaultText id={`${id}-fault`} expression={value} fault={fault} onReplace={onInput} /> : null}
      <p class="note" id={`${id}-hint`}>
        {hint}
      </p>
      {isCatalogueOpen ? (
        <CatalogueDialog onChoose={insertMetric} onClose={() => setCatalogueOpen(false)} />
      ) : null}
    </div>
  );
}

interface FaultTextProps {
  readonly id: string;
  readonly expression: string;
  readonly fault: Fault;
  onReplace(expression: string): void;
}

function FaultText({ id, expression, fault, onReplace }: FaultTextProps) {
  const correction = withSuggestion(expression, fault);
  const [before, at, after] = splitAt(expression, fault.column ?? 1);
  return (
    <div class="expression-fault stack-4" id={id} role="alert">
      <p class="field-error">
        {fault.message}
        {fault.column === null ? "" : ` (${t("rules.column", { column: fault.column })})`}
      </p>
      {fault.column === null ? null : (
        <pre aria-hidden="true">
          {before}
          <mark>{at}</mark>
          {after}
        </pre>
      )}
      {correction === null ? null : (
        <p>
          <Button onClick={() => onReplace(correction)}>
            {t("rules.suggestion", { text: fault.suggestion ?? "" })}
          </Button>
        </p>
      )}
    </div>
  );
}

/** What may follow what is being typed. */
function useCompletion(
  metrics: Iterable<Parameters<typeof choicesFor>[1] extends Iterable<infer M> ? M : never>,
) {
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [chosen, choose] = useState(0);
  const close = () => setChoices([]);
  const look = (text: string, caret: number) => {
    const word = wordAt(text, caret);
    setChoices(word ? choicesFor(word.text, metrics) : []);
    choose(0);
  };
  const accept = (text: string, caret: number, choice: Choice) => {
    close();
    const word = wordAt(text, caret);
    return word && complete(text, word, choice);
  };
  return { choices, chosen, choose, look, close, accept };
}
