/** A change that cannot be taken back: asks once more, makes it, and tells what came of it. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ConfirmDialog } from "./Dialog";
import { tell, tellError } from "./toasts";

interface ConfirmedChangeProps {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button says that does it. */
  readonly action: string;
  /** What is told when it is done. */
  readonly done: string;
  change(): Promise<unknown>;
  onDone(): void;
  onClose(): void;
}

export function ConfirmedChange({ done, change, onDone, onClose, ...texts }: ConfirmedChangeProps) {
  const [isBusy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await change();
      tell(done);
      onDone();
    } catch (error) {
      tellError(error);
      onClose();
    }
  };
  return <ConfirmDialog {...texts} isBusy={isBusy} onConfirm={() => void confirm()} onClose={onClose} />;
}
