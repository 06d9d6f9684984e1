/** Sentences that tell a sender what became of a message; in lower case, blanks folded. See phrases.ts. */
import { phrasesOf } from './phrases-of.ts'

export const BOUNCE_SENTENCES = phrasesOf(`
  qmail-send program | this message was created automatically by mail delivery | couldn't be delivered |
  was not delivered | has not been delivered | not be delivered | did not reach the following recipient |
  undeliverable | undelivered | unable to deliver | delivery to the following | delivery failed |
  delivery has failed | delivery failure | failed to deliver | failed to be delivered |
  transcript of session follows | following addresses had | following address failed |
  following addresses failed | following address(es) failed | had permanent fatal errors | permanent error |
  failed permanently | failed recipient | user unknown | unknown user | no such user | mailbox unavailable |
  mailbox not found | mailbox is full | mailbox full | recipient address rejected | recipient rejected |
  invalid recipient | invalid user | unknown recipient | unrouteable | unroutable | no mailbox | not listed in |
  no such address | returned to you | returning it to you | returned to sender | returned message |
  is returned | being returned | wasn't delivered | wasn't able to deliver | not able to deliver |
  was unable to send | could not send | couldn't send | could not deliver | can't be delivered |
  error while delivering | errors while delivering | error during delivery | delivery error | delivery attempt |
  delivery problem | was rejected | has been rejected | been blocked | not accept | quota exceeded |
  over quota | exceeded storage | storage allocation | could not be found | remote host said | delivery status |
  deferred | still being retried | will be retried | has not yet been delivered | been delayed | is delayed |
  message delayed | reported error | reason for failure | reason for rejection | failure reason | error reason |
  original message follows | unsent message follows | message header follow | message headers follow |
  smtp error | host unknown | account has been disabled | doesn't have a | does not exist | malformed address |
  invalid address | too large | size limit | you tried to contact | exceeds | unrecognized | not recognized |
  unable to be delivered | non-delivery | cannot send | not found in | undelivrable | isn't in | not a member |
  unknown host | no valid recipients | failed addresses | is disabled | account is inactive |
  could not be sent | did not reach | inte leverera | gick inte att leverera | nådde inte | levererades inte | inte nå | hittades inte | avvisad | ikke levere |
  nicht zugestellt | nicht zustellen | nicht ausgeliefert | unzustellbar | nicht erreicht | nicht erreichbar |
  fehler bei der zustellung | fehler bei der nachrichtenzustellung | abgelehnt | nicht gefunden | nicht übermittelt | nicht weitergeleitet |
  niet worden bezorgd | niet bezorgd | niet afgeleverd | niet worden afgeleverd | bezorgen van dit bericht | bezorgen van uw bericht | bezorging is mislukt | onbestelbaar | pas été remis |
  pas pu être | être remis | pas été délivr | pas être délivr | pas été distribu | n'a pu être |
  impossible de remettre | échec | introuvable | non remis | pas atteint | no se pudo entregar | no se pudo realizar la entrega | error en la entrega |
  no se ha podido entregar | no pudo ser entregado | no puede ser entregado | no se puede entregar |
  no ha sido entregado | no fue entregado | no se entregó | no existe | rechazado | não foi entregue |
  não pôde ser entregue | não foi possível entregar | não pode ser entregue | falha na entrega | falhou |
  não existe | rejeitad | impossibile recapitare | non è stato possibile | non è stato recapitato |
  non è stato consegnato | non recapitabile | non può essere | non riuscit | respinto | nie można dostarczyć |
  nie została dostarczona | nie może zostać dostarczon | nie został dostarczon | nie mogła zostać |
  nie istnieje | nie udało się | nie powiodło się | odrzucon | не доставлен | не может быть доставлено | не удалось доставить |
  не было доставлено | недоставлен | не найден | не существует | отклонен | не удается | сбой доставки | ошибка доставки | 配信できません | 配信できなかった |
  送信できません | 送信できなかった | 配信されません | お届けできません | 届きません | 配達できません | 見つかりません | 拒否されました | 存在しない | 存在しません | 配信不能 |
  送信に失敗 | 配信に失敗 | 配送できません | 无法投递 | 无法送达 | 退回 | 退信 | 未能送达 | 投递失败 | 发送失败 | 不存在 | 被拒 | 無法傳遞 | 無法投遞 | 無法送達 | 拒收 | 无法将您的邮件 | 无法传递 | 未送达 |
  무효 | 존재하지 | 전송하지 못 | 배달할 수 없
`)
