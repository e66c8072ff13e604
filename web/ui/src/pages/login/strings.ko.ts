/** Korean: what this page says. */

import type { Translation } from "../../i18n/placeholders";
import type { strings as source } from "./strings.en";

export const strings: Translation<typeof source> = {
  "login.title": "로그인",
  "login.name": "사용자 이름",
  "login.password": "비밀번호",
  "login.submit": "로그인",
  "login.wrong": "이름 또는 비밀번호가 올바르지 않습니다.",
  "login.hint.title": "처음이신가요?",
  "login.hint.first":
    "monctl은 처음 시작할 때 {user} 사용자를 만듭니다. 비밀번호는 터미널에 한 번 표시되며, 서비스로 실행하면 데이터 디렉터리의 first-password.txt에 있습니다.",
  "login.hint.lost": "비밀번호를 잊었다면 서버에서 새로 설정하세요:",
};
