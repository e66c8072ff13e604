/** Buttons, and links that look like them. */

import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { classes } from "./classes";
import { Icon, type IconName } from "./Icon";

export type ButtonKind = "plain" | "primary" | "danger" | "quiet";

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> {
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  /** Work is going on: it cannot be pressed, and says so. */
  readonly isBusy?: boolean;
  readonly children?: ComponentChildren;
}

export function Button({ kind = "plain", icon, isBusy = false, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      class={classes("button", `button-${kind}`, rest.class as string | undefined)}
      disabled={rest.disabled || isBusy}
      aria-busy={isBusy}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "children" | "icon"> {
  readonly icon: IconName;
  /** What it does: read aloud, and shown at rest on it. */
  readonly label: string;
}

/** A button that is only a drawing. */
export function IconButton({ label, kind = "quiet", ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      kind={kind}
      class={classes("button-icon", rest.class as string)}
      aria-label={label}
      title={label}
    />
  );
}

interface LinkButtonProps {
  readonly href: string;
  readonly kind?: ButtonKind;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
}

/** A link that looks like a button. */
export function LinkButton({ href, kind = "plain", icon, children }: LinkButtonProps) {
  return (
    <a class={classes("button", `button-${kind}`)} href={href}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}
