import fc from 'fast-check';

/** Every run tries the same cases, so that a failure comes from what was changed; `LIDO_PROPERTY_SEED` tries others. */
fc.configureGlobal({ seed: Number(process.env['LIDO_PROPERTY_SEED'] ?? 20_260_401) });
