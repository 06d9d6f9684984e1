import type { Measurement } from './effects.ts'

/**
 * Millionths of a US dollar, us-east-1, without free tiers and discounts. From the public price pages of SES, S3, Lambda
 * (arm64), DynamoDB (on demand), CloudWatch and Athena. Whoever changes a number changes the date.
 */
export const prices = {
  asOf: '2026-11',
  region: 'us-east-1',
  /** $0.10 for 1,000 received messages, to which $0.09 for 1,000 full chunks of 256 KB are added. */
  sesMessage: 100,
  sesChunk: 90,
  s3Put: 5,
  s3Get: 0.4,
  /** Out of AWS, to whoever reads from elsewhere: $0.09 a GB. Inside the region it is free. */
  outByte: 0.00009,
  /** $5 a TB that a query reads, and 10 MB at least (Amazon Athena pricing). */
  athenaByte: 0.000005,
  athenaLeastBytes: 10_000_000,
  lambdaRequest: 0.2,
  lambdaGbSecond: 13.3334,
  /** One read that may be a moment behind is half a unit. */
  readUnit: 0.125,
  writeUnit: 0.625,
  logByte: 0.0005,
  /** By the month. */
  metricMonth: 300_000,
  dashboardMonth: 3_000_000,
  alarmMonth: 100_000,
} as const

/** The memory of the filter's function, GB. */
export const filterMemoryGb = 0.5

/** What one message used, as far as the filter can know. */
export type Usage = {
  readonly s3Puts: number
  readonly readUnits: number
  readonly writeUnits: number
  readonly lambdaMilliseconds: number
  readonly logBytes: number
}

/** `logBytes`: of what is written to the log about it. */
export function usageOf(measurement: Measurement, logBytes: number): Usage {
  const { action, bounces, milliseconds } = measurement
  const { known, unknown, unavailable } = measurement.recipients
  return {
    // SES stores the mail, the filter its record, and what lists it if it is quarantined.
    s3Puts: 2 + (action === 'quarantine' ? 1 : 0),
    readUnits: (known + unknown + unavailable) * readsOfRecipient * 0.5 + bounces.length * unitsOfBounce,
    // The day on which somebody last got mail is written once a day: this is the dearest case.
    writeUnits: (action === 'deliver' ? known : 0) + bounces.length * unitsOfBounce,
    lambdaMilliseconds: Math.ceil(milliseconds.total),
    logBytes,
  }
}

/**
 * Millionths of a US dollar for one message: SES, S3, Lambda, DynamoDB and logs. What comes on top is in no event, and so is
 * not in here: full chunks of 256 KB, the start of a cold function, keeping what is stored, and what costs by the month.
 */
export function costOf(usage: Usage): number {
  return (
    prices.sesMessage +
    usage.s3Puts * prices.s3Put +
    prices.lambdaRequest +
    (usage.lambdaMilliseconds / 1000) * filterMemoryGb * prices.lambdaGbSecond +
    usage.readUnits * prices.readUnit +
    usage.writeUnits * prices.writeUnit +
    usage.logBytes * prices.logByte
  )
}

/** Its address, the same without a sub-address, its alias, the catch-all of its domain, and the domain itself. */
const readsOfRecipient = 5

/** Of proofs and of the memory of bounces, to read and to write. */
const unitsOfBounce = 3
