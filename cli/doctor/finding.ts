/** Something that is not as it should be, in an account that was looked at. */
export type Finding = {
  readonly id: FindingId
  /** `loss`: mail is lost, or passes the filter by. `harm`: it does not do its work. `notice`: it may not, some day. */
  readonly severity: 'loss' | 'harm' | 'notice'
  /** One sentence. */
  readonly what: string
  /** What was seen, as AWS or the DNS said it. */
  readonly evidence: string
  /** What to do, and where. */
  readonly remedy: string
}

export type FindingId =
  | 'alarms-untold'
  | 'concurrency-low'
  | 'could-not-look'
  | 'directory-empty'
  | 'directory-incomplete'
  | 'filter-not-asked'
  | 'function-not-ready'
  | 'function-permission'
  | 'identity-elsewhere'
  | 'identity-unverified'
  | 'list-silent'
  | 'list-unsound'
  | 'mode-bypass'
  | 'mx-elsewhere'
  | 'mx-missing'
  | 'mx-mixed'
  | 'mx-other-region'
  | 'region-unsupported'
  | 'resolver-filters'
  | 'resolver-refused'
  | 'role-changed'
  | 'rule-bounces'
  | 'rule-disabled'
  | 'rule-domains'
  | 'rule-order'
  | 'rule-scan'
  | 'rule-set-foreign'
  | 'rule-set-inactive'
  | 'rule-store'
  | 'runtime-old'
  | 'stack-rolled-back'
  | 'stack-unfinished'
  | 'topic-unheard'
