/** The page of a host that there is. */

import { useMemo, useState } from "preact/hooks";
import type { AlertView, CurrentHostView, HostView } from "../../api/types";
import { t } from "../../i18n";
import { setQuery } from "../../router";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { StateMark } from "../../ui/StateMark";
import { HostActions } from "./HostActions";
import { HostAlertList } from "./HostAlertList";
import { HostFacts } from "./HostFacts";
import { HostSection } from "./HostSection";
import { HostStatePanel } from "./HostStatePanel";
import type { Histories, Sample } from "./histories";
import { MountTable } from "./MountTable";
import { PollLog } from "./PollLog";
import { SECTIONS } from "./plan";
import { RangeBar } from "./RangeBar";
import { SilenceDialog } from "./SilenceDialog";
import { TopProcesses } from "./TopProcesses";
import { useCondition } from "./useCondition";
import { useHostAlerts } from "./useHostAlerts";
import { useHostKeys } from "./useHostKeys";
import { useHostStream } from "./useHostStream";
import { useOneZoom } from "./useOneZoom";
import { useSpan } from "./useSpan";
import { queryOf, readView } from "./view";
import { viewChanges } from "./viewChanges";

const DEFAULT_INTERVAL_SECONDS = 5;
/** So many sections are to be seen without scrolling. */
const FIRST_SECTIONS = 1;

interface HostBodyProps {
  readonly name: string;
  /** What the inventory says, once that is known. */
  readonly host: HostView | null;
  readonly query: URLSearchParams;
  onChanged(): void;
}

/** What is to be silenced: the host (null), or one of its alerts. */
type Silencing = { readonly alert: AlertView | null };

export function HostBody({ name, host, query, onChanged }: HostBodyProps) {
  const { full, rounds } = useHostStream(name);
  const view = readView(query, location.hash);
  const sample = useMemo(() => sampleOf(full, host?.interval ?? DEFAULT_INTERVAL_SECONDS), [full]);
  const span = useSpan(view, rounds, sample?.time ?? null);
  const alerts = useHostAlerts(name, span);
  const condition = useCondition(name);
  const [silencing, setSilencing] = useState<Silencing | null>(null);
  const change = viewChanges(view, (next, options) => setQuery(queryOf(next), options));
  useHostKeys(view, change);
  const zoom = useOneZoom(change.zoom);
  const mounts = full?.metrics.disk ?? [];
  const isPaused = condition?.state === "paused";
  return (
    <>
      <PageHeader
        title={name}
        actions={
          <HostActions
            name={name}
            isPaused={isPaused}
            onChanged={onChanged}
            onSilence={() => setSilencing({ alert: null })}
          />
        }
      >
        {condition ? <StateMark state={condition.state} /> : null}
      </PageHeader>
      {condition ? <HostStatePanel condition={condition} /> : null}
      <div class="host-top-cards">
        <HostFacts host={host} full={full} />
        <HostAlertList alerts={alerts} chosen={view.alert} onSilence={(alert) => setSilencing({ alert })} />
      </div>
      <RangeBar
        view={view}
        span={span}
        onRange={change.toRange}
        onFixed={change.toFixed}
        onLive={change.toLive}
        onReset={change.reset}
      />
      {SECTIONS.map((plan, index) => (
        <HostSection
          key={plan.name}
          plan={plan}
          host={name}
          span={span}
          intervalSeconds={longestInterval(host)}
          sample={view.isLive ? sample : null}
          marks={alerts.marks}
          isHidden={view.hidden.includes(plan.name)}
          isFirst={index < FIRST_SECTIONS}
          onHide={change.hide}
          onZoom={zoom}
          onReset={change.reset}
          {...(plan.name === "disk"
            ? { above: (histories: Histories) => <MountTable mounts={mounts} histories={histories} /> }
            : {})}
        />
      ))}
      <section class="host-section" aria-labelledby="top-title">
        <h2 class="host-section-title" id="top-title">
          {t("host.top")}
        </h2>
        <TopProcesses top={full?.top_processes ?? null} />
      </section>
      <section class="host-section" aria-labelledby="polls-title">
        <h2 class="host-section-title" id="polls-title">
          {t("host.polls")}
        </h2>
        {condition ? <PollLog host={name} version={`${condition.state} ${condition.reason}`} /> : <Loading />}
      </section>
      {silencing ? (
        <SilenceDialog host={name} alert={silencing.alert} onClose={() => setSilencing(null)} />
      ) : null}
    </>
  );
}

/** The longest time between two values of any collector, in seconds. */
function longestInterval(host: HostView | null): number {
  const collectors = Object.values(host?.collectors ?? {}).map((seconds) => seconds ?? 0);
  return Math.max(host?.interval ?? DEFAULT_INTERVAL_SECONDS, ...collectors);
}

/** Only a good poll has values. */
function sampleOf(full: CurrentHostView | null, intervalSeconds: number): Sample | null {
  if (!full?.time || full.time !== full.ok_time) return null;
  return { time: Date.parse(full.time) / 1000, intervalSeconds, metrics: full.metrics };
}
