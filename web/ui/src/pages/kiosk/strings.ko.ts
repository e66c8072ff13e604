/** Korean: what this page says. */

import type { Translation } from "../../i18n/placeholders";
import type { strings as source } from "./strings.en";

export const strings: Translation<typeof source> = {
  "kiosk.title": "상황판",
  "kiosk.summary": "상태별 호스트",
  "kiosk.state.ok": "정상",
  "kiosk.state.late": "지연",
  "kiosk.state.down": "다운",
  "kiosk.state.paused": "일시 중지",
  "kiosk.state.pending": "대기 중",
  "kiosk.firing": "{count|발생 중인 알림|발생 중인 알림}",
  "kiosk.wall": "호스트(문제 있는 순)",
  "kiosk.alerts": "발생한 알림",
  "kiosk.alerts.more": "외 {count}건",
  "kiosk.poller": "monctl 자체",
  "kiosk.acknowledged": "확인됨",
  "kiosk.silenced": "중지됨",
  "kiosk.connecting": "monctl에 연결하는 중…",
  "kiosk.stale": "다시 연결하는 중…",
  "kiosk.lost": "{time} 이후 monctl과 연결이 끊겼습니다. 표시된 값은 이전 값이며, 자동으로 다시 연결합니다.",
  "kiosk.lost.never": "monctl에 연결할 수 없습니다. 자동으로 다시 연결합니다.",
  "kiosk.empty": "모니터링 중인 호스트가 없습니다.",
  "kiosk.crash": "페이지에 오류가 발생했습니다. 1분 후 다시 시작합니다.",
  "kiosk.cpu": "CPU",
  "kiosk.memory": "메모리",
};
