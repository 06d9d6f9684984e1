/** What SES's scan says. It is off by default, and then says DISABLED. */
export type ScanVerdicts = { readonly spam: ScanVerdict; readonly virus: ScanVerdict }
export type ScanVerdict = 'PASS' | 'FAIL' | 'DISABLED'

export const scanDisabled: ScanVerdicts = { spam: 'DISABLED', virus: 'DISABLED' }

/**
 * The laptop's stand-in for SES's scanners: it knows the two strings that every scanner must find, GTUBE for spam and
 * the EICAR file for viruses, in the message as it stands and in its base64 parts.
 */
export function scan(message: Buffer): ScanVerdicts {
  const places = [message, ...base64Parts(message)]
  const holds = (marker: string): ScanVerdict => (places.some((bytes) => bytes.includes(marker)) ? 'FAIL' : 'PASS')
  return { spam: holds(gtube), virus: holds(eicar) }
}

// In pieces: a scanner on the developer's own machine would take this file away.
const gtube = ['XJS*C4JDBQADN1.NSBN3*2IDNEN*', 'GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL', '*C.34X'].join('')
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE', '!$H+H*'].join('')

/** Runs of lines that could be base64, decoded. A line of plain words may be among them: it decodes to nothing known. */
function base64Parts(message: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  let run: string[] = []
  const flush = (): void => {
    if (run.length > 0) parts.push(Buffer.from(run.join(''), 'base64'))
    run = []
  }
  for (const line of message.toString('latin1').split('\n')) {
    const text = line.trimEnd()
    const couldBe = /^[A-Za-z0-9+/]+={0,2}$/.test(text)
    if (couldBe) run.push(text)
    if (!couldBe || text.endsWith('=')) flush()
  }
  flush()
  return parts
}
