/** What a page shows when there is nothing to show: why, and what to do. */

import type { ComponentChildren } from "preact";

interface EmptyStateProps {
  readonly title: string;
  /** The whole page is this: its title is the page's. */
  readonly isPage?: boolean;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

export function EmptyState({ title, isPage = false, children, actions }: EmptyStateProps) {
  return (
    <div class="empty">
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children ? <div class="muted">{children}</div> : null}
      {actions ? <div class="empty-actions">{actions}</div> : null}
    </div>
  );
}
