/** What a page shows when there is nothing to show: why, and what to do. */

import type { ComponentChildren } from "preact";

interface EmptyStateProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children ? <div class="empty-text">{children}</div> : null}
      {actions ? <div class="empty-actions">{actions}</div> : null}
    </div>
  );
}
