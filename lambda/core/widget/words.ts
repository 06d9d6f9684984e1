/** What `{"describe": true}` is answered: documentation in Markdown, as AWS's samples of custom widgets give it. */
export const readWords = `## Quietgate: what came in, and what became of it

Parameters of the widget:

| parameter | meaning |
|---|---|
| \`view\` | \`trace\`: where is my mail? \`quarantine\`: what is kept back. \`zones\`: how each DNS list is. \`imports\`: who exists, and since when. |
| \`read\` | The ARN of this very function: its buttons call it. |
| \`release\` | The ARN of the function that releases mail. Without it nothing can be released from here. |

It reads the records of decisions, and for one message that somebody opens the beginning of the raw mail. It changes nothing.
Whoever looks needs \`lambda:InvokeFunction\` on it, and whoever is to release on the other function, too.
`

export const releaseWords = `## Quietgate: releases a message that was stopped

The buttons of the widget \`quarantine\` call it; it shows nothing by itself. It writes who asked, why and by which request into the
trail of releases, and queues the message for the hand-over. Whoever is to release needs \`lambda:InvokeFunction\` on it.
`
