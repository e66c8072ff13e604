/** The walk to a host, step by step as it happens. */

import { apiPath, postEvents } from "../../api/http";
import type { CheckStepView } from "../../api/types";

/** Tells each step; whether all of them went well. Throws ApiProblem, and AbortError when given up. */
export async function checkHost(
  name: string,
  onStep: (step: CheckStepView) => void,
  signal: AbortSignal,
): Promise<boolean> {
  let isOk = false;
  await postEvents(
    apiPath("hosts", name, "check"),
    (event, document) => {
      if (event === "step") onStep(document as CheckStepView);
      if (event === "result") isOk = (document as { ok: boolean }).ok;
    },
    signal,
  );
  return isOk;
}
