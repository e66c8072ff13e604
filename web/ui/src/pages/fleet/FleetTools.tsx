/** Search, tags, groups, order and shape. */

import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { fleet } from "../../state/fleet";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { SearchField } from "../../ui/SearchField";
import { Select } from "../../ui/Select";
import { splitTag, tagValues } from "./arrange";
import { type FleetView, type Shape, SORT_KEYS, toggled } from "./view";

interface ToolsProps {
  readonly view: FleetView;
  readonly shape: Shape;
  onView(view: FleetView): void;
}

const MAX_VALUES = 100;

export function FleetTools({ view, shape, onView }: ToolsProps) {
  const tags = useMemo(() => tagValues(fleet.hosts.values()), [fleet.membership]);
  return (
    <div class="tools">
      <SearchField
        label={t("fleet.search")}
        value={view.search}
        onInput={(search) => onView({ ...view, search })}
      />
      {tags.size > 0 ? <TagFilter view={view} tags={tags} onView={onView} /> : null}
      {tags.size > 0 ? (
        <Select
          label={t("fleet.group")}
          value={view.group ?? ""}
          options={[
            ["", t("fleet.group.none")],
            ...[...tags.keys()].map((name) => [name, `${t("fleet.group")}: ${name}`] as const),
          ]}
          onChange={(group) => onView({ ...view, group: group || null })}
        />
      ) : null}
      <Select
        label={t("fleet.sort")}
        value={view.sort}
        options={SORT_KEYS.map((key) => [key, t(`fleet.column.${key}`)] as const)}
        onChange={(sort) => onView({ ...view, sort, isReversed: false })}
      />
      <ShapeSwitch shape={shape} onShape={(chosen) => onView({ ...view, shape: chosen })} />
    </div>
  );
}

interface TagFilterProps {
  readonly view: FleetView;
  readonly tags: ReadonlyMap<string, ReadonlyMap<string, number>>;
  onView(view: FleetView): void;
}

function TagFilter({ view, tags, onView }: TagFilterProps) {
  const options = [...tags]
    .filter(([, values]) => values.size <= MAX_VALUES)
    .flatMap(([name, values]) =>
      [...values].map(([value, count]) => [`${name}:${value}`, `${name}: ${value} (${count})`] as const),
    );
  return (
    <>
      <Select
        label={t("fleet.tag")}
        value=""
        options={[["", t("fleet.tag.all")], ...options.filter(([tag]) => !view.tags.includes(tag))]}
        onChange={(tag) => tag && onView({ ...view, tags: [...view.tags, tag] })}
      />
      {view.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          class="chip"
          title={t("fleet.tag.remove", { tag })}
          aria-label={t("fleet.tag.remove", { tag })}
          onClick={() => onView({ ...view, tags: toggled(view.tags, tag) })}
        >
          {splitTag(tag).join(": ")}
          <Icon name="close" />
        </button>
      ))}
    </>
  );
}

function ShapeSwitch({ shape, onShape }: { shape: Shape; onShape(shape: Shape): void }) {
  return (
    <fieldset class="switch">
      <legend class="visually-hidden">{t("fleet.view")}</legend>
      {(["table", "cards"] as const).map((one) => (
        <IconButton
          key={one}
          icon={one}
          label={t(`fleet.view.${one}`)}
          aria-pressed={one === shape}
          onClick={() => onShape(one)}
        />
      ))}
    </fieldset>
  );
}
