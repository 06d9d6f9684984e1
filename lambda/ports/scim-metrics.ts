/** What the SCIM endpoint counts. Returns at once and never fails. */
export type ScimMetrics = {
  readonly answered: (counts: {
    /** 1 where the endpoint could not do what it was asked, and the client has to ask again. */
    readonly failures: 0 | 1
    /** 1 where the token was not right. */
    readonly unauthorized: 0 | 1
    /** Addresses that came into the directory, and that were removed from it. */
    readonly added: number
    readonly removed: number
  }) => void
}
