/** The head of a column, which sorts by it. */

import { t } from "../../i18n";
import { Icon } from "../../ui/Icon";
import { type FleetView, type SortKey, sortedBy } from "./view";

interface ColumnHeadProps {
  readonly column: Exclude<SortKey, "worst">;
  readonly name: string;
  readonly view: FleetView;
  onView(view: FleetView): void;
}

export function ColumnHead({ column, name, view, onView }: ColumnHeadProps) {
  const text = t(`fleet.column.${column}`);
  const isSorted = view.sort === column;
  const isAscending = isSorted && (column === "name") !== view.isReversed;
  return (
    <th scope="col" class={name} aria-sort={isSorted ? (isAscending ? "ascending" : "descending") : "none"}>
      <button
        type="button"
        class="column-head"
        title={t("fleet.sort.by", { column: text })}
        onClick={() => onView(nextSort(view, column))}
      >
        {text}
        {isSorted ? <Icon name={isAscending ? "up" : "down"} /> : null}
      </button>
    </th>
  );
}

/** By the column, then the other way round, then the worst first again. */
function nextSort(view: FleetView, column: SortKey): FleetView {
  const isSecond = view.sort === column && view.isReversed;
  return isSecond ? { ...view, sort: "worst", isReversed: false } : sortedBy(view, column);
}
