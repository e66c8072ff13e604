/** Acknowledge, take back, silence: what operators may do about an open alert. */

import { useState } from "preact/hooks";
import type { AlertView, SilenceView } from "../../api/types";
import { t } from "../../i18n";
import { href, navigate } from "../../router";
import { may } from "../../state/session";
import { Button, LinkButton } from "../../ui/Button";
import { Menu, type MenuItem } from "../../ui/Menu";
import { queryOfAlert } from "../silences/draft";
import { SPANS, spanText } from "../silences/spans";
import { AcknowledgeDialog } from "./AcknowledgeDialog";
import { silence as silenceFor, takeBack } from "./changes";

interface AlertActionsProps {
  readonly alert: AlertView;
  readonly silence: SilenceView | undefined;
  /** After anything was changed. */
  onChanged?(): void;
}

export function AlertActions({ alert, silence, onChanged }: AlertActionsProps) {
  const [isAsking, setAsking] = useState(false);
  if (!may("operator") || alert.state === "resolved") return null;
  const unacknowledge = () => void takeBack(alert).then(onChanged);
  return (
    <div class="entry-actions">
      {alert.acknowledged ? (
        <Button onClick={unacknowledge}>{t("alerts.ack.takeBack")}</Button>
      ) : (
        <Button icon="check" onClick={() => setAsking(true)}>
          {t("alerts.ack")}
        </Button>
      )}
      {silence ? (
        <LinkButton icon="silences" href={`${href("silences")}?id=${silence.id}`}>
          {t("alerts.silence.open")}
        </LinkButton>
      ) : (
        <SilenceMenu alert={alert} onChanged={onChanged} />
      )}
      {isAsking ? (
        <AcknowledgeDialog
          alert={alert}
          onClose={() => {
            setAsking(false);
            onChanged?.();
          }}
        />
      ) : null}
    </div>
  );
}

function SilenceMenu({ alert, onChanged }: { alert: AlertView; onChanged: (() => void) | undefined }) {
  const items: MenuItem[] = [
    ...SPANS.map((span) => ({
      text: spanText(span),
      onSelect: () => void silenceFor(alert, span).then(onChanged),
    })),
    {
      text: t("alerts.silence.more"),
      onSelect: () => navigate(`${href("silences")}?${queryOfAlert(alert)}`),
    },
  ];
  const label = t("alerts.silence.label", { rule: alert.rule });
  return <Menu label={label} icon="silences" text={t("alerts.silence")} items={items} />;
}
