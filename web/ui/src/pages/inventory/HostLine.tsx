/** One host of the inventory. */

import { useState } from "preact/hooks";
import type { HostView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { fleet, revision } from "../../state/fleet";
import { may } from "../../state/session";
import { Badge } from "../../ui/Badge";
import { IconButton } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { StateMark } from "../../ui/StateMark";
import { addressText } from "./addressText";
import { Origin } from "./Origin";
import { settingsHref } from "./paths";
import { setPaused } from "./pauseHost";

interface HostLineProps {
  readonly host: HostView;
  readonly row: number;
  readonly isChosen: boolean;
  onChanged(): void;
}

export function HostLine({ host, row, isChosen, onChanged }: HostLineProps) {
  const tags = Object.entries(host.tags ?? {});
  const tagText = tags.map(([name, value]) => `${name}: ${value}`).join(", ");
  return (
    <tr class={classes(isChosen && "fleet-row-chosen")} aria-rowindex={row + 2}>
      <th scope="row">
        <span class="inventory-name">
          <State host={host} />
          <a href={settingsHref(host.name)}>{host.name}</a>
        </span>
      </th>
      <td class="inventory-address">{addressText(host)}</td>
      <td class="inventory-origin">
        <Origin owner={host.owner} file={host.file} line={host.line} />
      </td>
      <td class="inventory-tags" title={tagText}>
        {tags.map(([name, value]) => (
          <span key={name} class="host-tag">
            {value}
          </span>
        ))}
      </td>
      <td class="inventory-interval">
        {host.interval === undefined || host.interval === null ? "–" : formatDuration(host.interval)}
      </td>
      <td class="inventory-actions">
        {may("operator") ? <PauseButton host={host} onChanged={onChanged} /> : null}
      </td>
    </tr>
  );
}

function State({ host }: { host: HostView }) {
  revision.value;
  const state = fleet.hosts.get(host.name)?.state;
  if (host.interval === undefined) return <Badge kind="warning">{t("inventory.unusable")}</Badge>;
  if (host.paused) return <StateMark state="paused" isShort />;
  return state ? <StateMark state={state} isShort /> : <StateMark state="pending" isShort />;
}

function PauseButton({ host, onChanged }: Pick<HostLineProps, "host" | "onChanged">) {
  const [isBusy, setBusy] = useState(false);
  const isPaused = host.paused === true;
  const change = async () => {
    setBusy(true);
    await setPaused(host.name, !isPaused);
    setBusy(false);
    onChanged();
  };
  return (
    <IconButton
      icon={isPaused ? "play" : "pause"}
      label={t(isPaused ? "inventory.resume.host" : "inventory.pause.host", { name: host.name })}
      isBusy={isBusy}
      onClick={() => void change()}
    />
  );
}
