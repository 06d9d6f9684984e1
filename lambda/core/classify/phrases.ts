/**
 * What servers call themselves and say in a subject, in the languages that they speak; all in lower case. A phrase decides
 * nothing alone: an ordinary message may quote any of them. One that holds another of the list is left out.
 */
import { phrasesOf } from './phrases-of.ts'

/** Subjects of notices that a message was not, or not yet, delivered. */
export const BOUNCE_SUBJECTS = phrasesOf(`
  undeliver | delivery notification | delivery failure | delivery failed | delivery has failed |
  delivery report | delivery error | delivery problem | delivery unsuccessful | mail failure | mail failed |
  returning to sender | mail delivery | mail system error | mail error | failure notice | failure delivery |
  failure notification | failed mail | failed delivery | returned mail | returned message | returned to sender |
  returning message | return to sender | message delayed | could not be delivered |
  could not send | cannot be delivered | not delivered | non-delivery | nondeliverable | non delivery |
  delivery delayed | delayed mail | delivery status | unable to deliver | warning: could not |
  warning: message | warning--could not | rejected mail | message rejected | mail rejected | address not found |
  user unknown | unknown address | bounce | permanent delivery | permanent failure | mail could not |
  error sending | unknown user | unzustellbar | dsn: | ndr: | gick inte att leverera |
  ej levererat | olevererat | oleverbart | inte leverera | leveransfel | leveransstatus |
  leveransen misslyckades | returnerat | misslyckad leverans | ikke levere | uleveret | leveringsfeil |
  leveringsstatus | nicht zustellbar | nicht zugestellt | zustellfehler | nicht ausgeliefert | konnte nicht |
  übermittlungsstatus | zustellung | fehlgeschlagen | verzögert | onbestelbaar | kan niet worden bezorgd |
  niet bezorgd | niet afgeleverd | bezorging mislukt | aflevering | onbezorgbaar | niet bestelbaar | non remis |
  non délivr | non distribu | non livr | échec de distribution | notification de l'état |
  impossible de remettre | retour de courrier | courrier non | no se puede entregar |
  no se pudo entregar | no entregado | no entregable | imposible de entregar | error de entrega |
  notificación de estado de entrega | estado de la entrega | correo devuelto | entrega fallida |
  no se ha podido entregar | mensaje devuelto | não foi possível entregar | não entregue |
  não pôde ser entregue | falha na entrega | mensagem não | notificação de status | mensagem devolvida |
  não é possível entregar | impossibile recapitare | mancata consegna | non recapitabile | non recapitato |
  notifica sullo stato | non consegnat | recapito | messaggio non | nie można dostarczyć | niedostarczon |
  niedostarczaln | nie dostarczon | nie został dostarczon | niedoręczon | nie doręczon | błąd dostarczania |
  powiadomienie o stanie | zwrot poczty | nedoručiteln | nedoručen | nelze doručit | не доставлен |
  недоставлен | не удалось доставить | не может быть доставлен | не удается доставить | сообщение не | доставк |
  iletilemedi | teslim edilemedi | 配信不能 | 配信できません | 送信できません | 配信エラー | 配達不能 | 配送不能 | 配信失敗 | 送信エラー |
  送信失敗 | 不達 | 配信されません | 送れません | 未配信 | 配信状況 | 送信できなかった | 届きません | 戻りました | エラーメール | メールエラー | 退信 | 退件 | 退回 | 无法投递 |
  投递失败 | 傳遞失敗 | 未送达 | 无法送达 | 無法傳遞 | 发送失败 | 未傳遞 | 投递通知 | 无法传递 | 未传递 | 投遞 | 반송 | 배달 실패 | 전송 실패 | 배달되지
`)

/** Names that a server puts in front of its address. */
export const DAEMON_NAMES = phrasesOf(`
  mailer-daemon | mailer daemon | mail delivery | mail deliver  | delivery subsystem | delivery system |
  delivery service | mail administrator | system administrator | mail system | postmaster | mailserver |
  mail server | mail router | systemadministrator | systemadministratör | administrateur système |
  administrador del sistema | administrador do sistema | amministratore di sistema | администратор |
  systeembeheerder | administrator systemu | システム管理者 | 系统管理员 | 系統管理員 | internet mail service | delivery agent |
  exchange recipient | mail gateway | delivery notification | delivery status | returned mail
`)

/** Local parts that servers write as, whole. */
export const DAEMON_LOCAL_PARTS: ReadonlySet<string> = new Set(
  phrasesOf(`
  mailer-daemon | mailerdaemon | mailer_daemon | mailer.daemon | mailer-demon | maildaemon | mail-daemon |
  mail_daemon | mail.daemon | daemon | mdaemon | postmaster | post_master | postmaster-noreply | mailadmin |
  mail-admin | mailmaster | mailsystem | mail-system | mailerror | mail-error | bounce | bounces | smtpd | mta |
  emailserver | microsoftexchange | exchange | mail-delivery | maildelivery | returnmail
`),
)

/** Subjects of answers that a program gives while a person is away, or always. */
export const REPLY_SUBJECTS = phrasesOf(`
  out of office | out of the office | out-of-office | autoreply | auto-reply | auto reply | automatic reply |
  automatic response | auto response | auto-response | autoresponse | auto: | vacation | away from | on leave |
  autosvar | automatiskt svar | frånvar | abwesen | automatische antwort | réponse automatique | absence |
  absent | respuesta automática | fuera de la oficina | resposta automática | risposta automatica |
  automatisch antwoord | afwezig | autoodpowiedź | automatyczna odpowiedź | nieobecn | автоматический ответ |
  автоответ | 自動応答 | 自動返信 | 不在 | 自动回复 | 自動回覆 | 자동 회신
`)

/** Texts that ask the sender to prove that a person wrote. */
export const CHALLENGES = phrasesOf(`
  confirm your message | confirm that you sent | verify your message | verify that you are |
  sender verification | needs your confirmation | requires confirmation | please confirm your e-mail |
  please confirm your email | challenge/response | challenge-response | approved senders | allowed senders |
  prove that you | prove you are | held until | release your message | being held | one-time confirmation |
  boxbe | spamarrest | spam arrest | your message is waiting | verification required
`)
