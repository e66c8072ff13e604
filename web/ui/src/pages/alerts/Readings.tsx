/** What was compared when an alert fired, and when it ended. */

import type { AlertView, ReadingView } from "../../api/types";
import { t } from "../../i18n";
import { Table } from "../../ui/Table";
import { AlertLabels } from "./AlertLabels";
import { sideText } from "./texts";

export function Readings({ alert }: { alert: AlertView }) {
  const lastReadings = alert.cleared_readings ?? [];
  return (
    <>
      {alert.readings.length > 0 ? (
        <ReadingTable title={t("alerts.readings")} readings={alert.readings} />
      ) : null}
      {lastReadings.length > 0 ? (
        <ReadingTable title={t("alerts.readings.cleared")} readings={lastReadings} />
      ) : null}
    </>
  );
}

function ReadingTable({ title, readings }: { title: string; readings: readonly ReadingView[] }) {
  const rows = readings.map((reading, place) => ({ ...reading, place }));
  return (
    <section class="section">
      <h2>{title}</h2>
      <Table
        label={title}
        rows={rows}
        keyOf={(reading) => reading.place}
        columns={[
          { key: "text", title: t("alerts.readings.text"), cell: (one) => <code>{one.text}</code> },
          {
            key: "value",
            title: t("alerts.readings.value"),
            cell: (one) => <strong>{sideText(one.value, one.unit)}</strong>,
          },
          {
            key: "threshold",
            title: t("alerts.readings.threshold"),
            cell: (one) => `${one.operator} ${sideText(one.threshold, one.unit)}`,
          },
          {
            key: "labels",
            title: t("alerts.fact.labels"),
            isExtra: true,
            cell: (one) => <AlertLabels labels={one.labels} />,
          },
        ]}
      />
    </section>
  );
}
