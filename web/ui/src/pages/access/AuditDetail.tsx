/** What the audit log says more of a change: what became what, else as it is written. */

import type { Json } from "../../api/types";
import { auditChanges, jsonText } from "./auditChanges";

export function AuditDetail({ detail }: { detail: Readonly<Record<string, Json>> }) {
  const changes = auditChanges(detail);
  if (changes.length === 0) return null;
  return (
    <ul class="audit-detail">
      {changes.map(({ name, before, after }) => (
        <li key={name}>
          <span class="muted">{name}</span>{" "}
          {before === undefined ? (
            jsonText(after)
          ) : (
            <>
              <del>{jsonText(before)}</del> <span aria-hidden="true">→</span> <ins>{jsonText(after)}</ins>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
