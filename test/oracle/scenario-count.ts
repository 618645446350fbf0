/** How many scenarios the oracle is asked about in one run; `LIDO_ORACLE_SCENARIOS` sets another number. */
export const scenarioCount = Number(process.env['LIDO_ORACLE_SCENARIOS'] ?? 2_000);
