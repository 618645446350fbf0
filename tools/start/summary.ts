/** What the summary tells of a running system. */
export interface SummaryFacts {
  readonly baseUrl: string;
  readonly readersUrl: string;
  readonly token: string;
  /** The file with the same facts for scripts. */
  readonly localFile: string;
  readonly site?: string | undefined;
  readonly startSeconds: number;
}

/** The text printed when everything runs: addresses, the token, and three commands to paste. */
export function describeSystem(facts: SummaryFacts): string {
  const { baseUrl, token } = facts;
  const bearer = `-H 'Authorization: Bearer ${token}'`;
  const offerings = `${baseUrl}/shop/shop/offerings${facts.site === undefined ? '' : `?site_id=${facts.site}`}`;
  return `
Lido is ready (${facts.startSeconds.toFixed(1)} s).

  API       ${baseUrl}
  API page  ${baseUrl}/docs
  Health    ${baseUrl}/readyz
  Readers   ${facts.readersUrl}
  Token     ${token}
  For scripts: ${facts.localFile}

Try:
  curl -s ${baseUrl}/readyz
  curl -s ${bearer} ${baseUrl}/token-info
  curl -s ${bearer} '${offerings}'

Ctrl-C stops everything.
`;
}
