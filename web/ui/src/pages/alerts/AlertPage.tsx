/** One alert with its whole story. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { apiPath, get } from "../../api/http";
import { ApiProblem } from "../../api/problem";
import type { AlertStoryView, RuleView } from "../../api/types";
import { actorName } from "../../format/actor";
import { formatDuration } from "../../format/duration";
import { t } from "../../i18n";
import { href } from "../../router";
import { now } from "../../state/clock";
import { fleet, revision } from "../../state/fleet";
import { Badge, Tag } from "../../ui/Badge";
import { LinkButton } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Icon } from "../../ui/Icon";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { AlertStateBadge, SeverityMark } from "../../ui/StateMark";
import { Time } from "../../ui/Time";
import { useData } from "../../ui/useData";
import { coveringSilence } from "../silences/coveringSilence";
import { openSilences, useOpenSilences } from "../silences/openSilences";
import { AlertActions } from "./AlertActions";
import { AlertCharts } from "./AlertCharts";
import { AlertLabels } from "./AlertLabels";
import { Deliveries } from "./Deliveries";
import { Readings } from "./Readings";
import { TopProcesses } from "./TopProcesses";
import { hostText, resolutionText } from "./texts";

const LOOK_MILLISECONDS = 5_000;

export function AlertPage({ id }: { id: string }) {
  const { data: alert, error, reload } = useStory(id);
  const rule = useData(`rule ${alert?.rule ?? ""}`, (signal) => ruleOf(alert?.rule, signal)).data;
  useOpenSilences();
  if (error && !alert) {
    const isMissing = error instanceof ApiProblem && (error.status === 404 || error.status === 422);
    return isMissing ? <Missing id={id} /> : <ErrorState error={error} onRetry={reload} />;
  }
  if (!alert) return <Loading />;
  const silence = alert.state === "resolved" ? undefined : coveringSilence(openSilences.value ?? [], alert);
  return (
    <>
      <PageHeader
        title={`${alert.rule} · ${hostText(alert)}`}
        actions={<AlertActions alert={alert} silence={silence} onChanged={reload} />}
      >
        <SeverityMark severity={alert.severity} /> <AlertStateBadge state={alert.state} />{" "}
        {silence ? <Badge kind="accent">{t("alerts.silencedNow")}</Badge> : null}{" "}
        {alert.is_flapping ? <Badge kind="warning">{t("alerts.flapping")}</Badge> : null}
      </PageHeader>
      <p class="alert-lead">{alert.summary}</p>
      {alert.acknowledged ? <Acknowledged alert={alert} /> : null}
      {rule?.help ? <p class="notice keeps-lines">{rule.help}</p> : null}
      <div class="alert-page">
        <Facts alert={alert} rule={rule} />
        <AlertCharts alert={alert} when={rule?.when ?? null} />
      </div>
      <Readings alert={alert} />
      <Deliveries notifications={alert.notifications} />
      {alert.top_processes ? <TopProcesses top={alert.top_processes} /> : null}
    </>
  );
}

/** The alert, asked for anew when the stream tells of it and while something is still to be sent. */
function useStory(id: string) {
  const story = useData(`alert ${id}`, (signal) => get<AlertStoryView>(apiPath("alerts", id), { signal }));
  revision.value;
  const live = JSON.stringify(fleet.alerts.list().find((one) => String(one.id) === id) ?? null);
  const isOpen = story.data !== null && story.data.state !== "resolved";
  const isQueued = story.data?.notifications.some((one) => one.status === "queued") ?? false;
  const { reload } = story;
  useEffect(() => {
    if (story.data) reload();
  }, [live]);
  useEffect(() => {
    if (!isOpen && !isQueued) return;
    const timer = setInterval(reload, LOOK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isOpen, isQueued, reload]);
  return story;
}

/** The rule of an alert; null for one that is gone by now. */
async function ruleOf(name: string | undefined, signal: AbortSignal): Promise<RuleView | null> {
  if (name === undefined) return null;
  try {
    return await get<RuleView>(apiPath("rules", name), { signal });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

function Missing({ id }: { id: string }) {
  return (
    <EmptyState
      isPage
      title={t("alerts.missing", { id })}
      actions={<LinkButton href={href("alerts")}>{t("alerts.missing.all")}</LinkButton>}
    >
      {t("alerts.missing.text")}
    </EmptyState>
  );
}

function Acknowledged({ alert }: { alert: AlertStoryView }) {
  const { acknowledged } = alert;
  if (!acknowledged) return null;
  return (
    <div class="alert-ack">
      <Icon name="check" />
      <div>
        <p>
          {t("alerts.acknowledgedBy", { name: actorName(acknowledged.by) })} · <Time at={acknowledged.at} />
        </p>
        {acknowledged.note ? <p class="keeps-lines">{acknowledged.note}</p> : null}
      </div>
    </div>
  );
}

function Facts({ alert, rule }: { alert: AlertStoryView; rule: RuleView | null }) {
  const begin = Date.parse(alert.fired_at ?? alert.since);
  const end = alert.resolved_at ? Date.parse(alert.resolved_at) : now.value;
  const history = `${href("alerts")}?${new URLSearchParams({ tab: "history", rule: alert.rule, host: alert.host, span: "30d" })}`;
  return (
    <dl class="panel facts">
      <Fact name={t("alerts.fact.host")}>
        {alert.host === "" ? hostText(alert) : <a href={href("host", { name: alert.host })}>{alert.host}</a>}
      </Fact>
      <Fact name={t("alerts.fact.rule")}>
        <a href={href("rule", { name: alert.rule })}>{alert.rule}</a>
        {rule?.when ? <code class="condition">{rule.when}</code> : null}
      </Fact>
      {Object.keys(alert.labels).length > 0 ? (
        <Fact name={t("alerts.fact.labels")}>
          <AlertLabels labels={alert.labels} />
        </Fact>
      ) : null}
      <Fact name={t("alerts.fact.since")}>
        <Time at={alert.since} />
      </Fact>
      {alert.fired_at ? (
        <Fact name={t("alerts.fact.fired")}>
          <Time at={alert.fired_at} />
        </Fact>
      ) : null}
      {alert.resolved_at ? (
        <Fact name={t("alerts.fact.resolved")}>
          <Time at={alert.resolved_at} />
          {alert.resolution ? <span class="muted"> · {resolutionText(alert.resolution)}</span> : null}
        </Fact>
      ) : null}
      <Fact name={t("alerts.fact.duration")}>
        {formatDuration(Math.max(0, Math.round((end - begin) / 1000)))}
      </Fact>
      {alert.reason ? <Fact name={t("alerts.fact.reason")}>{t(`reason.${alert.reason}`)}</Fact> : null}
      {alert.detail ? <Fact name={t("alerts.fact.detail")}>{alert.detail}</Fact> : null}
      {alert.escalated_at ? (
        <Fact name={t("alerts.fact.escalated")}>
          <Time at={alert.escalated_at} />
        </Fact>
      ) : null}
      {alert.members.length > 0 ? (
        <Fact name={t("alerts.fact.members", { count: alert.members.length })}>
          {alert.members.join(", ")}
        </Fact>
      ) : null}
      {Object.keys(alert.tags).length > 0 ? (
        <Fact name={t("alerts.fact.tags")}>
          {Object.entries(alert.tags).map(([name, value]) => (
            <Tag key={name} name={name} value={value} />
          ))}
        </Fact>
      ) : null}
      <Fact name={t("alerts.fact.number")}>
        #{alert.id} · <a href={history}>{t("alerts.fact.earlier")}</a>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
