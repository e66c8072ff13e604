/** The whole catalogue in Korean: the common part and each page's own. */

import { strings as access } from "../pages/access/strings.ko";
import { strings as alerts } from "../pages/alerts/strings.ko";
import { strings as channels } from "../pages/channels/strings.ko";
import { strings as fleet } from "../pages/fleet/strings.ko";
import { strings as host } from "../pages/host/strings.ko";
import { strings as inventory } from "../pages/inventory/strings.ko";
import { strings as kiosk } from "../pages/kiosk/strings.ko";
import { strings as login } from "../pages/login/strings.ko";
import { strings as rules } from "../pages/rules/strings.ko";
import { strings as silences } from "../pages/silences/strings.ko";
import { strings as common } from "./common.ko";

export const ko = {
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
