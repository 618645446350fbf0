import qs from 'qs';

// Bounds of what one query or form may hold, against requests that are only meant to cost time.
const PARAMETERS_MAX = 2000;
const DEPTH_MAX = 6;

/**
 * Parses a query string or a form body: `a=1&a=2`, `a[]=1`, `a[0][name]=x`. Values stay text. Undefined where it holds
 * more parameters than anybody needs: leaving some out would change what the request means.
 */
export function parseQueryText(text: string): Record<string, unknown> | undefined {
  try {
    return qs.parse(text, {
      parameterLimit: PARAMETERS_MAX,
      arrayLimit: PARAMETERS_MAX,
      depth: DEPTH_MAX,
      throwOnLimitExceeded: true,
      ignoreQueryPrefix: true,
    });
  } catch {
    return undefined;
  }
}
