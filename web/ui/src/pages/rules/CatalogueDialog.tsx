/** The metrics' catalogue, to choose one from. */

import { useMemo, useState } from "preact/hooks";
import { metricCatalog } from "../../api/catalog";
import { t } from "../../i18n";
import { Badge } from "../../ui/Badge";
import { Dialog } from "../../ui/Dialog";
import { ErrorState } from "../../ui/ErrorState";
import { TextField } from "../../ui/Field";
import { Loading } from "../../ui/Loading";
import { useData } from "../../ui/useData";

interface CatalogueDialogProps {
  onChoose(metric: string): void;
  onClose(): void;
}

export function CatalogueDialog({ onChoose, onClose }: CatalogueDialogProps) {
  const [search, setSearch] = useState("");
  const { data, error, reload } = useData("catalog", metricCatalog);
  const metrics = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return [...(data?.values() ?? [])].filter(({ name, help }) => {
      const text = `${name} ${help}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [data, search]);
  return (
    <Dialog title={t("rules.catalogue.title")} onClose={onClose}>
      <TextField label={t("rules.catalogue.search")} value={search} autofocus onInput={setSearch} />
      {error && !data ? <ErrorState error={error} onRetry={reload} /> : null}
      {!error && !data ? <Loading lines={4} /> : null}
      {data && metrics.length === 0 ? <p class="muted">{t("rules.catalogue.none")}</p> : null}
      <div class="catalogue">
        {metrics.map((metric) => (
          <button
            key={metric.name}
            type="button"
            class="catalogue-item"
            onClick={() => onChoose(metric.name)}
          >
            <span>
              <code>{metric.name}</code> <Badge>{metric.unit}</Badge>{" "}
              {metric.kind === "counter" ? <Badge kind="accent">{t("rules.catalogue.counter")}</Badge> : null}
            </span>
            <span class="muted">{metric.help}</span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
