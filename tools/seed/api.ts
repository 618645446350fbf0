/** A caller of the public REST API, with one token. */
export interface Api {
  get<T = Row>(path: string): Promise<T>;
  post<T = Row>(path: string, body?: object): Promise<T>;
  /** The same where the answer has no envelope. */
  postBare<T = Row>(path: string, body: object): Promise<T>;
  /** Sends a form with files in it. */
  upload<T = Row>(path: string, form: FormData): Promise<T>;
  put<T = Row>(path: string, body: object): Promise<T>;
  delete(path: string): Promise<void>;
}

/** An answer's object, as far as a script needs to know it. */
export interface Row {
  id: string;
  [key: string]: unknown;
}

/** Calls the API at `baseUrl`. An answer other than 2xx is thrown with the API's own sentence. */
export function apiAt(baseUrl: string, token?: string): Api {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const isForm = body instanceof FormData;
    const response = await fetch(baseUrl + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const data = async <T>(method: string, path: string, body?: object): Promise<T> =>
    ((await send(method, path, body)) as { data: T }).data;
  return {
    get: (path) => data('GET', path),
    post: (path, body = {}) => data('POST', path, body),
    postBare: async <T>(path: string, body: object) => (await send('POST', path, body)) as T,
    upload: (path, form) => data('POST', path, form),
    put: (path, body) => data('PUT', path, body),
    delete: async (path) => {
      await send('DELETE', path);
    },
  };
}
