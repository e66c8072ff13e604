/** Takes the keyboard to the first field that was refused, once it is drawn. */

const DRAWN_MILLISECONDS = 50;

export function focusFirstWrong(form: HTMLElement | null): void {
  setTimeout(() => {
    form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, DRAWN_MILLISECONDS);
}
