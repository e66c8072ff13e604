/** What is known of the host itself. */

import type { ComponentChildren } from "preact";
import type { CurrentHostView, HostView, Json, PointView } from "../../api/types";
import { formatBytes } from "../../format/bytes";
import { formatDuration } from "../../format/duration";
import { formatQuantity } from "../../format/quantity";
import { t } from "../../i18n";
import { href } from "../../router";
import { Tag } from "../../ui/Badge";
import { Loading } from "../../ui/Loading";
import { Age } from "../../ui/Time";

interface HostFactsProps {
  /** Null for as long as the inventory has not answered. */
  readonly host: HostView | null;
  readonly full: CurrentHostView | null;
}

type Row = readonly [name: string, value: ComponentChildren];

export function HostFacts({ host, full }: HostFactsProps) {
  const rows = [...machineRows(full), ...(host ? wayRows(host, full) : [])].filter(
    ([, value]) => value !== null && value !== "",
  );
  const errors = Object.entries(full?.errors ?? {});
  return (
    <section class="host-card" aria-labelledby="facts-title">
      <h2 class="visually-hidden" id="facts-title">
        {t("host.facts")}
      </h2>
      {rows.length === 0 ? <Loading lines={3} /> : null}
      <dl class="host-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt class="small-note">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Tags host={host} full={full} />
      {errors.length > 0 ? (
        <div class="host-collectors">
          <h3>{t("host.collectors.failed")}</h3>
          <ul>
            {errors.map(([name, text]) => (
              <li key={name}>
                <span aria-hidden="true">⚠ </span>
                <strong>{name}</strong>: {text}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  );
}

function Tags({ host, full }: HostFactsProps) {
  const tags = Object.entries(host?.tags ?? full?.tags ?? {});
  if (tags.length === 0) return null;
  return (
    <div class="chips">
      {tags.map(([name, value]) => (
        <Tag key={name} name={name} value={value} />
      ))}
    </div>
  );
}

function machineRows(full: CurrentHostView | null): Row[] {
  const facts = full?.facts ?? {};
  const memory = fieldOf(full, "mem", "total");
  const uptime = fieldOf(full, "system", "uptime");
  const users = fieldOf(full, "system", "n_users");
  const cpus = fieldOf(full, "system", "n_cpus");
  return [
    [t("host.fact.hostname"), text(facts.hostname)],
    [t("host.fact.os"), text(facts.os)],
    [t("host.fact.kernel"), [text(facts.kernel), text(facts.arch)].filter(Boolean).join(" ")],
    [t("host.fact.cpu"), cpuText(text(facts.cpu), cpus)],
    [t("host.fact.memory"), memory === null ? null : formatBytes(memory)],
    [t("host.fact.uptime"), uptime === null ? null : formatDuration(uptime)],
    [t("host.fact.users"), users === null ? null : String(users)],
  ];
}

function cpuText(model: string, cpus: number | null): string {
  return [model, cpus === null ? "" : t("host.fact.cpus", { count: cpus })].filter(Boolean).join(", ");
}

function wayRows(host: HostView, full: CurrentHostView | null): Row[] {
  const offset = fieldOf(full, "poll", "clock_offset_seconds");
  const duration = fieldOf(full, "poll", "duration_seconds");
  return [
    [t("host.fact.address"), addressText(host)],
    [t("host.fact.jump"), host.jump ? <a href={href("host", { name: host.jump })}>{host.jump}</a> : null],
    [t("host.fact.clock"), offset === null ? null : formatQuantity(offset, "seconds")],
    [t("host.fact.probe"), probeText(host, full)],
    [t("host.fact.interval"), host.interval ? formatDuration(host.interval) : null],
    [t("host.fact.lastPoll"), lastPoll(full, duration)],
    [t("host.fact.owner"), ownerText(host)],
    [t("host.fact.groups"), (host.groups ?? []).join(", ")],
  ];
}

function addressText({ connection, user, address, port, name }: HostView): string {
  if (connection === "local") return t("host.connection.local");
  if (connection === "push") return t("host.connection.push");
  const at = user ? `${user}@` : "";
  return `${at}${address ?? name}${port ? `:${port}` : ""}`;
}

function probeText(host: HostView, full: CurrentHostView | null): string {
  const facts = full?.facts ?? {};
  const backend = text(facts.backend) || (host.probe ?? "");
  const psutil = text(facts.psutil);
  const python = text(facts.python);
  const probe = backend === "psutil" && psutil ? `psutil ${psutil}` : backend;
  return [probe, python && `Python ${python}`].filter(Boolean).join(", ");
}

function lastPoll(full: CurrentHostView | null, duration: number | null): ComponentChildren {
  if (!full?.time) return t("common.never");
  return (
    <>
      <Age since={Date.parse(full.time)} />
      {duration === null ? null : ` (${t("host.fact.took", { duration: formatDuration(duration) })})`}
    </>
  );
}

function ownerText({ owner, file, line }: HostView): string {
  if (owner === "api") return t("host.owner.api");
  return `${file?.split("/").at(-1) ?? ""}${line === null ? "" : `:${line}`}`;
}

function fieldOf(full: CurrentHostView | null, measurement: string, field: string): number | null {
  const point: PointView | undefined = full?.metrics[measurement]?.[0];
  return point?.fields[field] ?? null;
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
