/** The doors that readers open, for whoever else may have one opened. */
export interface Doors {
  /** Has a connected reader unlock its door; answers false where it is not connected, or not ready. */
  unlock(deviceId: string, displayText: string): boolean;
}
