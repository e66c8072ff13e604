/** The keys that a host shows, to be compared and trusted. */

import { useState } from "preact/hooks";
import { apiPath, get, post } from "../../api/http";
import { ApiProblem, messageOf } from "../../api/problem";
import type { HostKeysView, ShownKeyView } from "../../api/types";
import { t } from "../../i18n";
import { may } from "../../state/session";
import { Badge, type BadgeKind } from "../../ui/Badge";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { ErrorState } from "../../ui/ErrorState";
import { Checkbox } from "../../ui/Field";
import { Loading } from "../../ui/Loading";
import { tell } from "../../ui/toasts";
import { useData } from "../../ui/useData";

const COMMAND = 'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done';

const BADGES: Readonly<Record<ShownKeyView["status"], BadgeKind>> = {
  known: "ok",
  unknown: "warning",
  changed: "critical",
};

interface HostKeysProps {
  readonly name: string;
  onTrusted(): void;
}

export function HostKeys({ name, onTrusted }: HostKeysProps) {
  const { data, error, reload } = useData(`host keys ${name}`, (signal) =>
    get<HostKeysView>(apiPath("hosts", name, "host-keys"), { signal }),
  );
  return (
    <section class="panel" aria-live="polite">
      {error ? <Unseen error={error} onRetry={reload} /> : null}
      {data ? (
        <Keys keys={data} onTrusted={onTrusted} onLookAgain={reload} />
      ) : error ? null : (
        <Loading lines={3} />
      )}
    </section>
  );
}

function Unseen({ error, onRetry }: { error: unknown; onRetry(): void }) {
  const advice = error instanceof ApiProblem ? error.members.advice : null;
  return (
    <>
      <ErrorState error={error} onRetry={onRetry} />
      {typeof advice === "string" ? <p>{advice}</p> : null}
    </>
  );
}

interface KeysProps {
  readonly keys: HostKeysView;
  onTrusted(): void;
  onLookAgain(): void;
}

function Keys({ keys, onTrusted, onLookAgain }: KeysProps) {
  const name = keys.host;
  // keys of another kind do not join one that is known: the server would refuse them
  const isKnown = keys.known.length > 0;
  const fresh = isKnown
    ? []
    : keys.keys.filter((key) => key.status === "unknown").map((key) => key.fingerprint);
  const [refusals, setRefusals] = useState<readonly string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [message, setMessage] = useState<string | null>(null);
  const fingerprints = fresh.filter((one) => !refusals.includes(one));
  const canTrust = !keys.is_changed && fresh.length > 0 && may("admin");
  const trust = async () => {
    setBusy(true);
    try {
      await post(apiPath("hosts", name, "host-keys", "trust"), { fingerprints });
      tell(t("inventory.keys.trusted", { name }));
      onTrusted();
    } catch (error) {
      const isOther = error instanceof ApiProblem && error.kind === "host-keys-differ";
      setMessage(isOther ? t("inventory.keys.differ") : messageOf(error));
      if (isOther) onLookAgain();
      setBusy(false);
    }
  };
  return (
    <>
      <h2>{t(keys.is_changed ? "inventory.keys.changed.title" : "inventory.keys.title")}</h2>
      {keys.is_changed ? (
        <p class="notice notice-critical" role="alert">
          {keys.advice}
        </p>
      ) : (
        <p>{t("inventory.keys.text", { name })}</p>
      )}
      <fieldset class="stack-8">
        <legend class="visually-hidden">{t("inventory.keys.choose")}</legend>
        {keys.keys.map((key) => (
          <ShownKey
            key={key.fingerprint}
            hostKey={key}
            isChosen={fingerprints.includes(key.fingerprint)}
            canChoose={canTrust && key.status === "unknown"}
            onChosen={(isChosen) =>
              setRefusals(
                isChosen ? refusals.filter((one) => one !== key.fingerprint) : [...refusals, key.fingerprint],
              )
            }
          />
        ))}
      </fieldset>
      {!keys.is_changed && isKnown && keys.advice ? <p class="notice">{keys.advice}</p> : null}
      {keys.is_changed || isKnown ? null : <Compare name={name} />}
      {message ? (
        <p class="notice notice-critical" role="alert">
          {message}
        </p>
      ) : null}
      {canTrust ? (
        <div class="form-actions">
          <Button
            kind="primary"
            isBusy={isBusy}
            disabled={fingerprints.length === 0}
            onClick={() => void trust()}
          >
            {t("inventory.keys.trust")}
          </Button>
          <span class="note">{t("inventory.keys.file", { file: keys.file })}</span>
        </div>
      ) : null}
      {!keys.is_changed && !may("admin") ? <p class="note">{t("inventory.keys.admin")}</p> : null}
    </>
  );
}

function Compare({ name }: { name: string }) {
  return (
    <div>
      <p>{t("inventory.keys.command", { name })}</p>
      <div class="copyable">
        <code>{COMMAND}</code>
        <CopyButton text={COMMAND} />
      </div>
    </div>
  );
}

interface ShownKeyProps {
  readonly hostKey: ShownKeyView;
  readonly isChosen: boolean;
  readonly canChoose: boolean;
  onChosen(isChosen: boolean): void;
}

function ShownKey({ hostKey, isChosen, canChoose, onChosen }: ShownKeyProps) {
  const text = (
    <span class="key-text stack-2">
      <span>
        {hostKey.type} <Badge kind={BADGES[hostKey.status]}>{t(`inventory.keys.${hostKey.status}`)}</Badge>
      </span>
      <code>{hostKey.fingerprint}</code>
    </span>
  );
  if (!canChoose) return <div class="key">{text}</div>;
  return (
    <div class="key">
      <Checkbox label={text} checked={isChosen} onChange={onChosen} />
    </div>
  );
}
