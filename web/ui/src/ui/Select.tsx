/** A small select in a toolbar, its label read aloud but not shown, unless it is wanted. */

import { classes } from "./classes";

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, text: string])[];
  readonly isLabelShown?: boolean;
  onChange(value: Value): void;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, isLabelShown = false, onChange } = props;
  return (
    <label class="select">
      <span class={classes(!isLabelShown && "visually-hidden")}>{label}</span>
      <select class="input" value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
