/** What an alert is about on its host: `path: /var`. */

import type { Labels } from "../../api/types";
import { Tag } from "../../ui/Badge";

export function AlertLabels({ labels }: { labels: Labels }) {
  return (
    <>
      {Object.entries(labels).map(([name, value]) => (
        <Tag key={name} name={name} value={value} />
      ))}
    </>
  );
}
