/** A host's settings with defaults worked in, to be read. */

import type { ComponentChildren } from "preact";
import type { HostView } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { Tag } from "../../ui/Badge";

type Line = readonly [label: string, value: ComponentChildren];

export function SettingsList({ host }: { host: HostView }) {
  return (
    <section class="panel">
      <h2>{t("inventory.settings")}</h2>
      <dl class="facts-list">
        {(host.interval === undefined ? writtenLines(host) : settledLines(host)).map(([label, value]) => (
          <Fact key={label} label={label} value={value} />
        ))}
      </dl>
    </section>
  );
}

function Fact({ label, value }: { label: string; value: ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}

function settledLines(host: HostView): Line[] {
  const tags = Object.entries(host.tags ?? {});
  const unset = t("inventory.settings.none");
  const lines: (Line | null)[] = [
    [t("inventory.form.connection"), t(`inventory.form.connection.${host.connection ?? "ssh"}`)],
    [t("inventory.form.address"), host.address ?? host.name],
    [t("inventory.form.port"), host.port === null || host.port === undefined ? unset : String(host.port)],
    [t("inventory.form.user"), host.user ?? unset],
    [t("inventory.form.key"), host.key?.length ? host.key.join(", ") : t("inventory.settings.none.key")],
    host.has_password ? [t("inventory.form.password"), t("inventory.settings.has")] : null,
    host.jump ? [t("inventory.form.jump"), host.jump] : null,
    [t("inventory.form.interval"), formatDuration(host.interval ?? 0)],
    [t("inventory.form.timeout"), formatDuration(host.timeout ?? 0)],
    [t("inventory.form.mode"), t(`inventory.form.mode.${host.mode ?? "resident"}`)],
    [t("inventory.form.probe"), t(`inventory.form.probe.${host.probe ?? "auto"}`)],
    host.python ? [t("inventory.form.python"), <code key="python">{host.python}</code>] : null,
    host.known_hosts ? [t("inventory.form.known_hosts"), host.known_hosts] : null,
    host.groups?.length ? [t("inventory.form.groups"), host.groups.join(", ")] : null,
    tags.length
      ? [t("inventory.form.tags"), tags.map(([name, value]) => <Tag key={name} name={name} value={value} />)]
      : null,
    [t("inventory.form.collectors"), collectorsText(host.collectors ?? {})],
  ];
  return lines.filter((line) => line !== null);
}

/** An entry that cannot be used is shown as it is written. */
function writtenLines(host: HostView): Line[] {
  return Object.entries(host.entry).map(([name, value]) => [
    name,
    <code key={name}>{typeof value === "string" ? value : JSON.stringify(value)}</code>,
  ]);
}

function collectorsText(collectors: NonNullable<HostView["collectors"]>): string {
  return Object.entries(collectors)
    .map(([name, seconds]) =>
      seconds === null ? `${name}: off` : seconds === 0 ? name : `${name}: ${formatDuration(seconds)}`,
    )
    .join(", ");
}
