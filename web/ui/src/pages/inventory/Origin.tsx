/** Whose a host is: the file with its line, or the API. */

import { t } from "../../i18n";

interface OriginProps {
  readonly owner: "file" | "api";
  readonly file: string | null;
  readonly line: number | null;
}

export function Origin({ owner, file, line }: OriginProps) {
  if (owner === "api" || file === null) return <span>{t("inventory.owner.api")}</span>;
  const name = file.split("/").at(-1) ?? file;
  return (
    <span title={`${file}:${line ?? ""}`}>
      {name}
      {line === null ? null : `:${line}`}
    </span>
  );
}
