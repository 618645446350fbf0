/**
 * The flags that every process of Lido runs with. A nursery of 32 MB lets what a request makes die young: with 8 MB more of it outlived the
 * request, and the collections of the old space that followed kept sixteen searches waiting for 30 to 40 ms about once a second; with
 * 64 MB a month's searches were slower again.
 */
export const nodeFlags = ['--max-semi-space-size=32', '--disable-warning=ExperimentalWarning'];
