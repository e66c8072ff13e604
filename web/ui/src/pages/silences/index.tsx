/** Silences: what is not told, and until when. */

import { useState } from "preact/hooks";
import { apiPath, get, remove } from "../../api/http";
import type { Page, SilenceView } from "../../api/types";
import { t } from "../../i18n";
import { type PageProps, place, setQuery } from "../../router";
import { may } from "../../state/session";
import { Button } from "../../ui/Button";
import { ConfirmDialog } from "../../ui/Dialog";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { Loading } from "../../ui/Loading";
import { PageHeader } from "../../ui/PageHeader";
import { Tabs } from "../../ui/Tabs";
import { tell, tellError } from "../../ui/toasts";
import { useData } from "../../ui/useData";
import { draftOfQuery, draftOfSilence, type SilenceDraft } from "./draft";
import { openSilencesError, reloadOpenSilences, useOpenSilences } from "./openSilences";
import { SilenceForm } from "./SilenceForm";
import { SilenceRow } from "./SilenceRow";
import { ownTimeZone } from "./SilenceTime";
import { aboutText } from "./texts";

const TABS = ["active", "pending", "expired"] as const;
const PAGE_SIZE = 50;
const FORM_KEYS = { new: null, host: null, rule: null, label: null, comment: null, span: null };

type Tab = (typeof TABS)[number];

export default function SilencesPage(_: PageProps) {
  const { query } = place.value;
  const silences = useOpenSilences();
  const [draft, setDraft] = useState<SilenceDraft | null>(null);
  const [ending, setEnding] = useState<SilenceView | null>(null);
  const tab = TABS.find((one) => one === query.get("tab")) ?? "active";
  const isNew = query.has("new") && may("operator");
  const form = draft ?? (isNew ? draftOfQuery(query, ownTimeZone()) : null);
  const close = () => {
    setDraft(null);
    setQuery(FORM_KEYS);
  };
  const again = (silence: SilenceView) => {
    setDraft(draftOfSilence(silence, ownTimeZone()));
    scrollTo(0, 0);
  };
  const count = (state: Tab) => silences?.filter((one) => one.state === state).length;
  const create = may("operator") ? (
    <Button kind="primary" icon="plus" disabled={form !== null} onClick={() => setQuery({ new: "1" })}>
      {t("silences.new")}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t("silences.title")} actions={create} />
      {may("operator") ? null : <p class="notice">{t("silences.noRights")}</p>}
      {form ? <SilenceForm key={draft ? JSON.stringify(draft) : "new"} first={form} onDone={close} /> : null}
      <Tabs
        label={t("silences.tabs")}
        tabs={TABS.map((one) => {
          const many = one === "expired" ? undefined : count(one);
          return many === undefined
            ? ([one, t(`silences.tab.${one}`)] as const)
            : ([one, t(`silences.tab.${one}`), many] as const);
        })}
        chosen={tab}
        onChoose={(chosen) => setQuery({ tab: chosen === "active" ? null : chosen })}
      />
      {tab === "expired" ? (
        <Expired onEnd={setEnding} onAgain={again} />
      ) : (
        <Open silences={silences} state={tab} onEnd={setEnding} onAgain={again} />
      )}
      {ending ? <EndDialog silence={ending} onClose={() => setEnding(null)} /> : null}
    </>
  );
}

interface ListProps {
  onEnd(silence: SilenceView): void;
  onAgain(silence: SilenceView): void;
}

interface OpenProps extends ListProps {
  readonly silences: readonly SilenceView[] | null;
  readonly state: "active" | "pending";
}

function Open({ silences, state, ...actions }: OpenProps) {
  if (!silences && openSilencesError.value) {
    return <ErrorState error={openSilencesError.value} onRetry={() => void reloadOpenSilences()} />;
  }
  if (!silences) return <Loading />;
  const rows = silences.filter((one) => one.state === state).reverse();
  if (rows.length === 0) {
    return <EmptyState title={t(`silences.empty.${state}`)}>{t(`silences.empty.${state}.text`)}</EmptyState>;
  }
  return <List silences={rows} {...actions} />;
}

function Expired(actions: ListProps) {
  const [limit, setLimit] = useState(PAGE_SIZE);
  const openCount = useOpenSilences()?.length;
  const { data, error, reload } = useData(`expired ${limit} ${openCount}`, (signal) =>
    get<Page<SilenceView>>("/silences", { query: { state: ["expired"], limit }, signal }),
  );
  if (error && !data) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Loading />;
  if (data.items.length === 0) return <EmptyState title={t("silences.empty.expired")} />;
  const isMore = data.total > data.items.length && limit < 1000;
  return (
    <>
      <List silences={data.items} {...actions} />
      {isMore ? (
        <div class="list-more">
          <Button onClick={() => setLimit(Math.min(1000, limit + 4 * PAGE_SIZE))}>
            {t("silences.more")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function List({ silences, ...actions }: ListProps & { silences: readonly SilenceView[] }) {
  const chosen = Number(place.value.query.get("id"));
  return (
    <ul class="entries" aria-label={t("silences.list")}>
      {silences.map((silence) => (
        <SilenceRow key={silence.id} silence={silence} isChosen={silence.id === chosen} {...actions} />
      ))}
    </ul>
  );
}

function EndDialog({ silence, onClose }: { silence: SilenceView; onClose(): void }) {
  const [isBusy, setBusy] = useState(false);
  const kind = silence.state === "active" ? "end" : "remove";
  const end = async () => {
    setBusy(true);
    try {
      await remove(apiPath("silences", silence.id));
      tell(t("silences.ended"));
    } catch (error) {
      tellError(error);
    }
    await reloadOpenSilences();
    onClose();
  };
  return (
    <ConfirmDialog
      title={t(`silences.${kind}.title`)}
      text={t(`silences.${kind}.text`, { about: aboutText(silence) })}
      action={t(`silences.${kind}`)}
      isBusy={isBusy}
      onConfirm={end}
      onClose={onClose}
    />
  );
}
