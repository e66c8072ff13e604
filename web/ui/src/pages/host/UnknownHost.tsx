/** A host that there is not, or not any more: old messages lead here. */

import { t } from "../../i18n";
import { href } from "../../router";
import { LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";

export function UnknownHost({ name, suggestion }: { name: string; suggestion: string | null }) {
  const actions = (
    <>
      <LinkButton href={href("fleet")}>{t("nav.fleet")}</LinkButton>
      {suggestion ? (
        <LinkButton kind="primary" href={href("host", { name: suggestion })}>
          {suggestion}
        </LinkButton>
      ) : null}
    </>
  );
  return (
    <EmptyState isPage title={t("host.unknown.title", { host: name })} actions={actions}>
      {suggestion ? t("host.unknown.suggestion", { host: suggestion }) : t("host.unknown.text")}
    </EmptyState>
  );
}
