/** The head of a page: its name, what belongs to it, and what can be done. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { pageTitle } from "../state/pageTitle";

interface PageHeaderProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** Also names the browser's tab. */
export function PageHeader({ title, children, actions }: PageHeaderProps) {
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
  return (
    <header class="page-header">
      <h1>{title}</h1>
      {children ? <div>{children}</div> : null}
      {actions ? <div class="page-header-actions">{actions}</div> : null}
    </header>
  );
}
