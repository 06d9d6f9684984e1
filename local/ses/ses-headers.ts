import { createHash } from 'node:crypto'

import type { Authentication } from './authenticate.ts'
import { type Envelope, oneLine } from './envelope.ts'
import type { ScanVerdicts } from './scan.ts'

export type Receipt = {
  readonly messageId: string
  readonly region: string
  readonly receivedAt: Date
  readonly envelope: Envelope
  readonly authentication: Authentication
  /** Null when no rule that applies has its scan on: SES then adds no line about it. */
  readonly scans: ScanVerdicts | null
}

/**
 * The header lines that SES puts above a received message, in the order of captured events. How SES writes a client
 * without reverse DNS, a client with an IPv6 address and several recipients is in no sample that was found: `unknown`,
 * the bare address and the first recipient are used.
 */
export function sesHeaders(receipt: Receipt): Buffer {
  const { messageId, region, receivedAt, envelope, authentication, scans } = receipt
  const client = `${envelope.clientName ?? 'unknown'} [${envelope.clientIp}]`
  const lines = [
    `Return-Path: <${envelope.reversePath ?? ''}>`,
    `Received: from ${envelope.helo} (${client})`,
    ` by inbound-smtp.${region}.amazonaws.com with SMTP id ${messageId}`,
    ` for ${envelope.recipients[0] ?? ''};`,
    ` ${receivedAt.toUTCString().replace('GMT', '+0000 (UTC)')}`,
    ...(scans === null ? [] : [`X-SES-Spam-Verdict: ${scans.spam}`, `X-SES-Virus-Verdict: ${scans.virus}`]),
    `Received-SPF: ${authentication.receivedSpf}`,
    `Authentication-Results: ${authentication.authenticationResults[0] ?? ''}`,
    ...authentication.authenticationResults.slice(1).map((result) => ` ${result}`),
    `X-SES-RECEIPT: ${receiptToken(messageId)}`,
    `X-SES-DKIM-SIGNATURE: ${signatureLookalike(messageId, receivedAt)}`,
  ]
  return Buffer.from(lines.map((line) => `${oneLine(line)}\r\n`).join(''))
}

/** Opaque, as in captured mail: base64 in base64. Nothing may read it. */
function receiptToken(messageId: string): string {
  return Buffer.from(`\0AAAAAAAAAAAG${lookalike(messageId, 210)}`).toString('base64')
}

/** It has the form of SES's signature and verifies nothing. */
function signatureLookalike(messageId: string, receivedAt: Date): string {
  return [
    'a=rsa-sha256; q=dns/txt;',
    `b=${lookalike(`b ${messageId}`, 128)};`,
    'c=relaxed/simple; s=quietgatequietgatequietgatelocal; d=amazonses.com;',
    `t=${Math.floor(receivedAt.getTime() / 1000)}; v=1;`,
    `bh=${lookalike(`bh ${messageId}`, 32)};`,
    'h=From:To:Cc:Bcc:Subject:Date:Message-ID:MIME-Version:Content-Type:X-SES-RECEIPT;',
  ].join(' ')
}

function lookalike(seed: string, bytes: number): string {
  return createHash('shake256', { outputLength: bytes }).update(seed).digest('base64')
}
