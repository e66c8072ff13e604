/** When a new silence holds: from, until, and perhaps only in a weekly window. */

import { useMemo } from "preact/hooks";
import type { ApiProblem } from "../../api/problem";
import { t } from "../../i18n";
import { Checkbox, SelectField, TextField } from "../../ui/Field";
import { type DraftPartProps, type Ending, WEEKDAYS } from "./draft";
import { SPANS, spanText } from "./spans";
import { dayText } from "./texts";

/** The reader's own time zone. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function SilenceTime({ draft, problem, onChange }: DraftPartProps) {
  const endings: readonly (readonly [Ending, string])[] = [
    ...SPANS.map((span) => [span, spanText(span)] as const),
    ["at", t("silences.span.at")],
    ...(draft.isWeekly ? [["never", t("silences.span.never")] as const] : []),
  ];
  const toggleWeekly = (isWeekly: boolean) =>
    onChange({ isWeekly, ending: isWeekly ? "never" : draft.ending === "never" ? "2h" : draft.ending });
  return (
    <fieldset class="form-part">
      <legend>{t("silences.form.time")}</legend>
      <div class="form-grid">
        <SelectField
          label={t("silences.form.ending")}
          name="ending"
          value={draft.ending}
          options={endings}
          error={draft.ending === "at" ? undefined : problem?.fieldMessage("ends_at")}
          onInput={(ending) => onChange({ ending: ending as Ending })}
        />
        {draft.ending === "at" ? (
          <TextField
            label={t("silences.form.endsAt")}
            name="ends_at"
            type="datetime-local"
            required
            value={draft.endsAt}
            error={problem?.fieldMessage("ends_at")}
            onInput={(endsAt) => onChange({ endsAt })}
          />
        ) : null}
        <TextField
          label={t("silences.form.start")}
          hint={t("silences.form.start.hint", { zone: ownTimeZone() })}
          name="starts_at"
          type="datetime-local"
          value={draft.startsAt}
          error={problem?.fieldMessage("starts_at")}
          onInput={(startsAt) => onChange({ startsAt })}
        />
      </div>
      <Checkbox label={t("silences.form.weekly")} checked={draft.isWeekly} onChange={toggleWeekly} />
      {draft.isWeekly ? <WeeklyWindow draft={draft} problem={problem} onChange={onChange} /> : null}
    </fieldset>
  );
}

/** Why a time zone was refused, and which was probably meant. */
function zoneFault(problem: ApiProblem | null): string | undefined {
  const fault = problem?.errors.find((one) => one.field === "schedule.time_zone");
  if (!fault?.suggestion) return fault?.message;
  return t("silences.form.suggestion", { message: fault.message, text: fault.suggestion });
}

function WeeklyWindow({ draft, problem, onChange }: DraftPartProps) {
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const toggle = (day: (typeof WEEKDAYS)[number], isOn: boolean) =>
    onChange({ weekdays: isOn ? [...draft.weekdays, day] : draft.weekdays.filter((one) => one !== day) });
  return (
    <>
      <fieldset class="weekdays">
        <legend>{t("silences.form.weekdays")}</legend>
        {WEEKDAYS.map((day) => (
          <Checkbox
            key={day}
            label={dayText(day)}
            checked={draft.weekdays.includes(day)}
            onChange={(isOn) => toggle(day, isOn)}
          />
        ))}
        {draft.weekdays.length === 0 ? (
          <p class="field-error" role="alert">
            {t("silences.form.weekdays.none")}
          </p>
        ) : null}
      </fieldset>
      <div class="form-grid">
        <TextField
          label={t("silences.form.windowStart")}
          name="window_start"
          type="time"
          required
          value={draft.windowStart}
          error={problem?.fieldMessage("schedule.start")}
          onInput={(windowStart) => onChange({ windowStart })}
        />
        <TextField
          label={t("silences.form.windowEnd")}
          hint={t("silences.form.windowEnd.hint")}
          name="window_end"
          type="time"
          required
          value={draft.windowEnd}
          error={problem?.fieldMessage("schedule.end")}
          onInput={(windowEnd) => onChange({ windowEnd })}
        />
        <TextField
          label={t("silences.form.timeZone")}
          name="time_zone"
          value={draft.timeZone}
          suggestions={zones}
          error={zoneFault(problem)}
          onInput={(timeZone) => onChange({ timeZone })}
        />
      </div>
    </>
  );
}
