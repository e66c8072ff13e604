/** Korean: what this page says. */

import type { Translation } from "../../i18n/placeholders";
import type { strings as source } from "./strings.en";

export const strings: Translation<typeof source> = {
  "channels.title": "채널",
  "channels.lead": "채팅, 메일, 웹훅 등 Apprise가 지원하는 서비스로 알림을 보냅니다.",
  "channels.add": "채널 추가",
  "channels.empty.title": "아직 채널이 없습니다",
  "channels.empty.text":
    "채널이 없으면 알림은 이 화면에서만 볼 수 있습니다. 여기에서 추가하거나 monctl.yaml의 alerts.channels에 적으세요.",
  "channels.column.channel": "채널",
  "channels.column.origin": "출처",
  "channels.column.severity": "최소 심각도",
  "channels.column.state": "상태",
  "channels.column.actions": "작업",
  "channels.owner.api": "API",
  "channels.state.unusable": "사용할 수 없음",
  "channels.state.never": "아직 전송한 적이 없습니다",
  "channels.state.sent": "마지막 전송 성공",
  "channels.state.failed": "마지막 전송 실패",
  "channels.state.took": "{duration} 소요",
  "channels.failing":
    "전송되지 않는 채널이 {count}개 있습니다. 전송하지 못한 알림은 대기하며 하루 동안 다시 시도합니다.",
  "channels.test": "테스트",
  "channels.test.name": "{name}에 테스트 메시지 보내기",
  "channels.test.running": "{name}에 테스트 메시지를 보내는 중…",
  "channels.test.ok": "{name}에 테스트 메시지를 보냈습니다.",
  "channels.test.failed": "{name}에 테스트 메시지를 보내지 못했습니다.",
  "channels.test.answer": "서비스의 응답",
  "channels.test.silent": "응답 내용이 없습니다. 일반적으로 정상입니다.",
  "channels.edit.name": "{name} 편집",
  "channels.delete.name": "{name} 삭제",
  "channels.form.edit": "{name} 변경",
  "channels.form.name": "이름",
  "channels.form.name.hint": "규칙에서 사용할 이름입니다. 예: ops",
  "channels.form.url": "Apprise URL",
  "channels.form.url.new": "새 Apprise URL",
  "channels.form.url.keep": "URL은 표시되지 않습니다. 비워 두면 그대로 유지됩니다.",
  "channels.form.url.hint":
    "비밀 값을 직접 적을 수 없습니다. URL 전체나 비밀 부분을 MONCTL_CHANNEL_…라는 monctl 환경 변수로 설정하고 참조하세요.",
  "channels.form.url.examples": "예시",
  "channels.form.url.guide": "지원하는 서비스와 URL 형식",
  "channels.form.url.show": "입력한 내용 표시",
  "channels.form.severity": "최소 심각도",
  "channels.form.severity.hint": "이보다 낮은 알림은 보내지 않습니다.",
  "channels.saved": "{name} 채널을 저장했습니다",
  "channels.added": "{name} 채널을 추가했습니다. 이제 테스트 메시지를 보내 보세요.",
  "channels.conflict": "그동안 다른 사용자가 {name} 채널을 변경했습니다. 닫은 뒤 다시 확인하세요.",
  "channels.delete.title": "{name} 채널을 삭제하시겠습니까?",
  "channels.delete.text":
    "대기 중인 알림은 더 이상 전송되지 않습니다. 이 채널을 지정한 규칙은 채널 없이 계속 동작합니다.",
  "channels.deleted": "{name} 채널을 삭제했습니다",
};
