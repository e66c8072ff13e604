/** The whole catalogue in English: the common part and each page's own. */

import { strings as access } from "../pages/access/strings.en";
import { strings as alerts } from "../pages/alerts/strings.en";
import { strings as channels } from "../pages/channels/strings.en";
import { strings as fleet } from "../pages/fleet/strings.en";
import { strings as host } from "../pages/host/strings.en";
import { strings as inventory } from "../pages/inventory/strings.en";
import { strings as kiosk } from "../pages/kiosk/strings.en";
import { strings as login } from "../pages/login/strings.en";
import { strings as rules } from "../pages/rules/strings.en";
import { strings as silences } from "../pages/silences/strings.en";
import { strings as common } from "./common.en";

export const en = {
  ...common,
  ...access,
  ...alerts,
  ...channels,
  ...fleet,
  ...host,
  ...inventory,
  ...kiosk,
  ...login,
  ...rules,
  ...silences,
} as const;
