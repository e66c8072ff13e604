/** Fields of forms: a label, what is asked, a hint, and why it was refused. */

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { classes } from "./classes";

interface FieldProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** Why what is written there was refused. */
  readonly error?: string | undefined;
  readonly name?: string;
  readonly value: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  onInput(value: string): void;
  onBlur?(): void;
}

interface TextFieldProps extends FieldProps {
  readonly type?: "text" | "password" | "number" | "url" | "email" | "time" | "datetime-local";
  readonly placeholder?: string;
  readonly autocomplete?: "off" | "username" | "current-password" | "new-password";
  readonly autofocus?: boolean;
  readonly maxLength?: number;
  /** Words to choose from. */
  readonly suggestions?: readonly string[];
}

/** One line of text. */
export function TextField({ type = "text", autocomplete = "off", suggestions, ...props }: TextFieldProps) {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <input
        {...attributes(id, props)}
        type={type as "text"} // the types hold an input of a type that is not known for none
        placeholder={props.placeholder}
        autocomplete={autocomplete}
        autocapitalize="none"
        autofocus={props.autofocus}
        spellcheck={false}
        maxLength={props.maxLength}
        list={suggestions ? `${id}-list` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onBlur={props.onBlur}
      />
      {suggestions ? (
        <datalist id={`${id}-list`}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </Frame>
  );
}

/** Several lines of text. */
export function TextArea({ rows = 6, ...props }: FieldProps & { rows?: number; placeholder?: string }) {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <textarea
        {...attributes(id, props)}
        rows={rows}
        placeholder={props.placeholder}
        spellcheck={false}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onBlur={props.onBlur}
      />
    </Frame>
  );
}

/** One of several. */
export function SelectField(
  props: FieldProps & { options: readonly (readonly [value: string, text: string])[] },
) {
  const id = useId();
  return (
    <Frame id={id} {...props}>
      <select {...attributes(id, props)} onChange={(event) => props.onInput(event.currentTarget.value)}>
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

interface CheckboxProps {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly disabled?: boolean;
  onChange(checked: boolean): void;
}

/** Yes or no. */
export function Checkbox({ label, checked, disabled = false, onChange }: CheckboxProps) {
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

interface FrameProps extends Pick<FieldProps, "label" | "hint" | "error"> {
  readonly id: string;
  readonly children: ComponentChildren;
}

function Frame({ id, label, hint, error, children }: FrameProps) {
  return (
    <div class={classes("field", error && "field-wrong")}>
      <label for={id}>{label}</label>
      {children}
      {error ? (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      ) : null}
      {hint ? (
        <p class="note" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

function attributes(id: string, { name, value, required, disabled, hint, error }: FieldProps) {
  const describing = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return {
    id,
    class: "input",
    name,
    value,
    required,
    disabled,
    "aria-invalid": error !== undefined,
    "aria-describedby": describing || undefined,
  };
}
